package com.intel.dra.gpu.selfcheck.compare;

import com.intel.dra.gpu.api.DeviceHolders;
import com.intel.dra.gpu.device.DeviceUid;
import com.intel.dra.gpu.device.Gpu;
import com.intel.dra.gpu.nodeagent.state.StateOnDisk;
import com.intel.dra.gpu.nodeagent.state.VfHostRecord;
import com.intel.dra.gpu.selfcheck.look.NodeSnapshot;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;

/** Compares the VFs that the kernel has with those that claims hold and the driver made. */
record VfComparison(NodeSnapshot picture, Consumer<Disagreement> found) {

  void run() {
    picture.hardware().seen().ifPresent(this::run);
  }

  private void run(NodeSnapshot.Hardware hardware) {
    DeviceHolders holders = picture.holders();
    held(hardware, holders);
    hosts().ifPresent(made -> split(hardware, holders, new TreeMap<>(made)));
  }

  private void split(
      NodeSnapshot.Hardware hardware, DeviceHolders holders, SortedMap<String, VfHostRecord> made) {
    boolean allHoldersAreKnown = picture.gas().seen().isPresent();
    new TreeMap<>(hardware.sriov())
        .forEach(
            (gpu, sriov) ->
                split(
                    gpu,
                    sriov,
                    Optional.ofNullable(made.get(gpu.toString())),
                    allHoldersAreKnown && holdersOfVfs(holders, gpu).isEmpty()));
    made.keySet().stream()
        .filter(uid -> DeviceUid.parse(uid).filter(hardware.sriov()::containsKey).isEmpty())
        .forEach(uid -> found.accept(new VfDisagreement.VfRecordWithoutVfs(uid)));
  }

  /** The claims that hold at least one VF of the GPU. */
  static SortedSet<String> holdersOfVfs(DeviceHolders holders, DeviceUid gpu) {
    var claims = new TreeSet<String>();
    holders
        .byDevice()
        .forEach(
            (device, holding) -> {
              if (DeviceUid.parentOf(device).equals(Optional.of(gpu))) {
                claims.addAll(holding.keySet());
              }
            });
    return claims;
  }

  /**
   * The recorded VFs: no entries if there is no file; empty if it cannot be read, which is reported
   * elsewhere.
   */
  private Optional<Map<String, VfHostRecord>> hosts() {
    return switch (picture.vfHosts().content()) {
      case StateOnDisk.Content.Absent<Map<String, VfHostRecord>> _ -> Optional.of(Map.of());
      default -> picture.vfHosts().records();
    };
  }

  private void split(
      DeviceUid gpu,
      NodeSnapshot.Sriov sriov,
      Optional<VfHostRecord> made,
      boolean nobodyHoldsAny) {
    if (made.filter(record -> !record.verified()).isPresent()) {
      found.accept(new VfDisagreement.VfsUnfinished(gpu.toString()));
      return;
    }
    if (sriov.numVfs().isEmpty()) {
      return; // the GPU does not answer, which is reported as not read
    }
    int numVfs = sriov.numVfs().getAsInt();
    boolean ours = made.isPresent() || picture.removesForeignVfs();
    if (numVfs > 0 && ours && nobodyHoldsAny) {
      found.accept(new VfDisagreement.VfsWithoutHolder(gpu.toString(), numVfs));
    }
    if (numVfs == 0 && made.isPresent()) {
      found.accept(new VfDisagreement.VfRecordWithoutVfs(gpu.toString()));
    }
    if (numVfs == 0 && made.isEmpty() && !sriov.changed().isEmpty()) {
      found.accept(new VfDisagreement.QuotasLeft(gpu.toString(), sriov.changed()));
    }
  }

  private void held(NodeSnapshot.Hardware hardware, DeviceHolders holders) {
    holders
        .byDevice()
        .forEach(
            (device, claims) ->
                DeviceUid.parse(device)
                    .filter(uid -> uid.parent().isPresent())
                    .ifPresent(
                        vf -> claims.forEach((claim, mib) -> held(hardware, vf, claim, mib))));
  }

  private void held(NodeSnapshot.Hardware hardware, DeviceUid vf, String claim, int promisedMiB) {
    if (hardware.devices().stream().map(Gpu::uid).noneMatch(vf::equals)) {
      found.accept(new VfDisagreement.HeldVfMissing(vf.toString(), claim));
      return;
    }
    Optional.ofNullable(hardware.sriov().get(vf.parent().orElseThrow()))
        .flatMap(sriov -> Optional.ofNullable(sriov.memoryBytes().get(vf.vfIndex().orElseThrow())))
        .filter(bytes -> bytes < ((long) promisedMiB << 20))
        .ifPresent(
            bytes ->
                found.accept(
                    new VfDisagreement.HeldVfTooSmall(vf.toString(), claim, promisedMiB, bytes)));
  }
}
