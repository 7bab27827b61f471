package com.intel.dra.gpu.explain;

import java.util.Locale;

/** Why a pod waits for devices, from what ends soonest to what nobody but its owner can end. */
public enum WaitReason {
  /** Its devices are free: what holds the pod is not a matter of devices. */
  DEVICES_ARE_FREE("devices are free", "look at the scheduler's own Event"),
  /** A device plugin has the resource that the pod asks for; it is not known what is free of it. */
  OF_DEVICE_PLUGIN("of a device plugin", "look at the scheduler's own Event"),
  /** All devices that fit are in use by other claims. */
  IN_USE("in use", "wait for the claims that hold them, or end their pods"),
  /** What the devices of a GPU have in common, such as its memory, is used up. */
  COUNTERS_USED_UP("counters used up", "wait for the claims that hold the rest, or end their pods"),
  /** Too little of a shared device is left. */
  CAPACITY_USED_UP("capacity used up", "ask for less, or wait"),
  /** A pool is being published, so the scheduler leaves it alone. */
  POOL_INCOMPLETE("pool incomplete", "wait some seconds; if it stays, see the node agent's log"),
  /** The pool contradicts itself, so the scheduler leaves it alone. */
  POOL_INVALID("pool invalid", "see the node agent's log"),
  /** A taint keeps claims away that do not tolerate it. */
  TAINTED("tainted", "mend the GPU, or tolerate the taint"),
  /** Enough devices for each request alone, not enough for all together. */
  NOT_TOGETHER("not together", "ask for less, or use several pods"),
  /** No choice of devices meets a constraint of the claim. */
  CONSTRAINT("constraint", "relax the constraint"),
  /** Fewer devices on each node than one claim wants. */
  TOO_FEW("too few", "ask for fewer in one pod"),
  /** No device has as much as is asked for, even when nobody uses it. */
  CAPACITY_NOT_OFFERED("capacity not offered", "ask for less"),
  /** The claim's own selector is false for each device. */
  CLAIM_SELECTOR("claim selector", "correct the expression"),
  /** The selector of the device class is false for each device. */
  CLASS_SELECTOR("class selector", "name another class, or have it corrected"),
  /** No device is published for any node that the pod may run on. */
  NO_DEVICES("no devices", "look at the slices and the node agents"),
  /** An allocated claim is bound to another node. */
  ALLOCATED_ELSEWHERE(
      "allocated elsewhere", "correct the pod's node selector, or use another claim"),
  /** The pod may run on no node, whatever its devices. */
  NODE_EXCLUDED("node excluded", "correct the pod"),
  /** A selector fails while it is evaluated, or the claim is one that the scheduler refuses. */
  CLAIM_FAILS("claim fails", "correct the claim"),
  /** More devices than a claim can have. */
  TOO_MANY_DEVICES("too many devices", "use several claims"),
  /** There is no such device class. */
  CLASS_MISSING("class missing", "create it, or name another"),
  /** A claim does not exist, or is being deleted. */
  CLAIM_MISSING("claim missing", "create it"),
  /** A claim has as many users as it can have. */
  CLAIM_FULL("claim full", "use another claim"),
  /** It could not be found out. */
  UNKNOWN("unknown", "use fewer requests or simpler expressions");

  private final String label;
  private final String helps;

  WaitReason(String label, String helps) {
    this.label = label;
    this.helps = helps;
  }

  /** Returns its name in metrics and answers. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Returns it for people, in a few words. */
  public String label() {
    return label;
  }

  /** Returns what would help, in a few words. */
  public String helps() {
    return helps;
  }
}
