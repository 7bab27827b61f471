package com.intel.dra.gpu.sysfs.drm;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Builds a driver's answer to the query for memory regions byte by byte. */
final class RegionBytes {

  /**
   * @param type 0 for system memory, 1 for the device's memory
   */
  record Region(int type, long bytes) {}

  private RegionBytes() {}

  static byte[] of(MemoryRegions kind, Region... regions) {
    int header =
        switch (kind) {
          case I915 -> 16;
          case XE -> 8;
        };
    ByteBuffer answer =
        ByteBuffer.allocate(header + regions.length * 88).order(ByteOrder.nativeOrder());
    answer.putInt(0, regions.length);
    for (int i = 0; i < regions.length; i++) {
      answer.putShort(header + i * 88, (short) regions[i].type());
      answer.putLong(header + i * 88 + 8, regions[i].bytes());
    }
    return answer.array();
  }
}
