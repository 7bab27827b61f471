package com.intel.dra.gpu.sysfs;

import java.io.IOException;
import java.nio.file.Path;

/**
 * Writes one value to one sysfs attribute. The seam at which a test takes the kernel's place: what
 * the kernel does about a write, and every error number, arises here.
 */
@FunctionalInterface
public interface AttributeWriter {

  /**
   * Returns when the kernel has carried out what the value means, which for {@code sriov_numvfs}
   * takes seconds.
   *
   * @throws IOException with the kernel's answer; see {@link SysfsReader#why}
   */
  void write(Path file, String value) throws IOException;
}
