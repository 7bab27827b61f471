package com.intel.dra.gpu.controller.placing;

import com.intel.dra.gpu.api.AllocatedDevice;
import com.intel.dra.gpu.api.GpuAllocationState;
import com.intel.dra.gpu.classic.AllocationResults;
import com.intel.dra.gpu.classic.ClaimStep;
import com.intel.dra.gpu.classic.Claims;
import com.intel.dra.gpu.controller.cluster.ClusterView;
import io.quarkus.arc.profile.IfBuildProfile;
import jakarta.inject.Singleton;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Combines what is known about the nodes' devices. */
@Singleton
@IfBuildProfile("controller")
public class NodeStates {

  private final ClusterView view;
  private final ClaimsInFlight claimsInFlight;

  public NodeStates(ClusterView view, ClaimsInFlight claimsInFlight) {
    this.view = view;
    this.claimsInFlight = claimsInFlight;
  }

  public Stream<NodeState> all() {
    return view.nodes.list().map(this::of);
  }

  public Optional<NodeState> named(String node) {
    return view.node(node).map(this::of);
  }

  /**
   * Returns the state of a node with the claims as they are known now, whatever version the record
   * has.
   */
  public NodeState of(GpuAllocationState gas) {
    String node = gas.getMetadata().getName();
    var beyondRecord = new HashMap<String, List<AllocatedDevice>>(claimsInFlight.pledgedOn(node));
    view.claimsOnNode(node)
        .forEach(
            claim -> {
              if (ClaimStep.of(claim) instanceof ClaimStep.KeepOnRecord keep) {
                List<AllocatedDevice> devices = AllocationResults.devices(keep.allocation());
                if (!devices.isEmpty()) {
                  beyondRecord.put(Claims.uid(claim), devices);
                }
              }
            });
    return NodeState.of(gas, beyondRecord);
  }
}
