package com.intel.dra.gpu.simulator.fuse;

/** What came of reading or writing a file. */
public sealed interface Answer {

  /**
   * It worked.
   *
   * @param content what was read; empty after a write
   */
  record Done(String content) implements Answer {}

  /** The caller's read or write fails with that. */
  record Refused(Errno errno) implements Answer {}
}
