package com.intel.dra.gpu.kubelet;

import java.util.List;

/** How preparing a claim ended. */
public sealed interface PrepareResult {

  /**
   * @param cdiDevices qualified CDI device names ({@code vendor/class=name}) that the container
   *     runtime finds in a CDI spec by the time that the kubelet gets this answer
   */
  record Prepared(List<String> cdiDevices) implements PrepareResult {
    public Prepared {
      cdiDevices = List.copyOf(cdiDevices);
    }
  }

  /**
   * @param message what is wrong, with which object, and what to do: the kubelet shows it in an
   *     Event on the Pod
   */
  record Failed(String message) implements PrepareResult {}
}
