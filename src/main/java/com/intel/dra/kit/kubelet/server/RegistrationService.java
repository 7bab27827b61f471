package com.intel.dra.kit.kubelet.server;

import com.intel.dra.kit.kubelet.api.PluginSettings;
import com.intel.dra.kit.kubelet.api.RegistrationState;
import com.intel.dra.kit.kubelet.proto.registration.InfoRequest;
import com.intel.dra.kit.kubelet.proto.registration.MutinyRegistrationGrpc;
import com.intel.dra.kit.kubelet.proto.registration.PluginInfo;
import com.intel.dra.kit.kubelet.proto.registration.RegistrationStatus;
import com.intel.dra.kit.kubelet.proto.registration.RegistrationStatusResponse;
import io.quarkus.grpc.GrpcService;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Inject;
import org.jboss.logging.Logger;

/**
 * Answers the kubelet's questions about the plugin, and receives the result of the registration.
 */
@GrpcService
final class RegistrationService extends MutinyRegistrationGrpc.RegistrationImplBase {

  private static final Logger LOG = Logger.getLogger(RegistrationService.class);

  private static final String PLUGIN_TYPE = "DRAPlugin";

  private final PluginSettings settings;
  private volatile RegistrationState state = new RegistrationState.Awaited();

  @Inject
  RegistrationService(PluginSettings settings) {
    this.settings = settings;
  }

  RegistrationState state() {
    return state;
  }

  @Override
  public Uni<PluginInfo> getInfo(InfoRequest request) {
    return Uni.createFrom()
        .item(
            PluginInfo.newBuilder()
                .setType(PLUGIN_TYPE)
                .setName(settings.driverName())
                .setEndpoint(settings.pluginSocket().toString())
                .addAllSupportedVersions(settings.generation().supportedVersions())
                .build());
  }

  @Override
  public Uni<RegistrationStatusResponse> notifyRegistrationStatus(RegistrationStatus status) {
    if (status.getPluginRegistered()) {
      state = new RegistrationState.Registered();
      LOG.infof("The kubelet registered %s", settings.driverName());
    } else {
      state = new RegistrationState.Refused(status.getError());
      LOG.errorf(
          "The kubelet refused to register %s, so no pod can use its claims on this node: %s",
          settings.driverName(), status.getError());
    }
    return Uni.createFrom().item(RegistrationStatusResponse.getDefaultInstance());
  }
}
