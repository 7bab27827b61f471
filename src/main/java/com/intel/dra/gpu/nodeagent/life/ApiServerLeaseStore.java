package com.intel.dra.gpu.nodeagent.life;

import com.intel.dra.gpu.api.AgentLease;
import com.intel.dra.gpu.api.GpuAllocationState;
import com.intel.dra.gpu.client.BoundedClient;
import com.intel.dra.gpu.nodeagent.config.AgentConfig;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.net.HttpURLConnection;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/** Renews the Lease at the API server, usually with one request. */
@Singleton
public class ApiServerLeaseStore implements LeaseStore {

  /**
   * After this time a new renewal is better, because a client that retries makes ever longer
   * pauses.
   */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final KubernetesClient client;
  private final AgentConfig config;
  private final Clock clock;
  private Optional<Lease> known = Optional.empty();

  @Inject
  public ApiServerLeaseStore(KubernetesClient client, AgentConfig config, Clock clock) {
    this.client = BoundedClient.of(client, PATIENCE, 0);
    this.config = config;
    this.clock = clock;
  }

  @Override
  public String name() {
    return config.namespace() + "/" + AgentLease.nameOf(config.nodeName());
  }

  @Override
  public synchronized void renew(GpuAllocationState owner) {
    try {
      known = Optional.of(renewed(known.orElseGet(() -> get(owner)), owner));
    } catch (KubernetesClientException e) {
      known = Optional.empty();
      if (e.getCode() != HttpURLConnection.HTTP_CONFLICT
          && e.getCode() != HttpURLConnection.HTTP_NOT_FOUND) {
        throw e;
      }
      known = Optional.of(renewed(get(owner), owner));
    }
  }

  private Lease get(GpuAllocationState owner) {
    Lease lease = client.leases().inNamespace(config.namespace()).withName(nameOfLease()).get();
    return lease == null ? client.resource(lease(new LeaseBuilder(), owner)).create() : lease;
  }

  /**
   * Writes with the version that was read or written last, so that another client's write causes a
   * conflict.
   */
  private Lease renewed(Lease lease, GpuAllocationState owner) {
    return client.resource(lease(new LeaseBuilder(lease), owner)).update();
  }

  private Lease lease(LeaseBuilder lease, GpuAllocationState owner) {
    ZonedDateTime now =
        ZonedDateTime.ofInstant(clock.instant(), ZoneOffset.UTC).truncatedTo(ChronoUnit.MICROS);
    return lease
        .editOrNewMetadata()
        .withName(nameOfLease())
        .withNamespace(config.namespace())
        .addToLabels(AgentLease.LABEL, AgentLease.LABEL_VALUE)
        .withOwnerReferences(reference(owner))
        .endMetadata()
        .editOrNewSpec()
        .withHolderIdentity(config.podName().orElse(config.nodeName()))
        .withLeaseDurationSeconds((int) AgentLease.DURATION.toSeconds())
        .withRenewTime(now)
        .endSpec()
        .build();
  }

  private static OwnerReference reference(GpuAllocationState owner) {
    return new OwnerReferenceBuilder()
        .withApiVersion(owner.getApiVersion())
        .withKind(owner.getKind())
        .withName(owner.getMetadata().getName())
        .withUid(owner.getMetadata().getUid())
        .build();
  }

  private String nameOfLease() {
    return AgentLease.nameOf(config.nodeName());
  }
}
