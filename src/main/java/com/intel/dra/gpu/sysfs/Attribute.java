package com.intel.dra.gpu.sysfs;

/** What reading one sysfs file gave. */
sealed interface Attribute {

  /** The content without surrounding white space; any text at all, the empty one included. */
  record Text(String value) implements Attribute {}

  /** There is no such file, or not any more. */
  record Absent() implements Attribute {}

  /**
   * There is something, but it cannot be read.
   *
   * @param why for a person to read
   */
  record Unreadable(String why) implements Attribute {}
}
