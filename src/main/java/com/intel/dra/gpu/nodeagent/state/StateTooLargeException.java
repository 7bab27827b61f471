package com.intel.dra.gpu.nodeagent.state;

import java.io.IOException;

/** A state file would grow beyond what is safely read back; nothing was written. */
public final class StateTooLargeException extends IOException {

  private static final long serialVersionUID = 1L;

  /**
   * @param bytes how large the file would be
   */
  StateTooLargeException(int bytes) {
    super(
        "the record would have %d bytes, and %d are kept at most"
            .formatted(bytes, StateDocument.MAX_WRITTEN_BYTES));
  }
}
