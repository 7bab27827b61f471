package com.intel.dra.gpu.kubelet;

import java.util.List;

/** Where the kubelet's health service has its knowledge from. Its methods may be called at once. */
public interface DeviceHealthSource {

  /** A listener's end. */
  @FunctionalInterface
  interface Subscription {
    /** After this the listener may be called once more at the most. */
    void cancel();
  }

  /**
   * How all devices are now; must not block. The kubelet keeps what it was told of one that is
   * missing.
   */
  List<DeviceHealth> current();

  /**
   * Calls the listener after each change of {@link #current}, on any thread. It does not block, and
   * asks for what there is then, so that changes in quick succession may be told as one.
   */
  Subscription onChange(Runnable listener);
}
