package com.intel.dra.gpu.nodeagent;

import com.intel.dra.gpu.kubelet.ClaimPreparer;
import com.intel.dra.gpu.kubelet.ClaimReference;
import com.intel.dra.gpu.kubelet.PrepareResult;
import com.intel.dra.gpu.kubelet.UnprepareResult;
import com.intel.dra.gpu.mode.DraMode;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.Optional;

/** Answers the kubelet in the mode that the agent is in. */
@Singleton
class ModePreparation implements ClaimPreparer {

  private final ClaimPreparer preparer;

  @Inject
  ModePreparation(DraMode mode, ClassicPreparation classic, StructuredPreparation structured) {
    this.preparer =
        switch (mode) {
          case CLASSIC -> classic;
          case STRUCTURED -> structured;
        };
  }

  @Override
  public PrepareResult prepare(ClaimReference claim, Optional<String> resourceHandle) {
    return preparer.prepare(claim, resourceHandle);
  }

  @Override
  public UnprepareResult unprepare(ClaimReference claim) {
    return preparer.unprepare(claim);
  }
}
