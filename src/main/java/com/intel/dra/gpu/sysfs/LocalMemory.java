package com.intel.dra.gpu.sysfs;

/** The result of asking a driver for the local memory of its device. */
public sealed interface LocalMemory {

  /**
   * The driver's answer.
   *
   * @param bytes 0 for an integrated GPU
   * @param node the name of the DRM node that was asked
   */
  record Known(long bytes, String node) implements LocalMemory {}

  /** The configuration forbids asking the driver. */
  record SwitchedOff() implements LocalMemory {}

  /**
   * There is no such device node here, or no driver behind it: it is not mounted, or it is
   * simulated.
   *
   * @param why names the node
   */
  record NoSuchDevice(String why) implements LocalMemory {}

  /**
   * The node may not be opened or queried.
   *
   * @param why names the node
   */
  record Denied(String why) implements LocalMemory {}

  /**
   * Any other failure, including an answer that makes no sense.
   *
   * @param why names the node
   */
  record Failed(String why) implements LocalMemory {}

  /**
   * The driver did not answer in time, and may not at all: nothing of the device can be relied on.
   *
   * @param why names the node
   */
  record NoAnswer(String why) implements LocalMemory {}
}
