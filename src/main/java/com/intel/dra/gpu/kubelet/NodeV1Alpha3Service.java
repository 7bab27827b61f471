package com.intel.dra.gpu.kubelet;

import com.intel.dra.gpu.kubelet.proto.v1alpha3.Claim;
import com.intel.dra.gpu.kubelet.proto.v1alpha3.MutinyNodeGrpc;
import com.intel.dra.gpu.kubelet.proto.v1alpha3.NodePrepareResourceResponse;
import com.intel.dra.gpu.kubelet.proto.v1alpha3.NodePrepareResourcesRequest;
import com.intel.dra.gpu.kubelet.proto.v1alpha3.NodePrepareResourcesResponse;
import com.intel.dra.gpu.kubelet.proto.v1alpha3.NodeUnprepareResourceResponse;
import com.intel.dra.gpu.kubelet.proto.v1alpha3.NodeUnprepareResourcesRequest;
import com.intel.dra.gpu.kubelet.proto.v1alpha3.NodeUnprepareResourcesResponse;
import io.quarkus.grpc.GrpcService;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Kubernetes 1.28 to 1.30: batches. Every claim of a request is answered, the failed ones with an
 * error text of their own.
 */
@GrpcService
final class NodeV1Alpha3Service extends MutinyNodeGrpc.NodeImplBase {

  /** An answer to one claim of a batch, on its way into the answer's map. */
  private record Answer<R>(String uid, R response) {}

  private final ClaimCalls calls;

  @Inject
  NodeV1Alpha3Service(ClaimCalls calls) {
    this.calls = calls;
  }

  @Override
  public Uni<NodePrepareResourcesResponse> nodePrepareResources(
      NodePrepareResourcesRequest request) {
    return forEach(
            request.getClaimsList(),
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
    return forEach(
            request.getClaimsList(),
            claim ->
                calls
                    .unprepare(PluginApiVersion.V1ALPHA3, reference(claim))
                    .map(NodeV1Alpha3Service::response))
        .map(answers -> NodeUnprepareResourcesResponse.newBuilder().putAllClaims(answers).build());
  }

  private static <R> Uni<Map<String, R>> forEach(List<Claim> claims, Function<Claim, Uni<R>> call) {
    return Multi.createFrom()
        .iterable(claims)
        .onItem()
        .transformToUniAndMerge(
            claim -> call.apply(claim).map(response -> new Answer<>(claim.getUid(), response)))
        .collect()
        .asMap(Answer::uid, Answer::response);
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
