package com.intel.dra.gpu.sysfs.drm;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.util.OptionalLong;

/**
 * Parses the memory regions in a driver's answer, in the byte order of the machine. Sources: the
 * kernel's include/uapi/drm/i915_drm.h (drm_i915_query_memory_regions) and xe_drm.h
 * (drm_xe_query_mem_regions); the two differ only in the length of the header before the regions.
 */
enum MemoryRegions {
  /** {@code u32 num_regions, u32 rsvd[3]}. */
  I915(16),
  /** {@code u32 num_mem_regions, u32 pad}. */
  XE(8);

  /** More than any device has; a larger value is not a valid count. */
  private static final int MAX_REGIONS = 256;

  private static final int REGION_BYTES = 88;
  private static final int CLASS_OFFSET = 0;

  /** i915: probed_size; xe: total_size. */
  private static final int SIZE_OFFSET = 8;

  /** i915: device; xe: VRAM. Class 0 is system memory in both. */
  private static final int DEVICE_CLASS = 1;

  private final int headerBytes;

  MemoryRegions(int headerBytes) {
    this.headerBytes = headerBytes;
  }

  /**
   * The sum over the device's local regions: 0 if there are none. Empty if the answer is incomplete
   * or not one that a driver gives.
   */
  OptionalLong deviceBytes(MemorySegment answer) {
    if (answer.byteSize() < headerBytes) {
      return OptionalLong.empty();
    }
    int count = answer.get(JAVA_INT_UNALIGNED, 0);
    if (count < 0
        || count > MAX_REGIONS
        || answer.byteSize() < headerBytes + (long) count * REGION_BYTES) {
      return OptionalLong.empty();
    }
    long sum = 0;
    for (int i = 0; i < count; i++) {
      long region = headerBytes + (long) i * REGION_BYTES;
      if (answer.get(JAVA_SHORT_UNALIGNED, region + CLASS_OFFSET) != DEVICE_CLASS) {
        continue;
      }
      long size = answer.get(JAVA_LONG_UNALIGNED, region + SIZE_OFFSET);
      if (size < 0 || sum + size < 0) { // i915 says -1 if it does not know
        return OptionalLong.empty();
      }
      sum += size;
    }
    return OptionalLong.of(sum);
  }
}
