package com.intel.dra.gpu.sysfs.files;

/** The result of reading one sysfs file. */
public sealed interface Attribute {

  /** The content without surrounding white space; it may be any text, even an empty one. */
  record Text(String value) implements Attribute {}

  /** The file does not exist, or no longer exists. */
  record Absent() implements Attribute {}

  /**
   * Something is there, but it cannot be read.
   *
   * @param why the reason, for people
   */
  record Unreadable(String why) implements Attribute {}
}
