package com.intel.dra.gpu.kubelet;

import java.time.Duration;

/**
 * Hears of every claim that the kubelet asks for, and of the answer; for metrics. Must not block or
 * throw.
 */
public interface PluginCallListener {

  /** The kubelet waits for a claim; {@link #prepareAnswered} follows. */
  default void prepareBegun() {}

  /**
   * @param took with what the claim waited for other calls
   */
  void prepareAnswered(PluginApiVersion version, PrepareResult result, Duration took);

  /** The kubelet waits for a claim; {@link #unprepareAnswered} follows. */
  default void unprepareBegun() {}

  /**
   * @param took with what the claim waited for other calls
   */
  void unprepareAnswered(PluginApiVersion version, UnprepareResult result, Duration took);
}
