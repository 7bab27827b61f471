package com.intel.dra.gpu.nodeagent;

import com.intel.dra.gpu.kubelet.ClaimPreparer;
import com.intel.dra.gpu.kubelet.ClaimReference;
import com.intel.dra.gpu.kubelet.PrepareResult;
import com.intel.dra.gpu.kubelet.UnprepareResult;
import java.util.Optional;

/** A {@link ClaimPreparer} that is called when a part of the call's time may have passed. */
interface PatientPreparer {

  /** As {@link ClaimPreparer#prepare}, waiting no longer than is left. */
  PrepareResult prepare(ClaimReference claim, Optional<String> resourceHandle, Patience patience);

  /** As {@link ClaimPreparer#unprepare}. */
  UnprepareResult unprepare(ClaimReference claim);
}
