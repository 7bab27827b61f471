package com.intel.dra.gpu.controller.explaining;

import com.intel.dra.gpu.controller.cluster.WithoutUnusedFields;
import com.intel.dra.gpu.explain.ClusterView;
import com.intel.dra.gpu.explain.ExtendedResources;
import com.intel.dra.gpu.explain.search.SchedulerFeatures;
import com.intel.dra.kit.served.KubernetesRelease;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceClass;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaim;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceSlice;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Informable;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Watches what the scheduler looks at when it gives devices to pods. The objects have only the
 * fields that are used ({@link WithoutUnusedFields}).
 */
public final class StructuredInformers implements SeenCluster, AutoCloseable {

  private static final Logger LOG = Logger.getLogger(StructuredInformers.class);

  private static final int NEWEST_MINOR = 37;

  /** From then on schedulers give devices for the names of resources without a gate being set. */
  private static final int EXTENDED_RESOURCES_MINOR = 36;

  private final KubernetesClient client;
  private final AtomicLong changes = new AtomicLong();
  private final UnreadableKinds unreadable = new UnreadableKinds(LOG::warn);
  private final Map<String, SharedIndexInformer<?>> byKind = new LinkedHashMap<>();
  private final SharedIndexInformer<Pod> pods;
  private final SharedIndexInformer<Node> nodes;
  private final SharedIndexInformer<ResourceSlice> slices;
  private final SharedIndexInformer<DeviceClass> classes;
  private final SharedIndexInformer<ResourceClaim> claims;
  private final SharedIndexInformer<GenericKubernetesResource> taintRules;

  private long seenChanges;
  private @Nullable ClusterView last;
  private Optional<KubernetesRelease> release = Optional.empty();
  private boolean followsTaintRules;

  /** Sends no request before {@link #start}. */
  public StructuredInformers(KubernetesClient client) {
    this.client = client;
    this.pods = informer("pods", client.pods().inAnyNamespace().withField("spec.nodeName", ""));
    this.nodes = informer("nodes", client.nodes());
    this.slices = informer("resourceslices", client.resources(ResourceSlice.class));
    this.classes = informer("deviceclasses", client.resources(DeviceClass.class));
    this.claims =
        informer("resourceclaims", client.resources(ResourceClaim.class).inAnyNamespace());
    this.taintRules =
        informer(TaintRules.KIND, client.genericKubernetesResources(TaintRules.kind()));
    List.of(nodes, slices, classes, claims, taintRules).forEach(this::count);
  }

  private <T extends HasMetadata> SharedIndexInformer<T> informer(
      String kind, Informable<T> objects) {
    SharedIndexInformer<T> informer =
        objects
            .withLimit(WithoutUnusedFields.PAGE)
            .runnableInformer(0)
            .exceptionHandler(
                (_, failure) -> {
                  if (!unreadable.failed(kind, failure)) {
                    LOG.debugf("The watch of %s is tried again: %s", kind, failure.getMessage());
                  }
                  return true;
                });
    byKind.put(kind, informer);
    return informer;
  }

  private <T extends HasMetadata> void count(SharedIndexInformer<T> informer) {
    informer.addEventHandler(
        new ResourceEventHandler<HasMetadata>() {
          @Override
          public void onAdd(HasMetadata added) {
            changes.incrementAndGet();
          }

          @Override
          public void onUpdate(HasMetadata before, HasMetadata now) {
            changes.incrementAndGet();
          }

          @Override
          public void onDelete(HasMetadata gone, boolean lastStateUnknown) {
            changes.incrementAndGet();
          }
        });
  }

  /** Does not wait for the first lists. They are tried again until they succeed. */
  public void start() {
    always().forEach(informer -> informer.start());
  }

  private Stream<SharedIndexInformer<?>> always() {
    return Stream.of(pods, nodes, slices, classes, claims);
  }

  /**
   * Follows the rules for taints from when it is known that the API server has them. A server that
   * has them switched off, or does not let this process read them, is taken as one without rules.
   */
  private synchronized boolean areTaintRulesKnown() {
    if (!followsTaintRules && isRelease(TaintRules.FIRST_MINOR)) {
      followsTaintRules = true;
      taintRules.start();
    }
    return !followsTaintRules || taintRules.hasSynced() || unreadable.isAway(TaintRules.KIND);
  }

  private boolean isRelease(int minor) {
    if (release.isEmpty()) {
      release = readRelease();
    }
    return release.filter(known -> known.isAtLeast(KubernetesRelease.minor(minor))).isPresent();
  }

  /** The kinds that this process has no right to read, by the names that rights have. */
  public List<String> unreadable() {
    byKind.forEach(
        (kind, informer) -> {
          if (informer.isWatching()) {
            unreadable.canBeRead(kind);
          }
        });
    return unreadable.now();
  }

  @Override
  public boolean isComplete() {
    return always().allMatch(SharedIndexInformer::hasSynced) && areTaintRulesKnown();
  }

  @Override
  public List<Pod> waitingPods() {
    ExtendedResources resources =
        features().extendedResources()
            ? ExtendedResources.of(classes.getStore().list())
            : ExtendedResources.none();
    return pods.getStore().list().stream().filter(pod -> isWaiting(pod, resources)).toList();
  }

  /** A pod with scheduling gates waits for whoever removes them. */
  static boolean isWaiting(Pod pod, ExtendedResources resources) {
    return pod.getSpec() != null
        && pod.getSpec().getNodeName() == null
        && (!pod.getSpec().getResourceClaims().isEmpty() || resources.areAskedForBy(pod.getSpec()))
        && pod.getSpec().getSchedulingGates().isEmpty()
        && pod.getMetadata().getDeletionTimestamp() == null
        && pod.getStatus() != null
        && "Pending".equals(pod.getStatus().getPhase());
  }

  @Override
  public long changes() {
    return changes.get();
  }

  @Override
  public synchronized ClusterView view() {
    long now = changes.get();
    if (last == null || now != seenChanges) {
      seenChanges = now;
      last =
          new ClusterView(
              nodes.getStore().list(),
              slices.getStore().list(),
              classes.getStore().list(),
              claims.getStore().list(),
              List.of(),
              taintRules.getStore().list().stream()
                  .flatMap(rule -> TaintRules.read(rule).stream())
                  .toList(),
              features());
    }
    return last;
  }

  /**
   * The API server removes from slices, classes and claims what a feature gate that is off would be
   * needed for; so what is there is followed.
   */
  private synchronized SchedulerFeatures features() {
    boolean isNewest = isRelease(NEWEST_MINOR) || release.isEmpty();
    boolean extendedResources =
        isNewest
            || isRelease(EXTENDED_RESOURCES_MINOR)
            || classes.getStore().list().stream()
                .anyMatch(one -> one.getSpec().getExtendedResourceName() != null);
    return new SchedulerFeatures(true, true, true, true, true, true, isNewest, extendedResources);
  }

  private Optional<KubernetesRelease> readRelease() {
    try {
      return KubernetesRelease.ofApiServer(client);
    } catch (KubernetesClientException e) {
      LOG.debugf("The version of the API server could not be read: %s", e.getMessage());
      return Optional.empty();
    }
  }

  @Override
  public void close() {
    always().forEach(SharedIndexInformer::stop);
    taintRules.stop();
  }
}
