package com.intel.dra.gpu.controller.leader;

import com.intel.dra.gpu.api.AgentLease;
import com.intel.dra.gpu.client.BoundedClient;
import com.intel.dra.kit.client.ObjectLookup;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.quarkus.arc.profile.IfBuildProfile;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Reads Leases from the API server, past all informers. */
@Singleton
@IfBuildProfile("controller")
public class ApiServerLeaseReader implements LeaseReader {

  private static final Duration PATIENCE = Duration.ofSeconds(4);

  private final KubernetesClient client;
  private final String namespace;

  public ApiServerLeaseReader(
      KubernetesClient client, @ConfigProperty(name = "gpu.namespace") String namespace) {
    this.client = BoundedClient.of(client, PATIENCE, 0);
    this.namespace = namespace;
  }

  @Override
  public List<Lease> ofAgents() {
    return client
        .leases()
        .inNamespace(namespace)
        .withLabel(AgentLease.LABEL, AgentLease.LABEL_VALUE)
        .list()
        .getItems();
  }

  @Override
  public Optional<Lease> ofControllers() {
    return ObjectLookup.read(
        client.leases().inNamespace(namespace).withName(ElectionTimes.LEASE),
        Lease.class,
        ElectionTimes.LEASE);
  }

  @Override
  public void update(Lease lease) {
    client.resource(lease).update();
  }

  @Override
  public Optional<String> leader() {
    return ofControllers().flatMap(ApiServerLeaseReader::holder);
  }

  /**
   * Does as client-go does. It writes under the version that it read, so that it does not give up
   * the lead of another process.
   */
  @Override
  public void giveUpLead(String leader) {
    ofControllers()
        .filter(lease -> holder(lease).filter(leader::equals).isPresent())
        .ifPresent(
            lease ->
                update(
                    new LeaseBuilder(lease)
                        .editSpec()
                        .withHolderIdentity("")
                        .withLeaseDurationSeconds(1)
                        .endSpec()
                        .build()));
  }

  private static Optional<String> holder(Lease lease) {
    return Optional.ofNullable(lease.getSpec())
        .map(spec -> spec.getHolderIdentity())
        .filter(holder -> !holder.isEmpty());
  }
}
