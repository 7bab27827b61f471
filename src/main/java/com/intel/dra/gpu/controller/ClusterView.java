package com.intel.dra.gpu.controller;

import com.intel.dra.gpu.api.DeviceClassParameters;
import com.intel.dra.gpu.api.GpuAllocationState;
import com.intel.dra.gpu.api.GpuApi;
import com.intel.dra.gpu.api.GpuClaimParameters;
import com.intel.dra.gpu.claim.AllocationResults;
import com.intel.dra.gpu.claim.ClaimStep;
import com.intel.dra.gpu.claim.Claims;
import com.intel.dra.gpu.claim.ParametersLookup;
import com.intel.dra.gpu.claim.PodClaims;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.PodSchedulingContext;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaim;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClass;
import io.quarkus.arc.profile.IfBuildProfile;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * What the controller knows of the cluster, from the informers of its reconcilers. Nothing in here
 * is state of its own: after a restart it is the same again.
 */
@Singleton
@IfBuildProfile("controller")
class ClusterView implements ParametersLookup {

  private static final String CLAIMS_BY_CLASS = "class";
  private static final String CLAIMS_BY_PARAMETERS = "parameters";
  private static final String CLAIMS_BY_NODE = "node";
  private static final String CLAIMS_BY_UID = "uid";
  private static final String PODS_BY_CLAIM = "claim";

  final ResourceCache<ResourceClaim> claims = new ResourceCache<>();
  final ResourceCache<ResourceClass> classes = new ResourceCache<>();
  final ResourceCache<GpuClaimParameters> claimParameters = new ResourceCache<>();
  final ResourceCache<DeviceClassParameters> classParameters = new ResourceCache<>();

  final ResourceCache<PodSchedulingContext> schedulingContexts = new ResourceCache<>();

  /** Pods that are not yet bound to a node. */
  final ResourceCache<Pod> pendingPods = new ResourceCache<>();

  final ResourceCache<GpuAllocationState> nodes = new ResourceCache<>();
  private final String namespace;

  ClusterView(@ConfigProperty(name = "gpu.namespace") String namespace) {
    this.namespace = namespace;
  }

  /** The indexes that the questions below need on the informer of claims. */
  static Map<String, Function<ResourceClaim, List<String>>> claimIndexes() {
    return Map.of(
        CLAIMS_BY_CLASS, claim -> List.of(claim.getSpec().getResourceClassName()),
        CLAIMS_BY_UID, claim -> List.of(Claims.uid(claim)),
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
                isOurs(claim)
                    ? Claims.allocation(claim).flatMap(AllocationResults::node).stream().toList()
                    : List.of());
  }

  /** The index that the question for a claim's pods needs on the informer of pending pods. */
  static Map<String, Function<Pod, List<String>>> podIndexes() {
    return Map.of(
        PODS_BY_CLAIM,
        pod ->
            PodClaims.of(pod).stream()
                .map(claim -> pod.getMetadata().getNamespace() + "/" + claim.claimName())
                .distinct()
                .toList());
  }

  List<Pod> pendingPodsUsing(ResourceClaim claim) {
    return pendingPods.byIndex(
        PODS_BY_CLAIM, claim.getMetadata().getNamespace() + "/" + claim.getMetadata().getName());
  }

  /** Immediate claims of this driver that have found no node yet. */
  Stream<ResourceClaim> unallocatedImmediateClaims() {
    return claims
        .list()
        .filter(claim -> ClaimStep.of(claim) instanceof ClaimStep.AllocateNow)
        .filter(claim -> ourClassOf(claim).isPresent());
  }

  /** Whether this driver allocated the claim. */
  private static boolean isOurs(ResourceClaim claim) {
    return claim.getStatus() != null
        && GpuApi.DRIVER_NAME.equals(claim.getStatus().getDriverName());
  }

  /** The node's GPUs and who holds them; empty where no node agent has ever run. */
  Optional<GpuAllocationState> node(String name) {
    return nodes.get(namespace, name);
  }

  List<ResourceClaim> claimsOfClass(String className) {
    return claims.byIndex(CLAIMS_BY_CLASS, className);
  }

  List<ResourceClaim> claimsWithParameters(String parametersNamespace, String name) {
    return claims.byIndex(CLAIMS_BY_PARAMETERS, parametersNamespace + "/" + name);
  }

  /** The claims that this driver allocated on that node. */
  List<ResourceClaim> claimsOnNode(String name) {
    return claims.byIndex(CLAIMS_BY_NODE, name);
  }

  Optional<ResourceClaim> claimWithUid(String uid) {
    return claims.byIndex(CLAIMS_BY_UID, uid).stream().findFirst();
  }

  /** The claim's class if it is one of this driver's. */
  Optional<ResourceClass> ourClassOf(ResourceClaim claim) {
    return classes
        .get(claim.getSpec().getResourceClassName())
        .filter(resourceClass -> GpuApi.DRIVER_NAME.equals(resourceClass.getDriverName()));
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
