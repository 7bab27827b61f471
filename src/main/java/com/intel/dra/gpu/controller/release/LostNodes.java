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
 * Nodes whose GpuAllocationState has been gone for so long that they are not expected back: it goes
 * with its node. Nobody else moves an immediate claim away from there, since schedulers have only
 * those deallocated that wait for a consumer. A claim that pods use stays: containers may be
 * running where nobody sees them. Losing this at a restart makes it last longer.
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

  /** Nodes that are gone, and which of their absences is being waited out. */
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
   * Whether the claim is to be taken from its node, because nobody uses it and nobody can. If the
   * node is gone and may come back, the claim is woken when it is given up.
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
        return; // it was here in between
      }
      lost.add(node);
    }
    view.claimsOnNode(node).forEach(triggers::claim);
  }

  /** The node is gone: its claims are looked at. */
  public void gone(String node) {
    view.claimsOnNode(node).forEach(triggers::claim);
  }

  public synchronized void isHere(String node) {
    missing.remove(node);
    lost.remove(node);
  }
}
