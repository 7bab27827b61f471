package com.intel.dra.gpu.nodeagent.claimstatus;

import com.fasterxml.jackson.databind.JsonNode;
import com.intel.dra.gpu.api.EventReason;
import com.intel.dra.gpu.client.BoundedClient;
import com.intel.dra.gpu.device.DeviceUid;
import com.intel.dra.gpu.device.Gpu;
import com.intel.dra.gpu.nodeagent.config.AgentConfig;
import com.intel.dra.gpu.nodeagent.devices.NodeDevices;
import com.intel.dra.gpu.nodeagent.tell.EventWriter;
import com.intel.dra.gpu.structured.ClaimResults;
import com.intel.dra.gpu.structured.StructuredApi;
import com.intel.dra.kit.client.ObjectLookup;
import com.intel.dra.kit.kubelet.api.ClaimReference;
import io.fabric8.kubernetes.api.model.ObjectReferenceBuilder;
import io.fabric8.kubernetes.api.model.resource.v1.AllocatedDeviceStatus;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaim;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaimBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/**
 * Writes what one claim got, by server-side apply: the entries of other drivers, and of other
 * nodes' agents, have other owners and stay as they are.
 */
@Singleton
public class ClaimStatusWriter {

  private static final Logger LOG = Logger.getLogger(ClaimStatusWriter.class);

  /** Owns the entries; the same name for each agent, so that a new one can change them. */
  static final String FIELD_MANAGER = "intel-gpu-node-agent";

  private static final Duration ANSWER_WITHIN = Duration.ofSeconds(5);

  /** What the API server did with a write. */
  enum Answer {
    /** The claim says it now, or there is nothing at which to say it. */
    DONE,
    /** The API server has no room for it: its feature gate is off. */
    DROPPED
  }

  private final KubernetesClient client;
  private final EventWriter events;
  private final NodeDevices devices;
  private final AgentConfig config;
  private final Clock clock;

  /**
   * @param clock for the times in conditions and Events
   */
  @Inject
  public ClaimStatusWriter(
      KubernetesClient client, NodeDevices devices, AgentConfig config, Clock clock) {
    this.client = BoundedClient.of(client, ANSWER_WITHIN, 0);
    this.events = new EventWriter(this.client, config.nodeName());
    this.devices = devices;
    this.config = config;
    this.clock = clock;
  }

  /**
   * Reads the claim, and writes what it does not say yet. Blocks.
   *
   * @throws KubernetesClientException if the API server refuses it, or does not answer
   */
  Answer write(ClaimReference reference, ClaimOutcome outcome) {
    Optional<ResourceClaim> claim =
        ObjectLookup.read(
                client
                    .resources(ResourceClaim.class)
                    .inNamespace(reference.namespace())
                    .withName(reference.name()),
                ResourceClaim.class,
                reference.name())
            .filter(found -> reference.uid().equals(found.getMetadata().getUid()));
    String pool = config.nodeName();
    if (claim.isEmpty()
        || !(ClaimResults.of(claim.get(), StructuredApi.DRIVER_NAME, pool)
            instanceof ClaimResults.Given(var results, var _))) {
      return Answer.DONE;
    }
    List<AllocatedDeviceStatus> present = DeviceStatuses.ours(claim.get(), pool);
    Instant now = clock.instant();
    List<AllocatedDeviceStatus> wanted =
        DeviceStatuses.of(results, outcome, present, this::find, now);
    if (plain(present).equals(plain(wanted))) {
      return Answer.DONE;
    }
    if (DeviceStatuses.ours(apply(reference, wanted), pool).isEmpty()) {
      return Answer.DROPPED;
    }
    boolean wasNotReady = DeviceStatuses.sayNotReady(present);
    if (wasNotReady == outcome.ready()) {
      tell(
          reference,
          outcome.ready() ? EventReason.CLAIM_PREPARED : EventReason.CLAIM_NOT_PREPARED,
          outcome.ready()
              ? "Containers on node %s can use the claim's devices now".formatted(pool)
              : outcome.message(),
          now);
    }
    return Answer.DONE;
  }

  /** Whether the claim has entries of this node's agent. */
  boolean saysSomething(ResourceClaim claim) {
    return !DeviceStatuses.ours(claim, config.nodeName()).isEmpty();
  }

  /** As JSON, because the client's model reads a device's data as another type than it writes. */
  private Set<JsonNode> plain(List<AllocatedDeviceStatus> entries) {
    return entries.stream()
        .map(entry -> client.getKubernetesSerialization().convertValue(entry, JsonNode.class))
        .collect(Collectors.toSet());
  }

  private Optional<Gpu> find(DeviceUid uid) {
    return devices.find(uid.toString());
  }

  /** The UID makes the API server refuse a claim that has the name of a deleted one. */
  private ResourceClaim apply(ClaimReference reference, List<AllocatedDeviceStatus> entries) {
    return client
        .resource(
            new ResourceClaimBuilder()
                .withNewMetadata()
                .withNamespace(reference.namespace())
                .withName(reference.name())
                .withUid(reference.uid())
                .endMetadata()
                .withNewStatus()
                .withDevices(entries)
                .endStatus()
                .build())
        .subresource("status")
        .patch(
            new PatchContext.Builder()
                .withPatchType(PatchType.SERVER_SIDE_APPLY)
                .withFieldManager(FIELD_MANAGER)
                .withForce(true)
                .build());
  }

  private void tell(ClaimReference reference, EventReason reason, String message, Instant now) {
    LOG.infof("%s: %s: %s", reason.word(), reference, message);
    var about =
        new ObjectReferenceBuilder()
            .withApiVersion("resource.k8s.io/v1")
            .withKind("ResourceClaim")
            .withNamespace(reference.namespace())
            .withName(reference.name())
            .withUid(reference.uid())
            .build();
    try {
      events.write(about, reference.namespace(), reason, message, now);
    } catch (KubernetesClientException e) {
      LOG.warnf(
          "Event %s on %s could not be written: %s", reason.word(), reference, e.getMessage());
    }
  }
}
