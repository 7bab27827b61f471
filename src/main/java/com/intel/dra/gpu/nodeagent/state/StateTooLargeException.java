package com.intel.dra.gpu.nodeagent.state;

import java.io.IOException;

/** A state file would become larger than what can safely be read back; nothing was written. */
public final class StateTooLargeException extends IOException {

  private static final long serialVersionUID = 1L;

  /**
   * @param bytes the size that the file would have
   */
  StateTooLargeException(int bytes) {
    super(
        "the record would have %d bytes, at most %d are allowed"
            .formatted(bytes, StateDocument.MAX_WRITTEN_BYTES));
  }
}
