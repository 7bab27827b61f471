package com.intel.dra.gpu.controller.app;

import static com.intel.dra.gpu.classic.TestingObjects.claim;
import static com.intel.dra.gpu.classic.TestingObjects.claimParameters;
import static com.intel.dra.gpu.classic.TestingObjects.immediate;
import static com.intel.dra.gpu.classic.TestingObjects.ofClaim;
import static com.intel.dra.gpu.classic.TestingObjects.ofTemplate;
import static com.intel.dra.gpu.classic.TestingObjects.pod;
import static com.intel.dra.gpu.classic.TestingObjects.resourceClass;
import static com.intel.dra.gpu.classic.TestingObjects.withParameters;

import com.intel.dra.gpu.api.GpuClaimParameters;
import com.intel.dra.gpu.classic.Claims;
import com.intel.dra.gpu.controller.cluster.ApiServer;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodResourceClaim;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaim;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaimBuilder;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClass;
import java.util.List;

/** Carries out actions as far as the API server permits them. */
final class Actions {

  private static final int PODS = 5;
  private static final int CLAIMS = 3;
  private static final int PARAMETERS = 5;

  private final World world;

  Actions(World world) {
    this.world = world;
  }

  void carryOut(Action action) {
    FakeCluster cluster = world.cluster;
    switch (action) {
      case Action.CreatePod(int pod, List<Action.Use> uses) -> createIfAbsent(podOf(pod, uses));
      case Action.CreatePodByHand(int pod, int node, List<Action.Use> uses) ->
          createIfAbsent(Pods.bound(podOf(pod, uses), node(node).name()));
      case Action.DeletePod(int pod) -> world.read(Pod.class, podName(pod)).ifPresent(this::delete);
      case Action.FinishPod(int pod) ->
          world
              .read(Pod.class, podName(pod))
              .filter(Pods::isBound)
              .ifPresent(bound -> cluster.edit(bound, Pods::toFinish));
      case Action.CreateClaim(int claim, int parameters, boolean immediate) ->
          createIfAbsent(claimOf(claim, parameters, immediate));
      case Action.DeleteClaim(int claim) ->
          world.read(ResourceClaim.class, claimName(claim)).ifPresent(cluster::delete);
      case Action.ReplaceClaim(int claim, int parameters, boolean immediate) -> {
        world.read(ResourceClaim.class, claimName(claim)).ifPresent(cluster::delete);
        createIfAbsent(claimOf(claim, parameters, immediate));
      }
      case Action.RequestDeallocation(int claim) ->
          world
              .read(ResourceClaim.class, claimName(claim))
              .filter(known -> Claims.allocation(known).isPresent() && !Claims.isReserved(known))
              .ifPresent(known -> cluster.edit(known, Actions::withDeallocationRequested));
      case Action.SetParameters(int parameters, int count, int memoryMiB) -> {
        GpuClaimParameters wanted =
            claimParameters(parametersName(parameters), count, memoryMiB, "gpu");
        if (cluster.create(wanted) instanceof ApiServer.Outcome.Conflict) {
          cluster.edit(wanted, known -> withSpecOf(known, wanted));
        }
      }
      case Action.DeleteParameters(int parameters) ->
          world
              .read(GpuClaimParameters.class, parametersName(parameters))
              .ifPresent(cluster::delete);
      case Action.DeleteClass _ -> cluster.list(ResourceClass.class).forEach(cluster::delete);
      case Action.CreateClass _ -> createIfAbsent(resourceClass());
      case Action.LoseNode(int node) -> node(node).lose();
      case Action.ReturnNode(int node) -> node(node).comeBack();
      case Action.DelayUnprepare(int node, int acts) -> node(node).lag(acts);
      case Action.SetReady(int node, boolean ready) -> node(node).become(ready);
      case Action.DeleteGas(int node) -> node(node).deleteGas();
      case Action.RestartController _ -> world.restart();
      case Action.DeposeController _ -> world.depose();
      case Action.EndDeposed _ -> world.endDeposed();
      case Action.ReplayEvents _ ->
          world.controller().informers().stream()
              .filter(FakeInformer::hasSynced)
              .forEach(FakeInformer::replay);
      case Action.BreakWatches _ ->
          world.controller().informers().stream()
              .filter(FakeInformer::hasSynced)
              .forEach(FakeInformer::relist);
      case Action.FailNextWrite(FakeApiServer.Failure how) ->
          world.controller().api.failNextWrite(how);
      case Action.SweepAll _ -> world.controller().sweep();
    }
  }

  private void createIfAbsent(HasMetadata object) {
    var _ = world.cluster.create(object);
  }

  /** No kubelet ends the pods of a node that is gone; an administrator removes them. */
  private void delete(Pod pod) {
    world.cluster.delete(pod);
    boolean orphaned =
        world.nodes.stream()
            .filter(node -> node.name().equals(pod.getSpec().getNodeName()))
            .anyMatch(node -> !node.isUp());
    if (orphaned) {
      world.cluster.edit(pod, Pods::released);
    }
  }

  private static Pod podOf(int pod, List<Action.Use> uses) {
    var claims = new PodResourceClaim[uses.size()];
    for (int i = 0; i < claims.length; i++) {
      claims[i] =
          switch (uses.get(i)) {
            case Action.Use.Own(int parameters, boolean immediate) ->
                ofTemplate(
                    "gpu" + i,
                    TestingClaimController.template(parametersName(parameters), immediate));
            case Action.Use.Shared(int claim) -> ofClaim("gpu" + i, claimName(claim));
          };
    }
    return pod(podName(pod), claims);
  }

  private static ResourceClaim claimOf(int claim, int parameters, boolean immediate) {
    ResourceClaim plain = withParameters(claim(claimName(claim)), parametersName(parameters));
    return immediate ? immediate(plain) : plain;
  }

  private static GpuClaimParameters withSpecOf(
      GpuClaimParameters known, GpuClaimParameters wanted) {
    var changed = new GpuClaimParameters();
    changed.setMetadata(known.getMetadata());
    changed.setSpec(wanted.getSpec());
    return changed;
  }

  private static ResourceClaim withDeallocationRequested(ResourceClaim claim) {
    return new ResourceClaimBuilder(claim)
        .editStatus()
        .withDeallocationRequested(true)
        .endStatus()
        .build();
  }

  private TestingNode node(int node) {
    return world.nodes.get(node % world.nodes.size());
  }

  private static String podName(int pod) {
    return "pod" + pod % PODS;
  }

  private static String claimName(int claim) {
    return "shared" + claim % CLAIMS;
  }

  private static String parametersName(int parameters) {
    return "parameters" + parameters % PARAMETERS;
  }

  /**
   * Describes the objects that the controller writes or causes. It leaves out the finalizer of a
   * claim that pods wait for, because an unsuccessful attempt may leave it.
   */
  String picture() {
    var lines = new StringBuilder();
    world
        .cluster
        .list(ResourceClaim.class)
        .forEach(
            claim ->
                lines
                    .append(claim.getMetadata().getUid())
                    .append(Claims.isAllocatedByUs(claim) && Claims.hasFinalizer(claim))
                    .append(claim.getMetadata().getDeletionTimestamp() == null ? "" : " leaving")
                    .append(claim.getStatus())
                    .append('\n'));
    world.nodes.forEach(
        node ->
            lines
                .append(node.name())
                .append(node.gas().map(gas -> gas.getSpec().resourceClaimAllocations().toString()))
                .append('\n'));
    world
        .cluster
        .list(Pod.class)
        .forEach(
            pod ->
                lines
                    .append(pod.getMetadata().getUid())
                    .append(' ')
                    .append(pod.getSpec().getNodeName())
                    .append(Pods.isDone(pod) ? " done" : "")
                    .append('\n'));
    return lines.toString();
  }
}
