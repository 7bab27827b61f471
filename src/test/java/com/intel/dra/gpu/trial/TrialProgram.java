package com.intel.dra.gpu.trial;

/** A program of this package: it ends when its work is done or has failed. */
final class TrialProgram {

  /** What the program does. */
  interface Work {
    void run() throws Exception;
  }

  private TrialProgram() {}

  /** Ends the process after the work, because the threads of the HTTP libraries keep it running. */
  static void run(Work work) {
    try {
      work.run();
      System.exit(0);
    } catch (Exception | Error e) {
      e.printStackTrace();
      System.exit(1);
    }
  }
}
