package com.intel.dra.kit.kubelet.api;

import java.util.List;

/** The source of the kubelet's device health service. Its methods may be called concurrently. */
public interface DeviceHealthSource {

  /** The registration of a listener. */
  @FunctionalInterface
  interface Subscription {
    /** Ends the registration. Afterwards the listener is called at most once more. */
    void cancel();
  }

  /**
   * The current health of all devices; must not block. For a missing device the kubelet keeps the
   * health that it received last.
   */
  List<DeviceHealth> current();

  /**
   * Calls the listener after each change of {@link #current}, on any thread. The listener does not
   * block and reads the current state, so changes in quick succession may be reported by one call.
   */
  Subscription onChange(Runnable listener);
}
