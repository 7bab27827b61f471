package com.intel.dra.gpu.nodeagent;

import com.intel.dra.gpu.kubelet.ClaimPreparer;
import com.intel.dra.gpu.kubelet.ClaimReference;
import com.intel.dra.gpu.kubelet.PrepareResult;
import java.util.Optional;

/** A preparer that can be called when a part of the call's time has passed. */
interface PatientPreparer extends ClaimPreparer {

  /** As {@link ClaimPreparer#prepare}, waiting no longer than is left. */
  PrepareResult prepare(ClaimReference claim, Optional<String> resourceHandle, Patience patience);
}
