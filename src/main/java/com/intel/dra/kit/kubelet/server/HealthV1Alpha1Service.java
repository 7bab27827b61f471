package com.intel.dra.kit.kubelet.server;

import com.intel.dra.kit.kubelet.api.DeviceHealth;
import com.intel.dra.kit.kubelet.proto.health.v1alpha1.DeviceIdentifier;
import com.intel.dra.kit.kubelet.proto.health.v1alpha1.HealthStatus;
import com.intel.dra.kit.kubelet.proto.health.v1alpha1.MutinyDRAResourceHealthGrpc;
import com.intel.dra.kit.kubelet.proto.health.v1alpha1.NodeWatchResourcesRequest;
import com.intel.dra.kit.kubelet.proto.health.v1alpha1.NodeWatchResourcesResponse;
import io.quarkus.grpc.GrpcService;
import io.smallrye.mutiny.Multi;
import jakarta.inject.Inject;
import java.util.List;

/** The health service of Kubernetes 1.34 to 1.39. */
@GrpcService
final class HealthV1Alpha1Service extends MutinyDRAResourceHealthGrpc.DRAResourceHealthImplBase {

  private final HealthStreams health;

  @Inject
  HealthV1Alpha1Service(HealthStreams health) {
    this.health = health;
  }

  @Override
  public Multi<NodeWatchResourcesResponse> nodeWatchResources(NodeWatchResourcesRequest request) {
    return health.stream().map(HealthV1Alpha1Service::response);
  }

  private static NodeWatchResourcesResponse response(List<DeviceHealth> devices) {
    var response = NodeWatchResourcesResponse.newBuilder();
    for (DeviceHealth device : devices) {
      response
          .addDevicesBuilder()
          .setDevice(
              DeviceIdentifier.newBuilder()
                  .setPoolName(device.poolName())
                  .setDeviceName(device.deviceName()))
          .setHealth(
              switch (device.status()) {
                case UNKNOWN -> HealthStatus.UNKNOWN;
                case HEALTHY -> HealthStatus.HEALTHY;
                case UNHEALTHY -> HealthStatus.UNHEALTHY;
              })
          .setLastUpdatedTime(device.determinedAt().getEpochSecond())
          .setMessage(device.message());
    }
    return response.build();
  }
}
