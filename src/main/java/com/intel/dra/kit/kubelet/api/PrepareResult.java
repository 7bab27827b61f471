package com.intel.dra.kit.kubelet.api;

import java.util.List;
import java.util.Optional;

/** The result of preparing a claim. */
public sealed interface PrepareResult {

  /**
   * @param devices the claim's devices, in the order of its allocation
   */
  record Prepared(List<PreparedDevice> devices) implements PrepareResult {
    public Prepared {
      devices = List.copyOf(devices);
    }

    /**
     * The result of a driver of classic DRA, which knows no requests, pools and devices.
     *
     * @param cdiDevices qualified CDI device names, see {@link PreparedDevice#cdiDevices}
     */
    public static Prepared classic(List<String> cdiDevices) {
      return new Prepared(
          List.of(new PreparedDevice(List.of(), "", "", cdiDevices, Optional.empty())));
    }

    /** The CDI device names of all devices, in their order. */
    public List<String> cdiDevices() {
      return devices.stream().flatMap(device -> device.cdiDevices().stream()).toList();
    }
  }

  /**
   * @param message what is wrong, with which object, and what to do: the kubelet shows it in an
   *     Event on the Pod
   */
  record Failed(String message) implements PrepareResult {}
}
