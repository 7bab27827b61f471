package com.intel.dra.kit.kubelet.server;

import com.intel.dra.kit.kubelet.api.ClaimReference;
import com.intel.dra.kit.kubelet.api.PluginApiVersion;
import com.intel.dra.kit.kubelet.api.PrepareResult;
import com.intel.dra.kit.kubelet.api.PreparedDevice;
import com.intel.dra.kit.kubelet.api.UnprepareResult;
import com.intel.dra.kit.kubelet.proto.v1beta1.Claim;
import com.intel.dra.kit.kubelet.proto.v1beta1.Device;
import com.intel.dra.kit.kubelet.proto.v1beta1.MutinyDRAPluginGrpc;
import com.intel.dra.kit.kubelet.proto.v1beta1.NodePrepareResourceResponse;
import com.intel.dra.kit.kubelet.proto.v1beta1.NodePrepareResourcesRequest;
import com.intel.dra.kit.kubelet.proto.v1beta1.NodePrepareResourcesResponse;
import com.intel.dra.kit.kubelet.proto.v1beta1.NodeUnprepareResourceResponse;
import com.intel.dra.kit.kubelet.proto.v1beta1.NodeUnprepareResourcesRequest;
import com.intel.dra.kit.kubelet.proto.v1beta1.NodeUnprepareResourcesResponse;
import io.quarkus.grpc.GrpcService;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Inject;
import java.util.Optional;

/**
 * The API of Kubernetes 1.31 and later: like {@link NodeV1Service}, but without shares of devices.
 */
@GrpcService
final class NodeV1Beta1Service extends MutinyDRAPluginGrpc.DRAPluginImplBase {

  private final ClaimCalls calls;

  @Inject
  NodeV1Beta1Service(ClaimCalls calls) {
    this.calls = calls;
  }

  @Override
  public Uni<NodePrepareResourcesResponse> nodePrepareResources(
      NodePrepareResourcesRequest request) {
    return ClaimBatch.answerEach(
            request.getClaimsList(),
            Claim::getUid,
            claim ->
                calls
                    .prepare(PluginApiVersion.V1BETA1, reference(claim), Optional.empty())
                    .map(NodeV1Beta1Service::response))
        .map(answers -> NodePrepareResourcesResponse.newBuilder().putAllClaims(answers).build());
  }

  @Override
  public Uni<NodeUnprepareResourcesResponse> nodeUnprepareResources(
      NodeUnprepareResourcesRequest request) {
    return ClaimBatch.answerEach(
            request.getClaimsList(),
            Claim::getUid,
            claim ->
                calls
                    .unprepare(PluginApiVersion.V1BETA1, reference(claim))
                    .map(NodeV1Beta1Service::response))
        .map(answers -> NodeUnprepareResourcesResponse.newBuilder().putAllClaims(answers).build());
  }

  private static ClaimReference reference(Claim claim) {
    return new ClaimReference(claim.getNamespace(), claim.getName(), claim.getUid());
  }

  private static NodePrepareResourceResponse response(PrepareResult result) {
    var response = NodePrepareResourceResponse.newBuilder();
    return switch (result) {
      case PrepareResult.Prepared(var devices) -> {
        devices.forEach(device -> response.addDevices(message(device)));
        yield response.build();
      }
      case PrepareResult.Failed(String message) -> response.setError(message).build();
    };
  }

  private static Device message(PreparedDevice device) {
    var answered =
        Device.newBuilder()
            .addAllRequestNames(device.requestNames())
            .setPoolName(device.poolName())
            .setDeviceName(device.deviceName())
            .addAllCdiDeviceIds(device.cdiDevices());
    return answered.build();
  }

  private static NodeUnprepareResourceResponse response(UnprepareResult result) {
    var response = NodeUnprepareResourceResponse.newBuilder();
    return switch (result) {
      case UnprepareResult.Unprepared() -> response.build();
      case UnprepareResult.Failed(String message) -> response.setError(message).build();
    };
  }
}
