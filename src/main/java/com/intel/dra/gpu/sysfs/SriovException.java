package com.intel.dra.gpu.sysfs;

import java.io.Serial;

/** Ends what is being done to a GPU's VFs; becomes a result and never leaves the package. */
final class SriovException extends Exception {

  @Serial private static final long serialVersionUID = 1L;

  // a record of paths and texts, not serializable; never serialized either
  private final transient SriovFailure failure;

  SriovException(SriovFailure failure) {
    super(failure.message(), null, false, false);
    this.failure = failure;
  }

  SriovFailure failure() {
    return failure;
  }
}
