package com.intel.dra.gpu.nodeagent;

import com.intel.dra.gpu.device.Gpu;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Optional;

/** The node's devices of which the CDI spec tells: those that can be offered and prepared. */
@Singleton
public class NodeDevices {

  private volatile Optional<List<Gpu>> devices = Optional.empty();

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

  void replace(List<Gpu> now) {
    devices = Optional.of(List.copyOf(now));
  }
}
