package com.intel.dra.gpu.nodeagent;

import com.intel.dra.gpu.api.AllocatedDevice;
import com.intel.dra.gpu.api.GpuAllocationState;
import com.intel.dra.gpu.mode.DraMode;
import com.intel.dra.gpu.selfcheck.ClusterEye;
import com.intel.dra.gpu.selfcheck.Comparison;
import com.intel.dra.gpu.selfcheck.Disagreement;
import com.intel.dra.gpu.selfcheck.Observer;
import com.intel.dra.gpu.selfcheck.Picture;
import com.intel.dra.gpu.selfcheck.Sight;
import com.intel.dra.gpu.structured.ClaimResults;
import com.intel.dra.gpu.structured.DeviceName;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaim;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The self-check of a node whose API server is not there. Sockets and slices it has none. */
final class TestingObserver {

  private final VfNode node;
  private final DraMode mode;

  TestingObserver(VfNode node, DraMode mode) {
    this.node = node;
    this.mode = mode;
  }

  /** By one look at the machine and the objects, without anything that the agent remembers. */
  List<Disagreement> disagreements() {
    Picture picture = new Observer(node.config(), mode, node.boot(), new Eye()).look();
    return Comparison.of(picture).stream()
        .filter(found -> !(found instanceof Disagreement.SocketMissing))
        .toList();
  }

  private final class Eye implements ClusterEye {

    @Override
    public Sight<Optional<Picture.Gas>> gas() {
      GpuAllocationState now = node.gas.now();
      return new Sight.Seen<>(
          Optional.of(
              new Picture.Gas(now.getSpec(), GpuAllocationState.READY.equals(now.getStatus()))));
    }

    @Override
    public Sight<Picture.Claims> claims(Map<String, PreparedClaim> prepared) {
      var here = new HashMap<String, Picture.ClaimHere>();
      node.claims()
          .forEach(
              (uid, devices) ->
                  here.put(
                      uid,
                      new Picture.ClaimHere(
                          uid,
                          devices.stream().map(AllocatedDevice::uid).collect(Collectors.toSet()),
                          true)));
      node.structuredClaims
          .byName
          .values()
          .forEach(claim -> here.put(claim.getMetadata().getUid(), here(claim)));
      return new Sight.Seen<>(new Picture.Claims(here, Set.of(), true));
    }

    private static Picture.ClaimHere here(ResourceClaim claim) {
      var given =
          (ClaimResults.Given) ClaimResults.of(claim, DraMode.STRUCTURED.driverName(), "node1");
      return new Picture.ClaimHere(
          claim.getMetadata().getName(),
          given.results().stream()
              .map(result -> DeviceName.parse(result.device()).orElseThrow().uid().toString())
              .collect(Collectors.toSet()),
          true);
    }

    @Override
    public Sight<Picture.Slices> slices() {
      return new Sight.NotSeen<>("nothing is published");
    }
  }
}
