package com.intel.dra.gpu.nodeagent.state;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Which boot of the node it is: the kernel makes a new id each time. */
public record BootId(String value) {

  private static final Path FILE = Path.of("/proc/sys/kernel/random/boot_id");

  /** This boot's; the same in every container on the node. */
  public static BootId current() throws IOException {
    return new BootId(Files.readString(FILE).strip());
  }
}
