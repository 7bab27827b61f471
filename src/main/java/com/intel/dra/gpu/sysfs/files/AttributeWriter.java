package com.intel.dra.gpu.sysfs.files;

import java.io.IOException;
import java.nio.file.Path;

/**
 * Writes one value to one sysfs attribute. Tests replace this interface to simulate the kernel: its
 * reaction to a write and every error number originate here.
 */
@FunctionalInterface
public interface AttributeWriter {

  /**
   * Writes the value. Returns when the kernel has carried it out, which takes seconds for {@code
   * sriov_numvfs}.
   *
   * @throws IOException with the kernel's error; see {@link SysfsReader#why}
   */
  void write(Path file, String value) throws IOException;
}
