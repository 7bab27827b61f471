package com.intel.dra.gpu.sysfs;

/** What reading one sysfs link gave. */
sealed interface Link {

  /**
   * It is a link.
   *
   * @param name last element of the link's target: sysfs links say by it what they mean
   */
  record To(String name) implements Link {}

  /** There is no such link, or not any more. */
  record Absent() implements Link {}

  /**
   * There is something, but no link that can be read.
   *
   * @param why for a person to read
   */
  record Unreadable(String why) implements Link {}
}
