package com.intel.dra.kit.kubelet.server;

import com.intel.dra.kit.kubelet.api.ClaimReference;
import com.intel.dra.kit.kubelet.api.PluginApiVersion;
import com.intel.dra.kit.kubelet.api.PrepareResult;
import com.intel.dra.kit.kubelet.api.UnprepareResult;
import com.intel.dra.kit.kubelet.proto.v1alpha3.Claim;
import com.intel.dra.kit.kubelet.proto.v1alpha3.MutinyNodeGrpc;
import com.intel.dra.kit.kubelet.proto.v1alpha3.NodePrepareResourceResponse;
import com.intel.dra.kit.kubelet.proto.v1alpha3.NodePrepareResourcesRequest;
import com.intel.dra.kit.kubelet.proto.v1alpha3.NodePrepareResourcesResponse;
import com.intel.dra.kit.kubelet.proto.v1alpha3.NodeUnprepareResourceResponse;
import com.intel.dra.kit.kubelet.proto.v1alpha3.NodeUnprepareResourcesRequest;
import com.intel.dra.kit.kubelet.proto.v1alpha3.NodeUnprepareResourcesResponse;
import io.quarkus.grpc.GrpcService;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Inject;

/**
 * The API of Kubernetes 1.28 to 1.30: batches. Every claim of a request is answered, and a failed
 * one has its own error text.
 */
@GrpcService
final class NodeV1Alpha3Service extends MutinyNodeGrpc.NodeImplBase {

  private final ClaimCalls calls;

  @Inject
  NodeV1Alpha3Service(ClaimCalls calls) {
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
                    .prepare(
                        PluginApiVersion.V1ALPHA3,
                        reference(claim),
                        ClaimCalls.handle(claim.getResourceHandle()))
                    .map(NodeV1Alpha3Service::response))
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
                    .unprepare(PluginApiVersion.V1ALPHA3, reference(claim))
                    .map(NodeV1Alpha3Service::response))
        .map(answers -> NodeUnprepareResourcesResponse.newBuilder().putAllClaims(answers).build());
  }

  private static ClaimReference reference(Claim claim) {
    return new ClaimReference(claim.getNamespace(), claim.getName(), claim.getUid());
  }

  private static NodePrepareResourceResponse response(PrepareResult result) {
    var response = NodePrepareResourceResponse.newBuilder();
    return switch (result) {
      case PrepareResult.Prepared prepared ->
          response.addAllCdiDevices(prepared.cdiDevices()).build();
      case PrepareResult.Failed failed -> response.setError(failed.message()).build();
    };
  }

  private static NodeUnprepareResourceResponse response(UnprepareResult result) {
    var response = NodeUnprepareResourceResponse.newBuilder();
    return switch (result) {
      case UnprepareResult.Unprepared done -> response.build();
      case UnprepareResult.Failed failed -> response.setError(failed.message()).build();
    };
  }
}
