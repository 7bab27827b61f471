package com.intel.dra.gpu.nodeagent.prepare;

import com.intel.dra.gpu.nodeagent.config.AgentConfig;
import com.intel.dra.kit.kubelet.api.ClaimPreparer;
import com.intel.dra.kit.kubelet.api.ClaimReference;
import com.intel.dra.kit.kubelet.api.PrepareResult;
import com.intel.dra.kit.kubelet.api.UnprepareResult;
import com.intel.dra.kit.time.Deadline;
import java.util.Optional;

/** Calls of which no time has passed yet. */
record FreshDeadlinePreparer(DeadlinePreparer preparer, AgentConfig config)
    implements ClaimPreparer {

  @Override
  public PrepareResult prepare(ClaimReference claim, Optional<String> resourceHandle) {
    return preparer.prepare(claim, resourceHandle, Deadline.of(config.prepareWait()));
  }

  @Override
  public UnprepareResult unprepare(ClaimReference claim) {
    return preparer.unprepare(claim);
  }
}
