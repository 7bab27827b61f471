package com.intel.dra.gpu.nodeagent.devices;

import com.intel.dra.gpu.device.DeviceType;
import com.intel.dra.gpu.device.DeviceUid;
import com.intel.dra.gpu.device.Gpu;
import com.intel.dra.gpu.device.GpuFacts;
import com.intel.dra.gpu.device.GpuHealth;
import com.intel.dra.gpu.sysfs.discovery.SkippedDevice;
import jakarta.inject.Singleton;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The node's devices that are in the CDI spec, and that can therefore be offered and prepared. Also
 * has the facts of all devices, including those that cannot be offered.
 */
@Singleton
public class NodeDevices {

  private volatile Optional<List<Gpu>> devices = Optional.empty();
  private volatile Optional<Looks> looks = Optional.empty();
  private volatile List<SkippedDevice> skipped = List.of();

  /**
   * The facts of the last look, and the devices that were usable in the last scan, or in a look
   * after it, and in the scan before.
   *
   * @param wellBefore empty if there was only one scan
   */
  private record Looks(
      List<GpuFacts> facts, Set<DeviceUid> well, Optional<Set<DeviceUid>> wellBefore) {}

  /**
   * Returns the devices in the order of their UIDs; empty (not: an empty list) before the first
   * discovery.
   */
  public Optional<List<Gpu>> known() {
    return devices;
  }

  /** Returns what the last look left out, in the order of addresses. */
  public List<SkippedDevice> skipped() {
    return skipped;
  }

  void tellSkipped(List<SkippedDevice> found) {
    skipped = List.copyOf(found);
  }

  public Optional<Gpu> find(String uid) {
    return devices.stream()
        .flatMap(List::stream)
        .filter(gpu -> gpu.uid().toString().equals(uid))
        .findFirst();
  }

  /**
   * Returns the facts of every GPU and VF that discovery can name, in the order of their UIDs, and
   * of every GPU that was there before and has vanished. For a moment after a change they are newer
   * than {@link #known}.
   */
  public List<GpuFacts> facts() {
    return looks.map(Looks::facts).orElse(List.of());
  }

  /**
   * Returns whether the device was unusable in the last two scans; a single scan may have failed by
   * itself.
   */
  public boolean isUnusableForLong(DeviceUid device) {
    return looks
        .filter(now -> !now.well().contains(device))
        .flatMap(Looks::wellBefore)
        .filter(before -> !before.contains(device))
        .isPresent();
  }

  /**
   * Replaces the facts by those of a scan. GPUs that are missing from these are kept as vanished
   * until they are back. Missing VFs are not kept, because the driver makes and removes them on
   * purpose.
   */
  void tell(List<GpuFacts> found) {
    List<GpuFacts> all = withVanished(found);
    looks = Optional.of(new Looks(all, well(all), looks.map(Looks::well)));
  }

  /**
   * Replaces the facts by those of a look between two scans. What was usable in it counts as usable
   * in the last scan, and what was not is as it was after that scan.
   */
  void tellBetween(List<GpuFacts> found) {
    List<GpuFacts> all = withVanished(found);
    var well = new HashSet<>(well(all));
    looks.ifPresent(last -> well.addAll(last.well()));
    looks = Optional.of(new Looks(all, Set.copyOf(well), looks.flatMap(Looks::wellBefore)));
  }

  private List<GpuFacts> withVanished(List<GpuFacts> found) {
    var all = new TreeMap<DeviceUid, GpuFacts>();
    for (GpuFacts before : facts()) {
      if (before.uid().type() == DeviceType.GPU) {
        all.put(before.uid(), before.withHealth(new GpuHealth.Vanished()));
      }
    }
    found.forEach(now -> all.put(now.uid(), now));
    return List.copyOf(all.values());
  }

  private static Set<DeviceUid> well(List<GpuFacts> all) {
    return all.stream()
        .filter(device -> device.health().isHealthy())
        .map(GpuFacts::uid)
        .collect(Collectors.toUnmodifiableSet());
  }

  public void replace(List<Gpu> now) {
    devices = Optional.of(List.copyOf(now));
  }
}
