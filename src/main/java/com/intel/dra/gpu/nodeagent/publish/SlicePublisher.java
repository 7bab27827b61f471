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
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.logging.Logger;

/** Publishes the node's devices for the scheduler, in the best form that the cluster supports. */
@Singleton
public class SlicePublisher implements SliceListener {

  private static final Logger LOG = Logger.getLogger(SlicePublisher.class);

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
    if (offer.unknown().isPresent()) {
      return; // a GPU may have to be withheld, or be in use, so the published slices stay
    }
    lookAtTheRelease();
    if (release.isEmpty()) {
      return; // the best form is not known, so the published slices stay
    }
    offer.isPublished(keeper.isUpToDate() ? wanted : Optional.empty());
    offer.followPolicies();
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
    var limits = new ReleaseLimits(at);
    limits.leftOut(now).forEach(this::tellOnce);
    publish(now.inOrderOfPreference(limits.chargesShares()));
  }

  private void publish(List<OfferedDevices> now) {
    if (!now.equals(candidates)) {
      candidates = now;
      keeper.publish(now.stream().map(SlicePublisher::pool).toList());
    }
  }

  private static WantedPool pool(OfferedDevices way) {
    WantedPool pool = WantedPool.of(way.counterSets(), way.devices());
    return way.countersBesideDevices() ? pool.withCountersBesideDevices() : pool;
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
      release = Optional.of(KubernetesRelease.ofApiServer(client).orElse(ReleaseLimits.UNKNOWN));
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
        offeredFor
            .map(ReleaseLimits::new)
            .orElse(ReleaseLimits.NONE)
            .dropped(way(candidate), fields));
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
