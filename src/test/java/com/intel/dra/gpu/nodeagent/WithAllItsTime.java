package com.intel.dra.gpu.nodeagent;

import com.intel.dra.gpu.kubelet.ClaimPreparer;
import com.intel.dra.gpu.kubelet.ClaimReference;
import com.intel.dra.gpu.kubelet.PrepareResult;
import com.intel.dra.gpu.kubelet.UnprepareResult;
import java.util.Optional;

/** Calls of which no time has passed yet. */
record WithAllItsTime(PatientPreparer preparer, AgentConfig config) implements ClaimPreparer {

  @Override
  public PrepareResult prepare(ClaimReference claim, Optional<String> resourceHandle) {
    return preparer.prepare(claim, resourceHandle, Patience.of(config.prepareWait()));
  }

  @Override
  public UnprepareResult unprepare(ClaimReference claim) {
    return preparer.unprepare(claim);
  }
}
