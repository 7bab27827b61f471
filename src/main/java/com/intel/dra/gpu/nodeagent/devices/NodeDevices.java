package com.intel.dra.gpu.nodeagent.devices;

import com.intel.dra.gpu.device.DeviceType;
import com.intel.dra.gpu.device.DeviceUid;
import com.intel.dra.gpu.device.Gpu;
import com.intel.dra.gpu.device.GpuFacts;
import com.intel.dra.gpu.device.GpuHealth;
import jakarta.inject.Singleton;
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

  /**
   * The facts of the last scan, and the devices that were usable in it and in the one before.
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
   * Replaces the facts. GPUs that are missing from these are kept as vanished until they are back.
   * Missing VFs are not kept, because the driver makes and removes them on purpose.
   */
  void tell(List<GpuFacts> found) {
    var all = new TreeMap<DeviceUid, GpuFacts>();
    Optional<Looks> last = looks;
    for (GpuFacts before : facts()) {
      if (before.uid().type() == DeviceType.GPU) {
        all.put(before.uid(), before.withHealth(new GpuHealth.Vanished()));
      }
    }
    found.forEach(now -> all.put(now.uid(), now));
    looks =
        Optional.of(
            new Looks(
                List.copyOf(all.values()),
                all.values().stream()
                    .filter(device -> device.health().isHealthy())
                    .map(GpuFacts::uid)
                    .collect(Collectors.toUnmodifiableSet()),
                last.map(Looks::well)));
  }

  public void replace(List<Gpu> now) {
    devices = Optional.of(List.copyOf(now));
  }
}
