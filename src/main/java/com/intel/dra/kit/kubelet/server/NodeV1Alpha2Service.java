package com.intel.dra.kit.kubelet.server;

import com.intel.dra.kit.kubelet.api.ClaimReference;
import com.intel.dra.kit.kubelet.api.PluginApiVersion;
import com.intel.dra.kit.kubelet.api.PrepareResult;
import com.intel.dra.kit.kubelet.api.UnprepareResult;
import com.intel.dra.kit.kubelet.proto.v1alpha2.MutinyNodeGrpc;
import com.intel.dra.kit.kubelet.proto.v1alpha2.NodePrepareResourceRequest;
import com.intel.dra.kit.kubelet.proto.v1alpha2.NodePrepareResourceResponse;
import com.intel.dra.kit.kubelet.proto.v1alpha2.NodeUnprepareResourceRequest;
import com.intel.dra.kit.kubelet.proto.v1alpha2.NodeUnprepareResourceResponse;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.quarkus.grpc.GrpcService;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Inject;
import java.util.Optional;

/** The API of Kubernetes 1.26 and 1.27: one claim per call, and errors are gRPC statuses. */
@GrpcService
final class NodeV1Alpha2Service extends MutinyNodeGrpc.NodeImplBase {

  private static final int MAX_MESSAGE_LENGTH = 1024;

  private final ClaimCalls calls;

  @Inject
  NodeV1Alpha2Service(ClaimCalls calls) {
    this.calls = calls;
  }

  @Override
  public Uni<NodePrepareResourceResponse> nodePrepareResource(NodePrepareResourceRequest request) {
    var claim =
        new ClaimReference(request.getNamespace(), request.getClaimName(), request.getClaimUid());
    return calls
        .prepare(PluginApiVersion.V1ALPHA2, claim, ClaimCalls.handle(request.getResourceHandle()))
        .map(
            result ->
                switch (result) {
                  case PrepareResult.Prepared prepared ->
                      NodePrepareResourceResponse.newBuilder()
                          .addAllCdiDevices(prepared.cdiDevices())
                          .build();
                  case PrepareResult.Failed failed -> throw status(claim, failed.message());
                });
  }

  @Override
  public Uni<NodeUnprepareResourceResponse> nodeUnprepareResource(
      NodeUnprepareResourceRequest request) {
    var claim =
        new ClaimReference(request.getNamespace(), request.getClaimName(), request.getClaimUid());
    return calls
        .unprepare(PluginApiVersion.V1ALPHA2, claim)
        .map(
            result ->
                switch (result) {
                  case UnprepareResult.Unprepared done ->
                      NodeUnprepareResourceResponse.getDefaultInstance();
                  case UnprepareResult.Failed failed -> throw status(claim, failed.message());
                });
  }

  private static StatusRuntimeException status(ClaimReference claim, String message) {
    Optional<String> defect = ClaimCalls.defect(claim);
    Status status = defect.isPresent() ? Status.INVALID_ARGUMENT : Status.FAILED_PRECONDITION;
    return status.withDescription(shortened(message)).asRuntimeException();
  }

  /** A status is sent in a header, and callers accept 8 KiB of headers in total. */
  private static String shortened(String message) {
    return message.length() <= MAX_MESSAGE_LENGTH
        ? message
        : message.substring(0, MAX_MESSAGE_LENGTH) + "...";
  }
}
