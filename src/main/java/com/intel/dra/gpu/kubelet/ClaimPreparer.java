package com.intel.dra.gpu.kubelet;

import java.time.Duration;
import java.util.Optional;

/**
 * Prepares and unprepares claims on the driver's node. Every version of the plugin API calls this
 * interface.
 *
 * <p><b>Retries:</b> the kubelet retries. It calls before it starts the containers of each pod that
 * uses the claim, gives up after 45 s, and calls again, about every 90 s or sooner, until it gets a
 * success or the pod is gone. So both methods must be idempotent, and a long call should continue
 * where the last one stopped: when the kubelet gives up, nothing is cancelled here.
 *
 * <p><b>Threads:</b> the methods are called on virtual threads and may block. Calls for the same
 * claim UID never overlap; calls for different claims do, also for claims of one request.
 *
 * <p><b>Errors:</b> failures that the implementation foresees are results. An exception also
 * becomes a failed result, and is logged with its stack trace as a defect.
 */
public interface ClaimPreparer {

  /**
   * Makes the claim's devices usable by containers on this node. For a claim that is already
   * prepared, returns the same answer again.
   *
   * @param resourceHandle what the driver's controller wrote into the claim's allocation result for
   *     this driver (classic DRA); empty if it wrote nothing. Always empty in structured DRA, where
   *     a driver reads the allocation from the claim in the API and must compare the UID
   */
  PrepareResult prepare(ClaimReference claim, Optional<String> resourceHandle);

  /**
   * The same for a call that has already waited, for other calls of its claim or for another
   * instance of the driver. The kubelet's 45 s run since the call came.
   *
   * @param waited the time since the call came
   */
  default PrepareResult prepare(
      ClaimReference claim, Optional<String> resourceHandle, Duration waited) {
    return prepare(claim, resourceHandle);
  }

  /**
   * Reverts {@link #prepare} after the last container that used the claim has ended. An unknown
   * claim is a success: the kubelet also asks for claims whose preparation never succeeded, and
   * asks again if it did not receive the answer.
   */
  UnprepareResult unprepare(ClaimReference claim);
}
