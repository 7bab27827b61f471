package com.intel.dra.gpu.nodeagent.life;

import com.intel.dra.gpu.api.GpuAllocationState;
import io.fabric8.kubernetes.client.KubernetesClientException;

/** A Lease that only counts its renewals, and that a test can make unreachable. */
public final class TestingLeaseStore implements LeaseStore {

  private int renewals;
  private boolean reachable = true;

  synchronized int renewals() {
    return renewals;
  }

  synchronized void setReachable(boolean reachable) {
    this.reachable = reachable;
  }

  @Override
  public String name() {
    return "gpu/intel-gpu-node1";
  }

  @Override
  public synchronized void renew(GpuAllocationState owner) {
    if (!reachable) {
      throw new KubernetesClientException("connection refused");
    }
    renewals++;
  }
}
