package com.intel.dra.gpu.sysfs;

import java.util.Optional;

/** How making VFs ended. */
public sealed interface VfProvisioning {

  /**
   * All of them are enabled, have what their profile says, and have their DRM card.
   *
   * @param numVfs with the indices from 0
   */
  record Done(int numVfs) implements VfProvisioning {}

  /**
   * There are none of ours.
   *
   * @param undoFailure set when something of the attempt is still there, or VFs of somebody else
   *     came in between ({@link SriovFailure.VfsExist}); those are left alone
   */
  record Failed(SriovFailure cause, Optional<SriovFailure> undoFailure) implements VfProvisioning {

    /** Whether VFs or quotas that the attempt made are still there. */
    public boolean leftSomething() {
      return undoFailure.filter(why -> !(why instanceof SriovFailure.VfsExist)).isPresent();
    }

    public String message() {
      return cause.message()
          + undoFailure
              .map(failure -> "; and it could not be undone: " + failure.message())
              .orElse("");
    }
  }
}
