package com.intel.dra.gpu.sysfs.sriov;

import java.nio.file.Path;

/**
 * One value to write so that a VF gets its share of a resource.
 *
 * @param mayBeMore whether the kernel may give more than requested: it rounds some amounts up to
 *     what the hardware can divide
 */
record QuotaWrite(Path file, long value, boolean mayBeMore) {

  static QuotaWrite exactly(Path file, long value) {
    return new QuotaWrite(file, value, false);
  }

  static QuotaWrite atLeast(Path file, long value) {
    return new QuotaWrite(file, value, true);
  }

  boolean isSatisfiedBy(long read) {
    return mayBeMore ? read >= value : read == value;
  }
}
