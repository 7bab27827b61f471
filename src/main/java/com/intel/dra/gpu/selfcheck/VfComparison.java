package com.intel.dra.gpu.selfcheck;

import com.intel.dra.gpu.device.DeviceUid;
import com.intel.dra.gpu.device.Gpu;
import com.intel.dra.gpu.nodeagent.MadeVfs;
import com.intel.dra.gpu.nodeagent.StateOnDisk;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;

/** The VFs: those that the kernel has against those that claims hold and the driver made. */
record VfComparison(Picture picture, Consumer<Disagreement> found) {

  void run() {
    picture.hardware().seen().ifPresent(this::run);
  }

  private void run(Picture.Hardware hardware) {
    Holders holders = Holders.of(picture);
    held(hardware, holders);
    boolean allHoldersAreKnown = picture.gas().seen().isPresent();
    Optional<Map<String, MadeVfs>> hosts = hosts();
    var gpus = new TreeSet<>(hardware.sriov().keySet());
    hosts.ifPresent(
        made ->
            new TreeMap<>(hardware.sriov())
                .forEach(
                    (gpu, sriov) ->
                        split(
                            gpu,
                            sriov,
                            Optional.ofNullable(made.get(gpu.toString())),
                            allHoldersAreKnown && holders.ofVfsOf(gpu).isEmpty())));
    hosts.ifPresent(
        made ->
            new TreeMap<>(made)
                .forEach(
                    (uid, _) -> {
                      if (DeviceUid.parse(uid).filter(gpus::contains).isEmpty()) {
                        found.accept(new Disagreement.VfRecordWithoutVfs(uid));
                      }
                    }));
  }

  /** None where there is no file; empty where it cannot be read, which is told elsewhere. */
  private Optional<Map<String, MadeVfs>> hosts() {
    return switch (picture.vfHosts().content()) {
      case StateOnDisk.Content.Absent<Map<String, MadeVfs>> _ -> Optional.of(Map.of());
      default -> picture.vfHosts().records();
    };
  }

  private void split(
      DeviceUid gpu, Picture.Sriov sriov, Optional<MadeVfs> made, boolean nobodyHoldsAny) {
    if (made.filter(record -> !record.verified()).isPresent()) {
      found.accept(new Disagreement.VfsUnfinished(gpu.toString()));
      return;
    }
    if (sriov.numVfs().isEmpty()) {
      return; // it does not answer, which is told as not looked at
    }
    int numVfs = sriov.numVfs().getAsInt();
    boolean ours = made.isPresent() || picture.removesForeignVfs();
    if (numVfs > 0 && ours && nobodyHoldsAny) {
      found.accept(new Disagreement.VfsWithoutHolder(gpu.toString(), numVfs));
    }
    if (numVfs == 0 && made.isPresent()) {
      found.accept(new Disagreement.VfRecordWithoutVfs(gpu.toString()));
    }
    if (numVfs == 0 && made.isEmpty() && !sriov.changed().isEmpty()) {
      found.accept(new Disagreement.QuotasLeft(gpu.toString(), sriov.changed()));
    }
  }

  private void held(Picture.Hardware hardware, Holders holders) {
    holders
        .byDevice()
        .forEach(
            (device, claims) ->
                DeviceUid.parse(device)
                    .filter(uid -> uid.parent().isPresent())
                    .ifPresent(
                        vf -> claims.forEach((claim, mib) -> held(hardware, vf, claim, mib))));
  }

  private void held(Picture.Hardware hardware, DeviceUid vf, String claim, int promisedMiB) {
    if (hardware.devices().stream().map(Gpu::uid).noneMatch(vf::equals)) {
      found.accept(new Disagreement.HeldVfMissing(vf.toString(), claim));
      return;
    }
    Optional.ofNullable(hardware.sriov().get(vf.parent().orElseThrow()))
        .flatMap(sriov -> Optional.ofNullable(sriov.memoryBytes().get(vf.vfIndex().orElseThrow())))
        .filter(bytes -> bytes < ((long) promisedMiB << 20))
        .ifPresent(
            bytes ->
                found.accept(
                    new Disagreement.HeldVfTooSmall(vf.toString(), claim, promisedMiB, bytes)));
  }
}
