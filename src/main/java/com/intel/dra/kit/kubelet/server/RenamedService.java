package com.intel.dra.kit.kubelet.server;

import io.grpc.BindableService;
import io.grpc.MethodDescriptor;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;

/** A service under the name that another kubelet calls it by, with messages of the same form. */
final class RenamedService {

  private RenamedService() {}

  static ServerServiceDefinition of(BindableService service, String name) {
    var renamed = ServerServiceDefinition.builder(name);
    service.bindService().getMethods().forEach(method -> add(renamed, name, method));
    return renamed.build();
  }

  private static <Q, R> void add(
      ServerServiceDefinition.Builder service, String name, ServerMethodDefinition<Q, R> method) {
    MethodDescriptor<Q, R> descriptor = method.getMethodDescriptor();
    String renamed =
        MethodDescriptor.generateFullMethodName(
            name, String.valueOf(descriptor.getBareMethodName()));
    service.addMethod(
        descriptor.toBuilder().setFullMethodName(renamed).build(), method.getServerCallHandler());
  }
}
