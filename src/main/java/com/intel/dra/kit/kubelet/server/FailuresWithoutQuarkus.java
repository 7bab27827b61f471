package com.intel.dra.kit.kubelet.server;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import io.quarkus.arc.Arc;
import io.quarkus.grpc.ExceptionHandler;
import io.quarkus.grpc.ExceptionHandlerProvider;
import io.quarkus.grpc.stubs.ServerCalls;

/**
 * Makes failures of gRPC services the answers of their calls, as Quarkus does. Quarkus' stubs look
 * for a bean that does so; in a process without Quarkus there is none, and a call that fails would
 * never be answered.
 */
final class FailuresWithoutQuarkus {

  private FailuresWithoutQuarkus() {}

  /** Does nothing in an application of Quarkus, or if something is installed already. */
  static synchronized void areAnswered() {
    if (Arc.container() != null) {
      return;
    }
    try {
      var provider = ServerCalls.class.getDeclaredField("ehp");
      provider.setAccessible(true);
      if (provider.get(null) == null) {
        provider.set(null, new AsStatus());
      }
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("these stubs of Quarkus are not those that the kit was built for", e);
    }
  }

  private static final class AsStatus implements ExceptionHandlerProvider {

    @Override
    public <ReqT, RespT> ExceptionHandler<ReqT, RespT> createHandler(
        ServerCall.Listener<ReqT> listener, ServerCall<ReqT, RespT> call, Metadata metadata) {
      throw new UnsupportedOperationException("only Quarkus' own server asks for it");
    }

    @Override
    public Throwable transform(Throwable failure) {
      return failure instanceof StatusRuntimeException || failure instanceof StatusException
          ? failure
          : Status.INTERNAL
              .withDescription("internal error, see the log of the driver on this node: " + failure)
              .withCause(failure)
              .asRuntimeException();
    }
  }
}
