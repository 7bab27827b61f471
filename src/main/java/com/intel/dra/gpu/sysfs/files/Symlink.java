package com.intel.dra.gpu.sysfs.files;

/** The result of reading one sysfs link. */
public sealed interface Symlink {

  /**
   * It is a link.
   *
   * @param name the last element of the link's target, which carries the meaning of a sysfs link
   */
  record To(String name) implements Symlink {}

  /** The link does not exist, or no longer exists. */
  record Absent() implements Symlink {}

  /**
   * Something is there, but it is not a link that can be read.
   *
   * @param why the reason, for people
   */
  record Unreadable(String why) implements Symlink {}
}
