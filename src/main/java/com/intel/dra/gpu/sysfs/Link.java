package com.intel.dra.gpu.sysfs;

/** The result of reading one sysfs link. */
sealed interface Link {

  /**
   * It is a link.
   *
   * @param name the last element of the link's target, which carries the meaning of a sysfs link
   */
  record To(String name) implements Link {}

  /** The link does not exist, or no longer exists. */
  record Absent() implements Link {}

  /**
   * Something is there, but it is not a link that can be read.
   *
   * @param why the reason, for people
   */
  record Unreadable(String why) implements Link {}
}
