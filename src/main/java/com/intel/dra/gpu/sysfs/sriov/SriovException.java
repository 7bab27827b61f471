package com.intel.dra.gpu.sysfs.sriov;

import java.io.Serial;

/** Ends an operation on a GPU's VFs. It is turned into a result and never leaves the package. */
public final class SriovException extends Exception {

  @Serial private static final long serialVersionUID = 1L;

  // a record of paths and texts that is not serializable; this exception is never serialized
  private final transient SriovFailure failure;

  SriovException(SriovFailure failure) {
    super(failure.message(), null, false, false);
    this.failure = failure;
  }

  SriovFailure failure() {
    return failure;
  }
}
