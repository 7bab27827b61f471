package com.intel.dra.gpu.kubelet;

import java.util.Optional;

/**
 * What a driver does for a claim on its node. Every version of the plugin API ends here.
 *
 * <p><b>Who retries:</b> the kubelet. It calls before it starts the containers of each pod that
 * uses the claim, gives up after 45 s, and calls again, about every 90 s or sooner, until it gets a
 * success or the pod is gone. So both calls must be idempotent, and a call that takes long should
 * carry on where the last one was: that the kubelet gave up cancels nothing here.
 *
 * <p><b>Threads:</b> calls come on virtual threads and may block. Calls for the same claim UID
 * never overlap; those for different claims do, also claims of one request.
 *
 * <p><b>Errors</b> that the implementation knows are results. Whatever it throws becomes a failed
 * result too, and is logged with its stack as a defect.
 */
public interface ClaimPreparer {

  /**
   * Makes the claim's devices usable by containers on this node. A claim that is prepared already
   * is answered again in the same way.
   *
   * @param resourceHandle what the driver's controller wrote into the claim's allocation result for
   *     this driver (classic DRA); empty if it wrote nothing, and always in structured DRA, whose
   *     drivers read the allocation from the claim in the API, where they must compare the UID
   */
  PrepareResult prepare(ClaimReference claim, Optional<String> resourceHandle);

  /**
   * Undoes {@link #prepare}, after the last container that used the claim has ended. A claim that
   * is not known here is a success: the kubelet also asks for claims whose preparation never
   * succeeded, and asks again when it did not see the answer.
   */
  UnprepareResult unprepare(ClaimReference claim);
}
