package com.intel.dra.gpu.controller.release;

import com.intel.dra.gpu.api.GpuAllocationState;
import com.intel.dra.gpu.classic.ClaimStep;
import com.intel.dra.gpu.classic.Claims;
import com.intel.dra.gpu.controller.cluster.ApiServer;
import com.intel.dra.gpu.controller.cluster.ClusterView;
import com.intel.dra.gpu.controller.cluster.ReconcilerTriggers;
import com.intel.dra.kit.time.TaskTimer;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaim;
import io.quarkus.arc.profile.IfBuildProfile;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * Nodes whose GpuAllocationState has been gone for so long that they are not expected back; the
 * object is deleted together with its node. Only this driver moves an immediate claim away from
 * such a node, because schedulers request deallocation only of claims that wait for a consumer. A
 * claim that pods use stays, because its containers may still be running on a node that nobody can
 * observe. A restart loses this state, which only makes the wait longer.
 */
@Singleton
@IfBuildProfile("controller")
public class LostNodes {

  private final ClusterView view;
  private final ApiServer api;
  private final ReconcilerTriggers triggers;
  private final TaskTimer timer;
  private final Duration grace;
  private final String namespace;

  /**
   * Nodes that are gone but not yet lost, each with an object that identifies its current absence.
   */
  private final Map<String, Object> missing = new HashMap<>();

  private final Set<String> lost = new HashSet<>();

  public LostNodes(
      ClusterView view,
      ApiServer api,
      ReconcilerTriggers triggers,
      TaskTimer timer,
      @ConfigProperty(name = "gpu.lost-node-grace", defaultValue = "5m") Duration grace,
      @ConfigProperty(name = "gpu.namespace") String namespace) {
    this.view = view;
    this.api = api;
    this.triggers = triggers;
    this.timer = timer;
    this.grace = grace;
    this.namespace = namespace;
  }

  /**
   * Returns whether the claim is to be released because its node is lost and no pod uses the claim.
   * If the node is gone but may come back, the claim is triggered again when the node counts as
   * lost.
   */
  boolean hasLost(ResourceClaim claim) {
    if (!(ClaimStep.of(claim) instanceof ClaimStep.KeepOnRecord keep)
        || !Claims.isImmediate(claim)
        || !Claims.isAllocatedByUs(claim)
        || Claims.isReserved(claim)
        || view.node(keep.node()).isPresent()) {
      return false;
    }
    return isLost(keep.node())
        && api.read(GpuAllocationState.class, namespace, keep.node()).isEmpty();
  }

  private synchronized boolean isLost(String node) {
    if (lost.contains(node)) {
      return true;
    }
    if (!missing.containsKey(node)) {
      var absence = new Object();
      missing.put(node, absence);
      timer.after(grace, () -> giveUp(node, absence));
    }
    return false;
  }

  private void giveUp(String node, Object absence) {
    synchronized (this) {
      if (!missing.remove(node, absence)) {
        return; // the node was back in between
      }
      lost.add(node);
    }
    view.claimsOnNode(node).forEach(triggers::claim);
  }

  /** To be called when a node is gone; triggers its claims. */
  public void gone(String node) {
    view.claimsOnNode(node).forEach(triggers::claim);
  }

  public synchronized void isHere(String node) {
    missing.remove(node);
    lost.remove(node);
  }
}
