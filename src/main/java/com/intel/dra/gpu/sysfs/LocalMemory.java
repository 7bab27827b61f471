package com.intel.dra.gpu.sysfs;

/** What asking a driver for the local memory of its device gave. */
public sealed interface LocalMemory {

  /**
   * The driver's answer.
   *
   * @param bytes 0 for an integrated GPU
   * @param node the name of the DRM node that was asked
   */
  record Known(long bytes, String node) implements LocalMemory {}

  /** Nobody was asked, by configuration. */
  record SwitchedOff() implements LocalMemory {}

  /**
   * There is no such device node here, or no driver behind it: it is not mounted, or simulated.
   *
   * @param why names the node
   */
  record NoSuchDevice(String why) implements LocalMemory {}

  /**
   * The node may not be opened or not be asked.
   *
   * @param why names the node
   */
  record Denied(String why) implements LocalMemory {}

  /**
   * Anything else, an answer that makes no sense too.
   *
   * @param why names the node
   */
  record Failed(String why) implements LocalMemory {}
}
