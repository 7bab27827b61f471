package com.intel.dra.gpu.sysfs.dmem;

import com.intel.dra.gpu.sysfs.files.Attribute;
import com.intel.dra.gpu.sysfs.files.SysfsLayout;
import com.intel.dra.gpu.sysfs.files.SysfsReader;
import java.nio.file.Path;

/**
 * Reads {@code dmem.capacity}, which everybody may read. The read asks no driver, so it neither
 * wakes a GPU up nor hangs with it.
 *
 * @param cgroupRoot where the host's {@code /sys/fs/cgroup} is mounted
 */
public record DmemFile(Path cgroupRoot) {

  /** Room for the regions of 64 GPUs with 63 VFs each. */
  private static final int MAX_BYTES = 1 << 18;

  /** Never throws. A kernel before Linux 6.14 has no such file, which is no problem. */
  public DmemCapacity read(SysfsReader reader) {
    Path file = cgroupRoot.resolve(SysfsLayout.DMEM_CAPACITY);
    DmemCapacity read =
        switch (reader.read(file, MAX_BYTES)) {
          case Attribute.Text(String text) -> DmemCapacity.parse(text);
          case Attribute.Absent() -> DmemCapacity.NOTHING;
          case Attribute.Unreadable(String why) -> DmemCapacity.unreadable(why);
        };
    return new DmemCapacity(read.bytes(), read.problem().map(what -> file + ": " + what));
  }
}
