package com.intel.dra.gpu.explain.search;

import java.util.List;
import java.util.Optional;

/** The first thing that keeps a wish from a device, from what never changes to what may soon. */
public sealed interface Hurdle {

  DeviceKey device();

  /** The selector of the class is false. */
  record NotOfClass(DeviceKey device, String part, String because) implements Hurdle {}

  /** The selector of the wish is false. */
  record NotSelected(DeviceKey device, String part, String because) implements Hurdle {}

  /**
   * The device does not have so much, even unused.
   *
   * @param most the most that it gives; empty if it does not have the capacity
   */
  record TooSmall(DeviceKey device, String capacity, String wanted, Optional<String> most)
      implements Hurdle {}

  /** A taint that the wish does not tolerate. */
  record Tainted(DeviceKey device, String taint) implements Hurdle {}

  /** A claim has all of it. */
  record Held(DeviceKey device, ClaimKey holder) implements Hurdle {}

  /** What it shares with other devices is used up. */
  record CounterShort(
      DeviceKey device,
      String counterSet,
      String counter,
      String wanted,
      String left,
      List<ClaimKey> holders)
      implements Hurdle {
    public CounterShort {
      holders = List.copyOf(holders);
    }
  }

  /** Other claims' shares leave too little. */
  record CapacityShort(
      DeviceKey device,
      String capacity,
      String wanted,
      String left,
      String all,
      List<ClaimKey> holders)
      implements Hurdle {
    public CapacityShort {
      holders = List.copyOf(holders);
    }
  }

  /** Nothing. */
  record None(DeviceKey device) implements Hurdle {}
}
