package com.intel.dra.gpu.selfcheck.compare;

import com.intel.dra.gpu.api.AllocatedDevice;
import com.intel.dra.gpu.api.DeviceHolders;
import com.intel.dra.gpu.device.DeviceType;
import com.intel.dra.gpu.device.Gpu;
import com.intel.dra.gpu.mode.DraMode;
import com.intel.dra.gpu.nodeagent.state.PreparedClaim;
import com.intel.dra.gpu.nodeagent.state.StateOnDisk;
import com.intel.dra.gpu.selfcheck.look.NodeSnapshot;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Compares the claims as they are prepared, as they are recorded, and as the API server has them.
 */
record ClaimComparison(NodeSnapshot picture, Consumer<Disagreement> found) {

  void run() {
    Optional<Map<String, PreparedClaim>> prepared = preparedOnDisk();
    Optional<NodeSnapshot.Gas> gas = picture.gas().seen().flatMap(seen -> seen);
    Optional<NodeSnapshot.Claims> claims = picture.claims().seen();
    if (prepared.isPresent() && gas.isPresent()) {
      prepared(prepared.get(), gas.get().spec().prepared());
    }
    if (prepared.isPresent() && claims.isPresent()) {
      prepared(prepared.get(), claims.get());
    }
    if (gas.isPresent() && claims.isPresent()) {
      allocated(gas.get(), claims.get());
    }
    exclusion(picture.holders());
  }

  /** Empty while the file is being completed from the GAS, or if it cannot be read. */
  private Optional<Map<String, PreparedClaim>> preparedOnDisk() {
    return switch (picture.prepared().content()) {
      case StateOnDisk.Content.Absent<StateOnDisk.Prepared> _ -> Optional.of(Map.of());
      default ->
          picture
              .prepared()
              .records()
              .filter(StateOnDisk.Prepared::complete)
              .map(StateOnDisk.Prepared::byUid);
    };
  }

  private void prepared(
      Map<String, PreparedClaim> onDisk, Map<String, List<AllocatedDevice>> inGas) {
    var all = new TreeSet<>(onDisk.keySet());
    all.addAll(inGas.keySet());
    for (String uid : all) {
      PreparedClaim prepared = onDisk.get(uid);
      List<AllocatedDevice> told = inGas.get(uid);
      if (told == null) {
        found.accept(new ClaimDisagreement.PreparedNotInGas(name(uid)));
      } else if (prepared == null) {
        found.accept(new ClaimDisagreement.PreparedInGasAlone(name(uid)));
      } else if (!Set.copyOf(prepared.devices()).equals(Set.copyOf(told))) {
        found.accept(
            new ClaimDisagreement.PreparedDiffers(
                name(uid), shares(prepared.devices()), shares(told)));
      }
    }
  }

  private void prepared(Map<String, PreparedClaim> onDisk, NodeSnapshot.Claims claims) {
    new TreeMap<>(onDisk)
        .forEach(
            (uid, prepared) -> {
              if (claims.isNotHere(uid)) {
                found.accept(new ClaimDisagreement.PreparedWithoutAllocation(name(uid)));
              }
              Optional.ofNullable(claims.here().get(uid))
                  .map(NodeSnapshot.ClaimHere::devices)
                  .filter(allocated -> !allocated.isEmpty())
                  .filter(allocated -> !allocated.equals(uids(prepared.devices())))
                  .ifPresent(
                      allocated ->
                          found.accept(
                              new ClaimDisagreement.PreparedOtherDevices(
                                  name(uid), uids(prepared.devices()), allocated)));
            });
  }

  private void allocated(NodeSnapshot.Gas gas, NodeSnapshot.Claims claims) {
    var recorded = new TreeMap<>(gas.spec().resourceClaimAllocations());
    recorded.forEach(
        (uid, allocation) -> {
          if (claims.isNotHere(uid)) {
            found.accept(new ClaimDisagreement.AllocationWithoutClaim(name(uid)));
          }
          Set<String> onRecord = uids(allocation.gpus());
          Optional.ofNullable(claims.here().get(uid))
              .map(NodeSnapshot.ClaimHere::devices)
              .filter(devices -> !devices.isEmpty() && !devices.equals(onRecord))
              .ifPresent(
                  devices ->
                      found.accept(
                          new ClaimDisagreement.AllocationDiffers(name(uid), onRecord, devices)));
        });
    if (picture.mode() == DraMode.CLASSIC) {
      // in structured DRA the agent learns of a claim only when the kubelet asks for it
      new TreeMap<>(claims.here())
          .forEach(
              (uid, claim) -> {
                if (claim.kept() && !recorded.containsKey(uid)) {
                  found.accept(new ClaimDisagreement.ClaimNotInGas(name(uid)));
                }
              });
    }
  }

  /** Finds devices that more than one claim holds but must not. */
  private void exclusion(DeviceHolders holders) {
    holders
        .byDevice()
        .forEach(
            (device, claims) -> {
              if (device.contains("-vf") && claims.size() > 1) {
                found.accept(new ClaimDisagreement.DeviceHeldTwice(device, names(claims.keySet())));
              }
            });
    picture.hardware().seen().stream()
        .flatMap(hardware -> hardware.devices().stream())
        .filter(gpu -> gpu.type() == DeviceType.GPU)
        .forEach(gpu -> exclusion(holders, gpu));
  }

  private void exclusion(DeviceHolders holders, Gpu gpu) {
    Map<String, Integer> whole = holders.of(gpu.uid().toString());
    Set<String> ofVfs = VfComparison.holdersOfVfs(holders, gpu.uid());
    if (!whole.isEmpty() && !ofVfs.isEmpty()) {
      var both = new TreeSet<>(whole.keySet());
      both.addAll(ofVfs);
      found.accept(new ClaimDisagreement.DeviceHeldTwice(gpu.uid().toString(), names(both)));
    }
    long heldMiB = whole.values().stream().mapToLong(memoryMiB -> memoryMiB).sum();
    if (heldMiB > gpu.memoryMiB()) {
      found.accept(
          new ClaimDisagreement.DeviceOvercommitted(
              gpu.uid().toString(), heldMiB, gpu.memoryMiB(), names(whole.keySet())));
    }
  }

  private static Set<String> uids(Collection<AllocatedDevice> devices) {
    return devices.stream().map(AllocatedDevice::uid).collect(Collectors.toSet());
  }

  private static Set<String> shares(Collection<AllocatedDevice> devices) {
    return devices.stream()
        .map(
            device ->
                device.hasCountedShares()
                    ? "%s (%d MiB, %d of %d shares)"
                        .formatted(
                            device.uid(), device.memory(), device.shares(), device.totalShares())
                    : "%s (%d MiB)".formatted(device.uid(), device.memory()))
        .collect(Collectors.toSet());
  }

  private Set<String> names(Collection<String> uids) {
    return uids.stream().map(this::name).collect(Collectors.toSet());
  }

  /** The claim's name, if any source knows it, with its UID. */
  private String name(String uid) {
    return picture
        .claims()
        .seen()
        .flatMap(claims -> Optional.ofNullable(claims.here().get(uid)))
        .map(NodeSnapshot.ClaimHere::name)
        .or(
            () ->
                picture
                    .prepared()
                    .records()
                    .flatMap(records -> Optional.ofNullable(records.byUid().get(uid)))
                    .filter(claim -> !claim.name().isEmpty())
                    .map(claim -> "%s/%s".formatted(claim.namespace(), claim.name())))
        .map(name -> "%s (%s)".formatted(name, uid))
        .orElse(uid);
  }
}
