package com.intel.dra.gpu.controller.cluster;

import com.intel.dra.gpu.api.AgentLease;
import com.intel.dra.gpu.api.DeviceClassParameters;
import com.intel.dra.gpu.api.GpuAllocationState;
import com.intel.dra.gpu.api.GpuApi;
import com.intel.dra.gpu.api.GpuClaimParameters;
import com.intel.dra.gpu.classic.AllocationResults;
import com.intel.dra.gpu.classic.ClaimStep;
import com.intel.dra.gpu.classic.Claims;
import com.intel.dra.gpu.classic.ParametersLookup;
import com.intel.dra.gpu.classic.PodClaims;
import com.intel.dra.gpu.classic.SchedulingStatuses;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.PodSchedulingContext;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaim;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClass;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.quarkus.arc.profile.IfBuildProfile;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * What the controller knows about the cluster, taken from the informers of its reconcilers. It
 * holds no state of its own, so a restart rebuilds it unchanged.
 */
@Singleton
@IfBuildProfile("controller")
public class ClusterView implements ParametersLookup {

  private static final String CLAIMS_BY_CLASS = "class";
  private static final String CLAIMS_BY_PARAMETERS = "parameters";
  private static final String CLAIMS_BY_NODE = "node";
  private static final String CLAIMS_BY_UID = "uid";
  private static final String CLAIMS_BY_POD = "pod";
  private static final String WAITING_CLAIMS = "waiting";
  private static final String DELAYED_CLAIMS = "delayed";
  private static final String PODS_BY_CLAIM = "claim";
  private static final String CONTEXTS_BY_HAND = "by-hand";
  private static final String NODES_BY_CLAIM = "claim";

  public final ResourceCache<ResourceClaim> claims = new ResourceCache<>(claimIndexes());
  public final ResourceCache<ResourceClass> classes = new ResourceCache<>();
  public final ResourceCache<GpuClaimParameters> claimParameters = new ResourceCache<>();
  public final ResourceCache<DeviceClassParameters> classParameters = new ResourceCache<>();

  public final ResourceCache<PodSchedulingContext> schedulingContexts =
      new ResourceCache<>(contextIndexes());

  /** Pods that are not yet bound to a node. */
  public final ResourceCache<Pod> pendingPods = new ResourceCache<>(podIndexes());

  public final ResourceCache<GpuAllocationState> nodes =
      new ResourceCache<>(
          Map.of(
              NODES_BY_CLAIM,
              node -> List.copyOf(node.getSpec().resourceClaimAllocations().keySet())));

  /**
   * The Leases by which the node agents show that they work; the controller uses them for nothing
   * else.
   */
  public final ResourceCache<Lease> agentLeases = new ResourceCache<>();

  private final String namespace;

  public ClusterView(@ConfigProperty(name = "gpu.namespace") String namespace) {
    this.namespace = namespace;
  }

  /**
   * Returns whether the informers of all kinds have synced. Before that, a claim may be allocated
   * or a node may be full without this process knowing it, so it must not decide anything. JOSDK
   * starts each reconciler when its own informers have synced, and does not wait for those of the
   * other reconcilers.
   */
  public boolean isComplete() {
    return Stream.of(
            claims,
            classes,
            claimParameters,
            classParameters,
            schedulingContexts,
            pendingPods,
            nodes)
        .allMatch(ResourceCache::hasSynced);
  }

  private static Map<String, Function<ResourceClaim, List<String>>> claimIndexes() {
    return Map.of(
        CLAIMS_BY_CLASS, claim -> List.of(claim.getSpec().getResourceClassName()),
        CLAIMS_BY_UID, claim -> List.of(Claims.uid(claim)),
        DELAYED_CLAIMS,
            claim ->
                Claims.isImmediate(claim) || Claims.allocation(claim).isPresent()
                    ? List.of()
                    : List.of(claim.getMetadata().getNamespace()),
        WAITING_CLAIMS,
            claim ->
                ClaimStep.of(claim) instanceof ClaimStep.AllocateNow
                    ? List.of(WAITING_CLAIMS)
                    : List.of(),
        CLAIMS_BY_POD,
            claim -> Claims.controllingPod(claim).map(OwnerReference::getUid).stream().toList(),
        CLAIMS_BY_PARAMETERS,
            claim ->
                claim.getSpec().getParametersRef() == null
                    ? List.of()
                    : List.of(
                        claim.getMetadata().getNamespace()
                            + "/"
                            + claim.getSpec().getParametersRef().getName()),
        CLAIMS_BY_NODE,
            claim ->
                Claims.isAllocatedByUs(claim)
                    ? Claims.allocation(claim).flatMap(AllocationResults::node).stream().toList()
                    : List.of());
  }

  /** The index on the informer of pending pods that finds the pods of a claim. */
  private static Map<String, Function<Pod, List<String>>> podIndexes() {
    return Map.of(
        PODS_BY_CLAIM,
        pod ->
            PodClaims.of(pod).stream()
                .map(claim -> pod.getMetadata().getNamespace() + "/" + claim.claimName())
                .distinct()
                .toList());
  }

  private static Map<String, Function<PodSchedulingContext, List<String>>> contextIndexes() {
    return Map.of(
        CONTEXTS_BY_HAND,
        context ->
            mayBeScheduledByHand(context)
                ? List.of(context.getMetadata().getNamespace())
                : List.of());
  }

  /**
   * Returns whether the context may belong to a pod that was bound by hand, and which is therefore
   * not among the pending pods. For such pods the resource claim controller of Kubernetes selects
   * the node instead of the scheduler; a selection that the scheduler wrote earlier, while the pod
   * was pending, stays.
   */
  public static boolean mayBeScheduledByHand(PodSchedulingContext context) {
    return SchedulingStatuses.selectedNode(context).isPresent();
  }

  /** Returns whether claims wait for a consumer, of any class. */
  public boolean hasDelayedClaimsIn(String claimNamespace) {
    return !claims.byIndex(DELAYED_CLAIMS, claimNamespace).isEmpty();
  }

  /** Returns the contexts of the pods that may wait for that claim, in no particular order. */
  public List<ResourceID> schedulingContextsConcerning(ResourceClaim claim) {
    return Stream.concat(contextsOfPendingPods(claim).stream(), contextsByHand(claim))
        .distinct()
        .toList();
  }

  /** Returns the contexts of the pods that use that claim and are not bound yet. */
  public List<ResourceID> contextsOfPendingPods(ResourceClaim claim) {
    return pendingPodsUsing(claim).stream().map(ResourceID::fromResource).toList();
  }

  /**
   * A pod that was bound by hand is not in the cache, so its claims are unknown here unless it owns
   * the claim.
   */
  private Stream<ResourceID> contextsByHand(ResourceClaim claim) {
    String claimNamespace = claim.getMetadata().getNamespace();
    return Claims.controllingPod(claim)
        .map(
            pod ->
                schedulingContexts.get(claimNamespace, pod.getName()).stream()
                    .filter(ClusterView::mayBeScheduledByHand))
        .orElseGet(() -> schedulingContexts.byIndex(CONTEXTS_BY_HAND, claimNamespace).stream())
        .filter(context -> pendingPodOf(context).isEmpty())
        .map(ResourceID::fromResource);
  }

  /**
   * Returns the pod that the context belongs to, if it is not bound yet. An earlier pod of its name
   * may still be in the cache, and is not returned.
   */
  public Optional<Pod> pendingPodOf(PodSchedulingContext context) {
    return pendingPods
        .get(ResourceID.fromResource(context))
        .filter(pod -> Claims.isControlledBy(context, pod.getMetadata()));
  }

  /**
   * Returns all claims that were made from templates for the same pod, including this one; empty if
   * it was not made from a template.
   */
  public List<ResourceClaim> claimsMadeForThePodOf(ResourceClaim claim) {
    return Claims.controllingPod(claim)
        .map(pod -> claims.byIndex(CLAIMS_BY_POD, pod.getUid()))
        .orElse(List.of());
  }

  public List<Pod> pendingPodsUsing(ResourceClaim claim) {
    return pendingPods.byIndex(
        PODS_BY_CLAIM, claim.getMetadata().getNamespace() + "/" + claim.getMetadata().getName());
  }

  /**
   * Returns the immediate claims of this driver that have no node yet. It is called whenever a node
   * is new or has capacity again, so it must not read all claims.
   */
  public Stream<ResourceClaim> unallocatedImmediateClaims() {
    return claims.byIndex(WAITING_CLAIMS, WAITING_CLAIMS).stream()
        .filter(claim -> ourClassOf(claim).isPresent());
  }

  /** Returns the node's GPUs and their holders; empty where no node agent has ever run. */
  public Optional<GpuAllocationState> node(String name) {
    return nodes.get(namespace, name);
  }

  /** Empty where the node's agent has no Lease (yet). */
  public Optional<Lease> agentLease(String node) {
    return agentLeases.get(namespace, AgentLease.nameOf(node));
  }

  /** Returns the nodes that have the claim on record. */
  public List<GpuAllocationState> nodesThatRecord(String claimUid) {
    return nodes.byIndex(NODES_BY_CLAIM, claimUid);
  }

  public List<ResourceClaim> claimsOf(ResourceClass resourceClass) {
    return claims.byIndex(CLAIMS_BY_CLASS, resourceClass.getMetadata().getName());
  }

  public List<ResourceClaim> claimsWith(GpuClaimParameters parameters) {
    return claims.byIndex(
        CLAIMS_BY_PARAMETERS,
        parameters.getMetadata().getNamespace() + "/" + parameters.getMetadata().getName());
  }

  public List<ResourceClaim> claimsWith(DeviceClassParameters parameters) {
    String name = parameters.getMetadata().getName();
    return classes
        .list()
        .filter(
            resourceClass ->
                resourceClass.getParametersRef() != null
                    && name.equals(resourceClass.getParametersRef().getName()))
        .flatMap(resourceClass -> claimsOf(resourceClass).stream())
        .toList();
  }

  /** Returns the claims that this driver allocated on that node. */
  public List<ResourceClaim> claimsOnNode(String name) {
    return claims.byIndex(CLAIMS_BY_NODE, name);
  }

  public Optional<ResourceClaim> claimWithUid(String uid) {
    return claims.byIndex(CLAIMS_BY_UID, uid).stream().findFirst();
  }

  public Optional<ResourceClass> classOf(ResourceClaim claim) {
    return classes.get(claim.getSpec().getResourceClassName());
  }

  /** Returns the claim's class if it is one of this driver's. */
  public Optional<ResourceClass> ourClassOf(ResourceClaim claim) {
    return classOf(claim).filter(ClusterView::isOurs);
  }

  public static boolean isOurs(ResourceClass resourceClass) {
    return GpuApi.DRIVER_NAME.equals(resourceClass.getDriverName());
  }

  @Override
  public Optional<GpuClaimParameters> claimParameters(String parametersNamespace, String name) {
    return claimParameters.get(parametersNamespace, name);
  }

  @Override
  public Optional<DeviceClassParameters> classParameters(String name) {
    return classParameters.get(name);
  }
}
