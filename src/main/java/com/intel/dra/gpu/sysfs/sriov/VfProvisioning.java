package com.intel.dra.gpu.sysfs.sriov;

import java.util.Optional;

/** The result of making VFs. */
public sealed interface VfProvisioning {

  /**
   * All VFs are enabled, have what their profile says, and have their DRM card.
   *
   * @param numVfs the VFs have the indices from 0
   */
  record Done(int numVfs) implements VfProvisioning {}

  /**
   * No VFs of this attempt are usable.
   *
   * @param undoFailure set if something of the attempt is left, or if VFs of somebody else were
   *     made meanwhile ({@link SriovFailure.VfsExist}); those are left alone
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
