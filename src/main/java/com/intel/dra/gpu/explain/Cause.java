package com.intel.dra.gpu.explain;

import com.intel.dra.gpu.explain.search.ClaimKey;
import com.intel.dra.gpu.explain.search.DeviceKey;
import java.util.List;
import java.util.Optional;

/** The first thing that keeps devices of a node from a request, and what would help. */
public sealed interface Cause {

  /** The reason of its kind. */
  WaitReason reason();

  /** Nothing is published for the node. */
  record NoDevices() implements Cause {
    @Override
    public WaitReason reason() {
      return WaitReason.NO_DEVICES;
    }
  }

  /** The selector of the class is false for all devices. */
  record ClassSelector(String deviceClass, String part, String because, DeviceKey device)
      implements Cause {
    @Override
    public WaitReason reason() {
      return WaitReason.CLASS_SELECTOR;
    }
  }

  /**
   * The selector of the request is false for all devices that the class selects.
   *
   * @param part the part of the expression that is false for the device
   * @param because the values of what the part names, or empty
   */
  record ClaimSelector(String part, String because, DeviceKey device) implements Cause {
    @Override
    public WaitReason reason() {
      return WaitReason.CLAIM_SELECTOR;
    }
  }

  /** Too few devices, and those that there are do suit. */
  record TooFew(long wanted, long suitable) implements Cause {
    @Override
    public WaitReason reason() {
      return WaitReason.TOO_FEW;
    }
  }

  /**
   * The devices that suit, if they are more than those that a cause names.
   *
   * @param wanted how many of them are wanted
   * @param free how many are free
   * @param tainted how many have a taint, beside those that the cause names
   * @param usedUp of how many too little is left
   */
  record Others(long wanted, long free, long tainted, long usedUp) {}

  /**
   * Devices that suit have a taint that the request does not tolerate.
   *
   * @param taint as {@code key=value:effect}
   */
  record Tainted(DeviceKey device, String taint, long devices, Others others) implements Cause {
    @Override
    public WaitReason reason() {
      return WaitReason.TAINTED;
    }
  }

  /** Devices that suit are in use. */
  record InUse(long devices, List<ClaimKey> holders, Others others) implements Cause {
    public InUse {
      holders = List.copyOf(holders);
    }

    @Override
    public WaitReason reason() {
      return WaitReason.IN_USE;
    }
  }

  /** A counter that several devices share is used up. */
  record CountersUsed(
      DeviceKey device,
      String counterSet,
      String counter,
      String wanted,
      String left,
      List<ClaimKey> holders)
      implements Cause {
    public CountersUsed {
      holders = List.copyOf(holders);
    }

    @Override
    public WaitReason reason() {
      return WaitReason.COUNTERS_USED_UP;
    }
  }

  /** Too little of a shared device is left. */
  record CapacityUsed(
      DeviceKey device,
      String capacity,
      String wanted,
      String left,
      String all,
      List<ClaimKey> holders)
      implements Cause {
    public CapacityUsed {
      holders = List.copyOf(holders);
    }

    @Override
    public WaitReason reason() {
      return WaitReason.CAPACITY_USED_UP;
    }
  }

  /**
   * No device that suits has so much.
   *
   * @param most the most that the device gives to a claim; empty if it does not have the capacity
   */
  record CapacityNotOffered(DeviceKey device, String capacity, String wanted, Optional<String> most)
      implements Cause {
    @Override
    public WaitReason reason() {
      return WaitReason.CAPACITY_NOT_OFFERED;
    }
  }

  /**
   * No choice of devices meets a constraint.
   *
   * @param kind {@code matchAttribute} or {@code distinctAttribute}
   * @param values what devices have of the attribute, or empty
   */
  record Constraint(String kind, String attribute, String values) implements Cause {
    @Override
    public WaitReason reason() {
      return WaitReason.CONSTRAINT;
    }
  }

  /** Each request could have devices, but not all of them together. */
  record NotTogether() implements Cause {
    @Override
    public WaitReason reason() {
      return WaitReason.NOT_TOGETHER;
    }
  }

  /** The node's slices are not all there yet. */
  record PoolIncomplete(String pool, long generation, long slices, long expected) implements Cause {
    @Override
    public WaitReason reason() {
      return WaitReason.POOL_INCOMPLETE;
    }
  }

  /** The node's slices contradict each other. */
  record PoolInvalid(String pool, String why) implements Cause {
    @Override
    public WaitReason reason() {
      return WaitReason.POOL_INVALID;
    }
  }

  /** More devices than one claim can have. */
  record TooManyDevices(long wanted, long limit) implements Cause {
    @Override
    public WaitReason reason() {
      return WaitReason.TOO_MANY_DEVICES;
    }
  }

  /**
   * None of the alternatives of {@code firstAvailable} can be had. Its reason is the one of them
   * that is most likely to end.
   */
  record NoAlternative(List<RequestFailure> alternatives) implements Cause {
    public NoAlternative {
      alternatives = List.copyOf(alternatives);
    }

    @Override
    public WaitReason reason() {
      return alternatives.stream()
          .map(alternative -> alternative.cause().reason())
          .min(WaitReason::compareTo)
          .orElse(WaitReason.UNKNOWN);
    }
  }
}
