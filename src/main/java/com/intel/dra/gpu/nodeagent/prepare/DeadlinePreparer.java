package com.intel.dra.gpu.nodeagent.prepare;

import com.intel.dra.kit.kubelet.api.ClaimPreparer;
import com.intel.dra.kit.kubelet.api.ClaimReference;
import com.intel.dra.kit.kubelet.api.PrepareResult;
import com.intel.dra.kit.kubelet.api.UnprepareResult;
import com.intel.dra.kit.time.Deadline;
import java.util.Optional;

/** A {@link ClaimPreparer} for calls of which a part of the time may have passed already. */
interface DeadlinePreparer {

  /** Does what {@link ClaimPreparer#prepare} does, and waits no longer than the deadline. */
  PrepareResult prepare(ClaimReference claim, Optional<String> resourceHandle, Deadline deadline);

  /** Does what {@link ClaimPreparer#unprepare} does. */
  UnprepareResult unprepare(ClaimReference claim);
}
