package com.intel.dra.gpu.sysfs.dmem;

import com.intel.dra.gpu.sysfs.files.Attribute;
import com.intel.dra.gpu.sysfs.files.SysfsLayout;
import com.intel.dra.gpu.sysfs.files.SysfsReader;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Reads {@code dmem.capacity} and {@code dmem.current}, which everybody may read. A read asks no
 * driver, so it neither wakes a GPU up nor hangs with it.
 *
 * @param cgroupRoot where the host's {@code /sys/fs/cgroup} is mounted
 */
public record DmemFile(Path cgroupRoot) {

  /** Room for the regions of 64 GPUs with 63 VFs each. */
  private static final int MAX_BYTES = 1 << 18;

  /**
   * Reads how much memory the devices have. Never throws. A kernel before Linux 6.14 has no such
   * file, which is no problem.
   */
  public DmemAmounts read(SysfsReader reader) {
    return read(reader, path()).orElse(DmemAmounts.NOTHING);
  }

  /** Returns the file that says how much memory the devices have. */
  public Path path() {
    return cgroupRoot.resolve(SysfsLayout.DMEM_CAPACITY);
  }

  /**
   * Reads how much memory the processes of a control group, and of those below it, use. Never
   * throws.
   *
   * @return empty if the kernel does not count it for this group, or if the group is gone
   */
  public static Optional<DmemAmounts> inUse(SysfsReader reader, Path group) {
    return read(reader, group.resolve(SysfsLayout.DMEM_CURRENT));
  }

  private static Optional<DmemAmounts> read(SysfsReader reader, Path file) {
    Optional<DmemAmounts> read =
        switch (reader.read(file, MAX_BYTES)) {
          case Attribute.Text(String text) -> Optional.of(DmemAmounts.parse(text));
          case Attribute.Absent() -> Optional.empty();
          // of a group that ended while it was read
          case Attribute.Unreadable _ when reader.isGone(file) -> Optional.empty();
          case Attribute.Unreadable(String why) -> Optional.of(DmemAmounts.unreadable(why));
        };
    return read.map(
        amounts ->
            new DmemAmounts(amounts.bytes(), amounts.problem().map(what -> file + ": " + what)));
  }
}
