package com.intel.dra.gpu.nodeagent.life;

import com.intel.dra.gpu.api.AgentLease;
import com.intel.dra.gpu.api.GpuAllocationState;

/** This node's {@link AgentLease} at the API server. */
public interface LeaseStore {

  /** Returns namespace and name, for messages. */
  String name();

  /**
   * Writes that this agent works. Creates the Lease if it is missing, and takes it over from an
   * earlier agent. Blocks.
   *
   * @param owner the Lease is deleted together with it
   * @throws io.fabric8.kubernetes.client.KubernetesClientException if that was not written
   */
  void renew(GpuAllocationState owner);
}
