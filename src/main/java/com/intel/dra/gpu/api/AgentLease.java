package com.intel.dra.gpu.api;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.UUID;

/**
 * The Lease ({@code coordination.k8s.io/v1}) with which the node agent shows in classic DRA that it
 * works: one per node, in the driver's namespace, with the {@link #LABEL}, owned by the node's
 * GpuAllocationState. The agent renews it, and the controller watches it.
 */
public final class AgentLease {

  /** The label of every such Lease, so that a watch can leave out all others. */
  public static final String LABEL = GpuApi.GROUP + "/lease";

  public static final String LABEL_VALUE = "node-agent";

  /** How long a renewal is valid. */
  public static final Duration DURATION = Duration.ofSeconds(40);

  /** How often the agent renews. */
  public static final Duration RENEW_EVERY = Duration.ofSeconds(10);

  private static final String PREFIX = "intel-gpu-";
  private static final int MAX_NAME_LENGTH = 253;

  private AgentLease() {}

  /** The name of the node's Lease; a long node name is cut and made unique by a hash. */
  public static String nameOf(String node) {
    String name = PREFIX + node;
    if (name.length() <= MAX_NAME_LENGTH) {
      return name;
    }
    String hash = UUID.nameUUIDFromBytes(node.getBytes(StandardCharsets.UTF_8)).toString();
    return name.substring(0, MAX_NAME_LENGTH - hash.length()) + hash;
  }
}
