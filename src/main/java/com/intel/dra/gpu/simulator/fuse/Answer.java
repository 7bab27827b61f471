package com.intel.dra.gpu.simulator.fuse;

/** The result of reading or writing a file. */
public sealed interface Answer {

  /**
   * The call succeeded.
   *
   * @param content what was read; empty after a write
   */
  record Done(String content) implements Answer {}

  /** The caller's read or write fails with this error. */
  record Refused(Errno errno) implements Answer {}
}
