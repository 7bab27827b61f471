package com.intel.dra.gpu.controller.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.allocation.Allocator;
import com.intel.dra.gpu.allocation.DeviceRequest;
import com.intel.dra.gpu.allocation.Placement;
import com.intel.dra.gpu.allocation.Policy;
import com.intel.dra.gpu.allocation.SearchBudget;
import com.intel.dra.gpu.api.AllocatableDevice;
import com.intel.dra.gpu.api.AllocatedDevice;
import com.intel.dra.gpu.api.ClaimAllocation;
import com.intel.dra.gpu.api.DeviceClassParameters;
import com.intel.dra.gpu.api.GasSummary;
import com.intel.dra.gpu.api.GpuAllocationState;
import com.intel.dra.gpu.api.GpuClaimParameters;
import com.intel.dra.gpu.classic.AllocationResults;
import com.intel.dra.gpu.classic.ClaimRequest;
import com.intel.dra.gpu.classic.ClaimStep;
import com.intel.dra.gpu.classic.Claims;
import com.intel.dra.gpu.classic.ParametersLookup;
import com.intel.dra.gpu.classic.ParametersResolver;
import com.intel.dra.gpu.classic.ResolvedParameters;
import com.intel.dra.gpu.controller.placing.InventoryBuilder;
import com.intel.dra.gpu.controller.placing.NodeState;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaim;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClass;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Invariants of a cluster with this driver, checked from the API objects alone. */
final class Invariants {

  private final FakeCluster cluster;
  private final List<TestingNode> nodes;
  private final Policy policy;
  private final ParametersResolver resolver;

  Invariants(FakeCluster cluster, List<TestingNode> nodes, Policy policy) {
    this.cluster = cluster;
    this.nodes = nodes;
    this.policy = policy;
    this.resolver =
        new ParametersResolver(
            new ParametersLookup() {
              @Override
              public Optional<GpuClaimParameters> claimParameters(String namespace, String name) {
                return cluster.read(GpuClaimParameters.class, namespace, name);
              }

              @Override
              public Optional<DeviceClassParameters> classParameters(String name) {
                return cluster.read(DeviceClassParameters.class, null, name);
              }
            });
  }

  // ---- at every moment

  void checkAlways() {
    for (TestingNode node : nodes) {
      assertFits("by claims' statuses", node, devicesByClaim(node).values());
      assertFits(
          "on record", node, records(node).values().stream().map(ClaimAllocation::gpus).toList());
      assertFits("on record or prepared", node, onRecordOrPrepared(node));
      node.gas()
          .map(GpuAllocationState::getSpec)
          .ifPresent(
              spec ->
                  assertThat(spec.summary())
                      .as("summary of %s", node.name())
                      .isEqualTo(GasSummary.of(spec)));
    }
    claims()
        .filter(Claims::isAllocatedByUs)
        .forEach(
            claim ->
                assertThat(Claims.hasFinalizer(claim))
                    .as("%s is allocated and held back", name(claim))
                    .isTrue());
  }

  /** Returns the larger share of each claim on each device. */
  private static Collection<List<AllocatedDevice>> onRecordOrPrepared(TestingNode node) {
    var byClaim = new HashMap<String, Map<String, AllocatedDevice>>();
    records(node).forEach((uid, allocation) -> add(byClaim, uid, allocation.gpus()));
    node.gas()
        .map(gas -> gas.getSpec().prepared())
        .orElse(Map.of())
        .forEach((uid, devices) -> add(byClaim, uid, devices));
    return byClaim.values().stream().map(devices -> List.copyOf(devices.values())).toList();
  }

  private static void add(
      Map<String, Map<String, AllocatedDevice>> byClaim,
      String uid,
      List<AllocatedDevice> devices) {
    devices.forEach(
        device ->
            byClaim
                .computeIfAbsent(uid, _ -> new HashMap<>())
                .merge(
                    device.uid(),
                    device,
                    (one, other) -> one.memory() >= other.memory() ? one : other));
  }

  private static void assertFits(
      String as, TestingNode node, Collection<List<AllocatedDevice>> holders) {
    var givenMiB = new HashMap<String, Long>();
    for (List<AllocatedDevice> devices : holders) {
      assertThat(devices.stream().map(AllocatedDevice::uid).distinct().count())
          .as("different devices for one claim")
          .isEqualTo(devices.size());
      devices.forEach(device -> givenMiB.merge(device.uid(), (long) device.memory(), Long::sum));
    }
    for (AllocatableDevice gpu : node.allocatable().values()) {
      assertThat(givenMiB.getOrDefault(gpu.uid(), 0L))
          .as("MiB given of %s on %s %s: %s", gpu.uid(), node.name(), as, holders)
          .isLessThanOrEqualTo(gpu.memory());
    }
  }

  /**
   * Leaves out claims that are to be released: no pod can get such a claim any more, so it holds
   * nothing.
   */
  private Map<String, List<AllocatedDevice>> devicesByClaim(TestingNode node) {
    return claims()
        .filter(claim -> ClaimStep.of(claim) instanceof ClaimStep.KeepOnRecord)
        .filter(claim -> isOn(node, claim))
        .collect(Collectors.toMap(Claims::uid, Invariants::devices));
  }

  private static boolean isOn(TestingNode node, ResourceClaim claim) {
    return Claims.allocation(claim)
        .flatMap(AllocationResults::node)
        .filter(node.name()::equals)
        .isPresent();
  }

  private static List<AllocatedDevice> devices(ResourceClaim claim) {
    return AllocationResults.devices(Claims.allocation(claim).orElseThrow());
  }

  private static Map<String, ClaimAllocation> records(TestingNode node) {
    return node.gas().map(gas -> gas.getSpec().resourceClaimAllocations()).orElse(Map.of());
  }

  private Stream<ResourceClaim> claims() {
    return cluster.list(ResourceClaim.class);
  }

  private static String name(ResourceClaim claim) {
    return claim.getMetadata().getName();
  }

  // ---- when nothing is left to do

  void checkAtRest(ControllerProcess controller) {
    for (TestingNode node : nodes) {
      if (node.gas().isPresent()) {
        var recorded = new TreeMap<String, List<AllocatedDevice>>();
        records(node).forEach((uid, allocation) -> recorded.put(uid, allocation.gpus()));
        assertThat(recorded)
            .as("records of %s are what claims hold", node.name())
            .isEqualTo(new TreeMap<>(devicesByClaim(node)));
      }
    }
    assertThat(controller.failures())
        .as("failures that the API server is not to blame for")
        .filteredOn(failure -> !FakeApiServer.isConnectionReset(failure))
        .isEmpty();
    claims().forEach(this::assertSettled);
    assertThat(claims().map(Claims::uid))
        .as("claims being worked on")
        .noneMatch(controller.claimsInFlight::contains);
    cluster.list(Pod.class).filter(pod -> !Pods.isBound(pod)).forEach(this::assertHasNoRoom);
  }

  private void assertSettled(ResourceClaim claim) {
    assertThat(ClaimStep.of(claim))
        .as("what is to be done for %s", name(claim))
        .isNotInstanceOf(ClaimStep.Release.class);
    if (Claims.hasFinalizer(claim) && !Claims.isAllocatedByUs(claim)) {
      assertThat(Claims.isImmediate(claim) || hasPendingPod(claim))
          .as("%s is held back for a reason", name(claim))
          .isTrue();
    }
    if (Claims.isImmediate(claim) && Claims.isAllocatedByUs(claim) && !Claims.isReserved(claim)) {
      assertThat(nodes.stream().filter(node -> node.gas().isPresent()))
          .as("nodes of which one has %s, that nobody uses", name(claim))
          .anyMatch(node -> isOn(node, claim));
    }
    if (ClaimStep.of(claim) instanceof ClaimStep.AllocateNow) {
      if (request(claim).isPresent()) {
        assertThat(nodes.stream().filter(node -> fits(node, claim)))
            .as("nodes with room for %s and what has to be with it", name(claim))
            .isEmpty();
      }
    }
  }

  private boolean hasPendingPod(ResourceClaim claim) {
    return cluster
        .list(Pod.class)
        .anyMatch(
            pod ->
                !Pods.isBound(pod)
                    && Pods.claims(cluster, pod).stream()
                        .anyMatch(used -> Claims.uid(used).equals(Claims.uid(claim))));
  }

  /**
   * Checks that a pod waits only if something is wrong with its claims, or if no node fits them.
   */
  private void assertHasNoRoom(Pod pod) {
    List<ResourceClaim> claims = Pods.claims(cluster, pod);
    if (!Pods.hasAllClaims(cluster, pod) || claims.stream().anyMatch(Claims::isBeingDeleted)) {
      return;
    }
    var requests = new ArrayList<DeviceRequest>();
    var suitable = new ArrayList<>(nodes);
    for (ResourceClaim claim : claims) {
      if (Claims.allocation(claim).isPresent()) {
        suitable.removeIf(node -> !isOn(node, claim));
      } else if (Claims.isImmediate(claim) || request(claim).isEmpty()) {
        return;
      } else {
        requests.add(request(claim).orElseThrow());
      }
    }
    if (requests.isEmpty()) {
      suitable.removeIf(node -> !node.isUp());
    } else {
      suitable.removeIf(node -> !fits(node, requests));
    }
    assertThat(suitable.stream().map(TestingNode::name))
        .as("nodes with room for %s", pod.getMetadata().getName())
        .isEmpty();
  }

  /** Empty if the claim's parameters are unusable, or its class is gone. */
  private Optional<DeviceRequest> request(ResourceClaim claim) {
    return cluster
        .read(ResourceClass.class, null, claim.getSpec().getResourceClassName())
        .flatMap(
            resourceClass ->
                switch (resolver.resolve(resourceClass, claim)) {
                  case ResolvedParameters.Usable(ClaimRequest request) ->
                      Optional.of(InventoryBuilder.request(Claims.uid(claim), request));
                  case ResolvedParameters.Unusable _ -> Optional.empty();
                });
  }

  /** Claims that were made for one pod must all be on the same node. */
  private boolean fits(TestingNode node, ResourceClaim immediate) {
    Optional<String> pod = Claims.controllingPod(immediate).map(OwnerReference::getUid);
    List<ResourceClaim> group =
        claims()
            .filter(
                claim ->
                    Claims.uid(claim).equals(Claims.uid(immediate))
                        || (pod.isPresent()
                            && Claims.controllingPod(claim)
                                .map(OwnerReference::getUid)
                                .equals(pod)))
            .toList();
    boolean othersAreElsewhere =
        group.stream()
            .anyMatch(
                claim ->
                    ClaimStep.of(claim) instanceof ClaimStep.KeepOnRecord keep
                        && !keep.node().equals(node.name()));
    boolean oneIsUnknown =
        group.stream()
            .anyMatch(
                claim ->
                    ClaimStep.of(claim) instanceof ClaimStep.AllocateNow
                        && request(claim).isEmpty());
    return !othersAreElsewhere
        && !oneIsUnknown
        && fits(
            node,
            group.stream()
                .filter(claim -> ClaimStep.of(claim) instanceof ClaimStep.AllocateNow)
                .flatMap(claim -> request(claim).stream())
                .toList());
  }

  private boolean fits(TestingNode node, List<DeviceRequest> requests) {
    var distinct = new HashMap<String, DeviceRequest>();
    requests.forEach(request -> distinct.put(request.claimUid(), request));
    return node.gas()
        .filter(gas -> GpuAllocationState.READY.equals(gas.getStatus()))
        .filter(
            gas ->
                Allocator.place(
                        InventoryBuilder.of(NodeState.of(gas, Map.of())),
                        List.copyOf(distinct.values()),
                        policy,
                        new SearchBudget())
                    instanceof Placement)
        .isPresent();
  }
}
