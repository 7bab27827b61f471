package com.intel.dra.gpu.simulator.folder;

import java.io.Serial;

/** The journal cannot be read, so it is unknown what an earlier simulator made. */
final class DamagedJournalException extends Exception {

  @Serial private static final long serialVersionUID = 1L;

  DamagedJournalException(String why) {
    super(why);
  }
}
