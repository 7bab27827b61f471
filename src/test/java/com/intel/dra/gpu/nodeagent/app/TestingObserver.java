package com.intel.dra.gpu.nodeagent.app;

import com.intel.dra.gpu.api.AllocatedDevice;
import com.intel.dra.gpu.api.GpuAllocationState;
import com.intel.dra.gpu.mode.DraMode;
import com.intel.dra.gpu.nodeagent.state.PreparedClaim;
import com.intel.dra.gpu.selfcheck.compare.Comparison;
import com.intel.dra.gpu.selfcheck.compare.Disagreement;
import com.intel.dra.gpu.selfcheck.compare.PluginDisagreement;
import com.intel.dra.gpu.selfcheck.look.ClusterProbe;
import com.intel.dra.gpu.selfcheck.look.NodeObserver;
import com.intel.dra.gpu.selfcheck.look.NodeSnapshot;
import com.intel.dra.gpu.selfcheck.look.Observed;
import com.intel.dra.gpu.structured.ClaimResults;
import com.intel.dra.gpu.structured.DeviceName;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaim;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The self-check of a node that has no API server, no sockets and no slices. */
final class TestingObserver {

  private final VfNode node;
  private final DraMode mode;

  TestingObserver(VfNode node, DraMode mode) {
    this.node = node;
    this.mode = mode;
  }

  /** Looks at the machine and the objects once, without anything that the agent remembers. */
  List<Disagreement> disagreements() {
    NodeSnapshot snapshot = new NodeObserver(node.config(), mode, node.boot(), new Eye()).look();
    return Comparison.of(snapshot).stream()
        .filter(found -> !(found instanceof PluginDisagreement.SocketMissing))
        .toList();
  }

  private final class Eye implements ClusterProbe {

    @Override
    public Observed<Optional<NodeSnapshot.Gas>> gas() {
      GpuAllocationState now = node.gas.now();
      return new Observed.Seen<>(
          Optional.of(
              new NodeSnapshot.Gas(
                  now.getSpec(), GpuAllocationState.READY.equals(now.getStatus()))));
    }

    @Override
    public Observed<NodeSnapshot.Claims> claims(Map<String, PreparedClaim> prepared) {
      var here = new HashMap<String, NodeSnapshot.ClaimHere>();
      node.claims()
          .forEach(
              (uid, devices) ->
                  here.put(
                      uid,
                      new NodeSnapshot.ClaimHere(
                          uid,
                          devices.stream().map(AllocatedDevice::uid).collect(Collectors.toSet()),
                          true)));
      node.structuredClaims
          .byName
          .values()
          .forEach(claim -> here.put(claim.getMetadata().getUid(), here(claim)));
      return new Observed.Seen<>(new NodeSnapshot.Claims(here, Set.of(), true));
    }

    private static NodeSnapshot.ClaimHere here(ResourceClaim claim) {
      var given =
          (ClaimResults.Given) ClaimResults.of(claim, DraMode.STRUCTURED.driverName(), "node1");
      return new NodeSnapshot.ClaimHere(
          claim.getMetadata().getName(),
          given.results().stream()
              .map(result -> DeviceName.parse(result.device()).orElseThrow().uid().toString())
              .collect(Collectors.toSet()),
          true);
    }

    @Override
    public Observed<NodeSnapshot.Slices> slices() {
      return new Observed.NotSeen<>("nothing is published");
    }
  }
}
