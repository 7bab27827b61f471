package com.intel.dra.gpu.nodeagent.state;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Identifies a boot of the node: the kernel makes a new id at each boot. */
public record BootId(String value) {

  private static final Path FILE = Path.of("/proc/sys/kernel/random/boot_id");

  /** Reads the id of this boot; it is the same in every container on the node. */
  public static BootId current() throws IOException {
    return new BootId(Files.readString(FILE).strip());
  }
}
