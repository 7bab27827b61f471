package com.intel.dra.kit.kubelet.api;

import java.time.Duration;

/**
 * Receives each claim that the kubelet asks for and its answer, for metrics. Must not block or
 * throw. A driver without metrics implements none of the methods.
 */
public interface PluginCallListener {

  /** The kubelet begins to wait for a claim; {@link #prepareAnswered} follows. */
  default void prepareBegun() {}

  /**
   * @param took includes the time that the claim waited for other calls
   */
  default void prepareAnswered(PluginApiVersion version, PrepareResult result, Duration took) {}

  /** The kubelet begins to wait for a claim; {@link #unprepareAnswered} follows. */
  default void unprepareBegun() {}

  /**
   * @param took includes the time that the claim waited for other calls
   */
  default void unprepareAnswered(PluginApiVersion version, UnprepareResult result, Duration took) {}
}
