package com.intel.dra.gpu.nodeagent.prepare;

import com.intel.dra.gpu.nodeagent.state.PreparedClaim;

/** What a claim is to be recorded with, as its allocation says. */
sealed interface WantedClaim {

  record Known(PreparedClaim claim) implements WantedClaim {}

  /**
   * @param reason why the claim can be given nothing until somebody changes something
   */
  record Unknown(String reason) implements WantedClaim {}

  /**
   * @param reason why that is not known at the moment; a later look may find it
   */
  record NotKnownYet(String reason) implements WantedClaim {}
}
