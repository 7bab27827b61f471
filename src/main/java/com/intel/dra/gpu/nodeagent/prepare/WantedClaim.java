package com.intel.dra.gpu.nodeagent.prepare;

import com.intel.dra.gpu.nodeagent.state.PreparedClaim;

/** What a claim is to be recorded with, by whoever allocated it. */
sealed interface WantedClaim {

  record Known(PreparedClaim claim) implements WantedClaim {}

  /**
   * @param reason why nothing can be given to it, until somebody does something
   */
  record Unknown(String reason) implements WantedClaim {}

  /**
   * @param reason why that is not known at the moment; asked again, the answer may be another
   */
  record NotKnownYet(String reason) implements WantedClaim {}
}
