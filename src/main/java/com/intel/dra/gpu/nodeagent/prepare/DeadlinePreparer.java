package com.intel.dra.gpu.nodeagent.prepare;

import com.intel.dra.kit.kubelet.api.ClaimPreparer;
import com.intel.dra.kit.kubelet.api.ClaimReference;
import com.intel.dra.kit.kubelet.api.PrepareResult;
import com.intel.dra.kit.kubelet.api.UnprepareResult;
import com.intel.dra.kit.time.Deadline;
import java.util.Optional;

/** A {@link ClaimPreparer} that is called when a part of the call's time may have passed. */
interface DeadlinePreparer {

  /** As {@link ClaimPreparer#prepare}, waiting no longer than is left. */
  PrepareResult prepare(ClaimReference claim, Optional<String> resourceHandle, Deadline deadline);

  /** As {@link ClaimPreparer#unprepare}. */
  UnprepareResult unprepare(ClaimReference claim);
}
