package com.intel.dra.gpu.api;

import java.util.Set;

/**
 * All reasons of the driver's Events. docs/reference/events.md has the cause and remedy of each.
 */
public enum EventReason {
  NO_SUITABLE_NODE("NoSuitableNode", Type.WARNING, About.POD, About.CLAIM),
  TOO_MANY_CLAIMS("TooManyClaims", Type.WARNING, About.POD, About.CLAIM),
  WAITS_FOR_OTHER_CLAIM("WaitsForOtherClaim", Type.WARNING, About.CLAIM),
  INVALID_CLAIM_PARAMETERS_REFERENCE("InvalidClaimParametersReference", Type.WARNING, About.CLAIM),
  CLAIM_PARAMETERS_NOT_FOUND("ClaimParametersNotFound", Type.WARNING, About.CLAIM),
  INVALID_CLAIM_PARAMETERS("InvalidClaimParameters", Type.WARNING, About.CLAIM),
  INVALID_CLASS_PARAMETERS_REFERENCE("InvalidClassParametersReference", Type.WARNING, About.CLAIM),
  CLASS_PARAMETERS_NOT_FOUND("ClassParametersNotFound", Type.WARNING, About.CLAIM),
  INVALID_CLASS_PARAMETERS("InvalidClassParameters", Type.WARNING, About.CLAIM),
  DEVICE_NOT_OFFERED("DeviceNotOffered", Type.WARNING, About.CLAIM),
  CLAIM_NOT_PREPARED("ClaimNotPrepared", Type.WARNING, About.CLAIM),
  CLAIM_PREPARED("ClaimPrepared", Type.NORMAL, About.CLAIM),
  WAITS_FOR_DEVICES("WaitsForDevices", Type.WARNING, About.POD),
  DEVICES_ARE_FREE("DevicesAreFree", Type.NORMAL, About.POD),
  NODE_AGENT_SILENT("NodeAgentSilent", Type.WARNING, About.GAS),
  GPU_UNUSABLE("GpuUnusable", Type.WARNING, About.NODE),
  GPU_USABLE("GpuUsable", Type.NORMAL, About.NODE),
  DAMAGED_STATE_FILE("DamagedStateFile", Type.WARNING, About.NODE),
  UNSUPPORTED_KUBERNETES("UnsupportedKubernetes", Type.WARNING, About.NODE),
  CLUSTER_CHANGED("ClusterChanged", Type.WARNING, About.NODE),
  POLICY_REFUSED("PolicyRefused", Type.WARNING, About.NODE),
  POLICY_ACCEPTED("PolicyAccepted", Type.NORMAL, About.NODE),
  POLICY_REMOVED("PolicyRemoved", Type.NORMAL, About.NODE),
  TAKE_OVER_WAITS("TakeOverWaits", Type.WARNING, About.NODE),
  TAKEN_OVER("TakenOver", Type.NORMAL, About.NODE);

  /** Whether an action is needed. */
  public enum Type {
    NORMAL("Normal"),
    WARNING("Warning");

    private final String word;

    Type(String word) {
      this.word = word;
    }

    /** The word in Kubernetes' API. */
    public String word() {
      return word;
    }
  }

  /** The kind of object that an Event is about, as users call it. */
  public enum About {
    CLAIM,
    POD,
    /** A GpuAllocationState. */
    GAS,
    NODE
  }

  private final String word;
  private final Type type;
  private final Set<About> about;

  EventReason(String word, Type type, About... about) {
    this.word = word;
    this.type = type;
    this.about = Set.of(about);
  }

  /** The reason in the Event: one word in CamelCase. */
  public String word() {
    return word;
  }

  public Type type() {
    return type;
  }

  /** The kinds of objects that have Events with this reason. */
  public Set<About> about() {
    return about;
  }
}
