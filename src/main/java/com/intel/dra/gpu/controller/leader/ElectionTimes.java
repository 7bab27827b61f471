package com.intel.dra.gpu.controller.leader;

import java.time.Duration;

/** The Lease by which the controllers elect their leader, and how long it is valid. */
public final class ElectionTimes {

  /**
   * The Lease's name in the driver's namespace; the manifest's Role names it. No agent's Lease can
   * have it, whatever the name of the node: see {@link com.intel.dra.gpu.api.AgentLease}.
   */
  public static final String LEASE = "leader.intel-gpu-controller";

  public static final Duration LEASE_DURATION = Duration.ofSeconds(15);
  public static final Duration RENEW_DEADLINE = Duration.ofSeconds(10);
  public static final Duration RETRY_PERIOD = Duration.ofSeconds(2);

  private ElectionTimes() {}
}
