package com.intel.dra.gpu.nodeagent.life;

import com.intel.dra.gpu.api.AgentLease;
import com.intel.dra.gpu.api.GpuAllocationState;

/** This node's {@link AgentLease} at the API server. */
public interface LeaseStore {

  /** Namespace and name, for messages. */
  String name();

  /**
   * Writes that this agent lives. The Lease is made when it is missing, and taken over from an
   * agent that was here before. Blocks.
   *
   * @param owner the Lease goes when it goes
   * @throws io.fabric8.kubernetes.client.KubernetesClientException if that was not written
   */
  void renew(GpuAllocationState owner);
}
