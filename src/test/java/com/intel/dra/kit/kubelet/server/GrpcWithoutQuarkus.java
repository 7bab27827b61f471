package com.intel.dra.kit.kubelet.server;

import io.grpc.StatusRuntimeException;
import io.quarkus.grpc.ExceptionHandler;
import io.quarkus.grpc.ExceptionHandlerProvider;
import io.quarkus.grpc.stubs.ServerCalls;

/**
 * Quarkus' Mutiny stubs look for the bean that turns a failed Uni into a gRPC status. In a plain
 * unit test there is none, and the call would never be answered. This class provides one that does
 * the same as Quarkus' own for a StatusRuntimeException: nothing.
 */
public final class GrpcWithoutQuarkus {

  private GrpcWithoutQuarkus() {}

  public static void install() {
    try {
      var field = ServerCalls.class.getDeclaredField("ehp");
      field.setAccessible(true);
      field.set(null, new PassingOn());
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("Quarkus' stubs have changed", e);
    }
  }

  private static final class PassingOn implements ExceptionHandlerProvider {
    @Override
    public <ReqT, RespT> ExceptionHandler<ReqT, RespT> createHandler(
        io.grpc.ServerCall.Listener<ReqT> listener,
        io.grpc.ServerCall<ReqT, RespT> serverCall,
        io.grpc.Metadata metadata) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Throwable transform(Throwable failure) {
      if (failure instanceof StatusRuntimeException) {
        return failure;
      }
      throw new AssertionError("every failure should carry a status", failure);
    }
  }
}
