package com.intel.dra.gpu.explain.search;

import com.intel.dra.gpu.explain.cel.Amount;
import com.intel.dra.gpu.explain.search.OfferedDevice.CounterKey;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** A pool as one node's pods see it. */
public sealed interface NodePool {

  PoolKey key();

  /**
   * All its slices are there.
   *
   * @param here the slices with devices for the node, in the scheduler's order
   * @param elsewhere the others with devices
   * @param counters what the devices share
   */
  record Complete(
      PoolKey key,
      List<OfferedSlice> here,
      List<OfferedSlice> elsewhere,
      Map<CounterKey, Amount> counters)
      implements NodePool {

    Stream<OfferedDevice> allDevices() {
      return Stream.concat(here.stream(), elsewhere.stream())
          .flatMap(slice -> slice.devices().stream());
    }
  }

  /** Slices are missing. */
  record Incomplete(PoolKey key, long generation, long slices, long expected) implements NodePool {}

  /** The slices contradict each other. */
  record Invalid(PoolKey key, String why) implements NodePool {}
}
