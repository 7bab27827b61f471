package com.intel.dra.gpu.nodeagent.publish;

import com.intel.dra.gpu.nodeagent.config.AgentConfig;
import com.intel.dra.gpu.nodeagent.tell.AgentMetrics;
import com.intel.dra.gpu.nodeagent.vfs.VfProvisioner;
import com.intel.dra.gpu.structured.GpuOffer;
import com.intel.dra.gpu.structured.OfferedDevices;
import com.intel.dra.gpu.structured.StructuredApi;
import com.intel.dra.kit.served.KubernetesRelease;
import com.intel.dra.kit.slices.keeper.SliceKeeper;
import com.intel.dra.kit.slices.keeper.SliceListener;
import com.intel.dra.kit.slices.keeper.SliceSettings;
import com.intel.dra.kit.slices.pool.DroppedField;
import com.intel.dra.kit.slices.pool.PublishedPool;
import com.intel.dra.kit.slices.pool.WantedPool;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/** Publishes the node's devices for the scheduler, in the best form that the cluster supports. */
@Singleton
public class SlicePublisher implements SliceListener {

  private static final Logger LOG = Logger.getLogger(SlicePublisher.class);

  /**
   * From this release on, the scheduler charges the counters of a device with the shares that are
   * already allocated, and not only with those that it allocates itself.
   */
  private static final KubernetesRelease CHARGES_SHARES = new KubernetesRelease(1, 36, 2);

  private final KubernetesClient client;
  private final SliceOffer offer;
  private final VfProvisioner vfs;
  private final AgentMetrics metrics;
  private final SliceKeeper keeper;

  private Optional<GpuOffer> wanted = Optional.empty();
  private volatile List<OfferedDevices> candidates = List.of();
  private volatile Optional<PublishedPool> published = Optional.empty();
  private volatile String lastFailure = "";
  private final Set<String> told = ConcurrentHashMap.newKeySet();
  private Optional<KubernetesRelease> release = Optional.empty();
  private volatile Optional<KubernetesRelease> offeredFor = Optional.empty();
  private volatile boolean isReleaseOld = true;

  @Inject
  public SlicePublisher(
      KubernetesClient client,
      SliceOffer offer,
      VfProvisioner vfs,
      AgentMetrics metrics,
      AgentConfig config) {
    this.client = client;
    this.offer = offer;
    this.vfs = vfs;
    this.metrics = metrics;
    this.keeper =
        SliceKeeper.create(
            client, new SliceSettings(StructuredApi.DRIVER_NAME, config.nodeName()), this);
  }

  public void start() {
    keeper.start();
  }

  /** Stops publishing. The published slices stay for the next agent on this node. */
  public void close() {
    keeper.close();
  }

  /** Call this periodically: it publishes what has changed. May wait for the API server once. */
  public synchronized void refresh() {
    if (!vfs.haveBeenLookedAt()) {
      return; // a GPU may be in use by others, so the published slices stay
    }
    lookAtTheRelease();
    if (release.isEmpty()) {
      return; // the best form is not known, so the published slices stay
    }
    Optional<GpuOffer> now = offer.current();
    boolean isNew = !now.equals(wanted) || !release.equals(offeredFor);
    if (now.isPresent() && isNew) {
      wanted = now; // it seldom changes, and to publish it takes hundreds of objects
      if (offeredFor.isPresent() && !release.equals(offeredFor)) {
        keeper.chooseAgain();
      }
      offeredFor = release;
      publish(now.get(), release.get());
    }
  }

  private void publish(GpuOffer now, KubernetesRelease at) {
    boolean charged = at.isAtLeast(CHARGES_SHARES);
    List<OfferedDevices> ways = now.inOrderOfPreference(charged);
    if (!charged) {
      now.inOrderOfPreference(true).stream()
          .filter(way -> !ways.contains(way))
          .forEach(way -> tellNotCharged(way.name(), at));
    }
    publish(ways);
  }

  private void tellNotCharged(String way, KubernetesRelease at) {
    tellOnce(
        "Devices cannot be published as %s on Kubernetes %s: its scheduler forgets the shares of a GPU when it counts what is left of it; Kubernetes %s and later count them"
            .formatted(way, at, CHARGES_SHARES));
  }

  private void publish(List<OfferedDevices> now) {
    if (!now.equals(candidates)) {
      candidates = now;
      keeper.publish(
          now.stream().map(way -> WantedPool.of(way.counterSets(), way.devices())).toList());
    }
  }

  /** Sets whether the kubelet can call; the next {@link #refresh} publishes it. */
  public void setReady(boolean ready) {
    offer.setReady(ready);
  }

  /** Returns whether devices have been published since the agent started. */
  public boolean isPublished() {
    return published.isPresent();
  }

  /** Reads the API server's release again at the next {@link #refresh}, for it may be upgraded. */
  public void lookAtTheReleaseAgain() {
    isReleaseOld = true;
  }

  /** Tries the best way to publish again, because the API server serves another version. */
  public void chooseAgain() {
    keeper.chooseAgain();
    lookAtTheReleaseAgain();
  }

  /** An API server that does not tell its release counts as the oldest. */
  private void lookAtTheRelease() {
    if (!isReleaseOld) {
      return;
    }
    try {
      release =
          Optional.of(KubernetesRelease.ofApiServer(client).orElse(KubernetesRelease.minor(0)));
      isReleaseOld = false;
    } catch (KubernetesClientException e) {
      failed("the API server does not tell its release: " + e.getMessage());
    }
  }

  @Override
  public void published(PublishedPool pool) {
    metrics.slicesPublished();
    lastFailure = "";
    published = Optional.of(pool);
    LOG.infof(
        "Published for the scheduler as %s: %d devices in %d slices of pool %s, generation %d",
        pool.candidate().isPresent() ? way(pool.candidate().getAsInt()) : "nothing",
        pool.devices(),
        pool.slices(),
        pool.poolName(),
        pool.generation());
  }

  @Override
  public void repaired(PublishedPool pool) {
    metrics.slicesRepaired();
    published = Optional.of(pool);
    LOG.infof(
        "Published again, because somebody had changed or deleted slices: %d devices in %d slices of"
            + " pool %s, generation %d",
        pool.devices(), pool.slices(), pool.poolName(), pool.generation());
  }

  @Override
  public void withdrawn() {
    published = Optional.empty();
    LOG.info("Nothing is published for the scheduler any more");
  }

  /** The keeper calls this again whenever a GPU comes into use; each message is logged once. */
  @Override
  public void droppedFields(int candidate, Set<DroppedField> fields) {
    tellOnce(
        "The API server does not store %s of devices published as %s: %s, and what needs them is not offered"
            .formatted(new TreeSet<>(fields), way(candidate), reasons(fields)));
  }

  /** The feature gates that are off, and those that a release does not have. */
  private String reasons(Set<DroppedField> fields) {
    return Stream.of(
            gates(fields, this::isInTheRelease, "feature gates of the cluster are off"),
            gates(fields, field -> !isInTheRelease(field), "the release of Kubernetes lacks them"))
        .flatMap(Optional::stream)
        .collect(Collectors.joining(", "));
  }

  private static Optional<String> gates(
      Set<DroppedField> fields, Predicate<DroppedField> which, String reason) {
    List<String> gates =
        fields.stream()
            .filter(which)
            .flatMap(field -> field.featureGate().stream())
            .distinct()
            .sorted()
            .toList();
    return gates.isEmpty()
        ? Optional.empty()
        : Optional.of("%s (%s)".formatted(reason, String.join(", ", gates)));
  }

  private boolean isInTheRelease(DroppedField field) {
    KubernetesRelease first = KubernetesRelease.minor(field.sinceMinor());
    return offeredFor.filter(at -> at.minor() > 0 && !at.isAtLeast(first)).isEmpty();
  }

  private void tellOnce(String message) {
    if (told.add(message)) {
      LOG.warn(message);
    }
  }

  @Override
  public void rejected(int candidate, String message) {
    metrics.slicesRefused();
    LOG.errorf("Devices cannot be published as %s: %s", way(candidate), message);
  }

  @Override
  public void failed(String message) {
    metrics.slicesFailed();
    if (!message.equals(lastFailure)) {
      lastFailure = message;
      LOG.warnf("Devices could not be published for the scheduler, trying again: %s", message);
    }
  }

  private String way(int candidate) {
    List<OfferedDevices> now = candidates;
    return candidate < now.size() ? now.get(candidate).name() : "candidate " + candidate;
  }
}
