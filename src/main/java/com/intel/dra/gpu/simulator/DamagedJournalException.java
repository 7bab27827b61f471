package com.intel.dra.gpu.simulator;

import java.io.Serial;

/** The journal does not say what was made. */
final class DamagedJournalException extends Exception {

  @Serial private static final long serialVersionUID = 1L;

  DamagedJournalException(String why) {
    super(why);
  }
}
