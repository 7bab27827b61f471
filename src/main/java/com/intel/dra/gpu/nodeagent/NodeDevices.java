package com.intel.dra.gpu.nodeagent;

import com.intel.dra.gpu.device.DeviceType;
import com.intel.dra.gpu.device.DeviceUid;
import com.intel.dra.gpu.device.Gpu;
import com.intel.dra.gpu.device.GpuFacts;
import com.intel.dra.gpu.device.GpuHealth;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The node's devices of which the CDI spec tells: those that can be offered and prepared. Beside
 * them, what there is to tell of all, also of those that cannot.
 */
@Singleton
public class NodeDevices {

  private volatile Optional<List<Gpu>> devices = Optional.empty();
  private volatile List<GpuFacts> facts = List.of();

  /** In the order of their UIDs; empty (not: an empty list) before the first discovery. */
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
   * Of every GPU and VF that discovery can name, in the order of their UIDs, and of every GPU that
   * was there before and has vanished. Newer than {@link #known} for a moment when they change.
   */
  public List<GpuFacts> facts() {
    return facts;
  }

  /**
   * GPUs that are not among these any more are kept as vanished until they are back; VFs come and
   * go as it is decided.
   */
  void tell(List<GpuFacts> found) {
    var all = new TreeMap<DeviceUid, GpuFacts>();
    for (GpuFacts before : facts) {
      if (before.uid().type() == DeviceType.GPU) {
        all.put(before.uid(), before.withHealth(new GpuHealth.Vanished()));
      }
    }
    found.forEach(now -> all.put(now.uid(), now));
    facts = List.copyOf(all.values());
  }

  void replace(List<Gpu> now) {
    devices = Optional.of(List.copyOf(now));
  }
}
