package com.intel.dra.gpu.explain;

/** Why a pod waits for devices, from what ends soonest to what nobody but its owner can end. */
public enum WaitReason {
  /** Its devices are free: what holds the pod is not a matter of devices. */
  DEVICES_ARE_FREE("devices are free"),
  /** All devices that fit are in use by other claims. */
  IN_USE("in use"),
  /** What the devices of a GPU have in common, such as its memory, is used up. */
  COUNTERS_USED_UP("counters used up"),
  /** Too little of a shared device is left. */
  CAPACITY_USED_UP("capacity used up"),
  /** A pool is being published, so the scheduler leaves it alone. */
  POOL_INCOMPLETE("pool incomplete"),
  /** The pool contradicts itself, so the scheduler leaves it alone. */
  POOL_INVALID("pool invalid"),
  /** A taint keeps claims away that do not tolerate it. */
  TAINTED("tainted"),
  /** Enough devices for each request alone, not enough for all together. */
  NOT_TOGETHER("not together"),
  /** No choice of devices meets a constraint of the claim. */
  CONSTRAINT("constraint"),
  /** Fewer devices on each node than one claim wants. */
  TOO_FEW("too few"),
  /** No device has as much as is asked for, even when nobody uses it. */
  CAPACITY_NOT_OFFERED("capacity not offered"),
  /** The claim's own selector is false for each device. */
  CLAIM_SELECTOR("claim selector"),
  /** The selector of the device class is false for each device. */
  CLASS_SELECTOR("class selector"),
  /** No device is published for any node that the pod may run on. */
  NO_DEVICES("no devices"),
  /** An allocated claim is bound to another node. */
  ALLOCATED_ELSEWHERE("allocated elsewhere"),
  /** The pod may run on no node, whatever its devices. */
  NODE_EXCLUDED("node excluded"),
  /** A selector fails while it is evaluated, or the claim is one that the scheduler refuses. */
  CLAIM_FAILS("claim fails"),
  /** More devices than a claim can have. */
  TOO_MANY_DEVICES("too many devices"),
  /** There is no such device class. */
  CLASS_MISSING("class missing"),
  /** A claim does not exist, or is being deleted. */
  CLAIM_MISSING("claim missing"),
  /** A claim has as many users as it can have. */
  CLAIM_FULL("claim full"),
  /** It could not be found out. */
  UNKNOWN("unknown");

  private final String label;

  WaitReason(String label) {
    this.label = label;
  }

  /** Returns it for people, in a few words. */
  public String label() {
    return label;
  }
}
