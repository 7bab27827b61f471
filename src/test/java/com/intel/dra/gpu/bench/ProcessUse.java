package com.intel.dra.gpu.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What a process has used of this machine, from Linux' {@code /proc} (proc(5)).
 *
 * @param cpuSeconds in user and kernel mode, of all its threads, since its start
 * @param residentMiB RSS now, including pages of files
 * @param highestResidentMiB the highest RSS so far
 * @param anonymousMiB the part of RSS that belongs to no file, and so is not shared with other
 *     processes
 */
record ProcessUse(
    double cpuSeconds, double residentMiB, double highestResidentMiB, double anonymousMiB) {

  static final ProcessUse NONE = new ProcessUse(0, 0, 0, 0);

  /** USER_HZ, which is 100 on every architecture that this driver supports. */
  private static final double TICKS_PER_SECOND = 100;

  private static final double KIB_PER_MIB = 1024;

  /** Indexes of fields of {@code stat} after the name in brackets, which may contain spaces. */
  private static final int USER_TICKS = 11;

  private static final int SYSTEM_TICKS = 12;

  /**
   * @throws UncheckedIOException if there is no such process
   */
  static ProcessUse of(long pid) {
    Path folder = Path.of("/proc", Long.toString(pid));
    try {
      String stat = Files.readString(folder.resolve("stat"));
      List<String> fields = List.of(stat.substring(stat.lastIndexOf(')') + 2).split(" "));
      double ticks =
          Double.parseDouble(fields.get(USER_TICKS)) + Double.parseDouble(fields.get(SYSTEM_TICKS));
      List<String> status = Files.readAllLines(folder.resolve("status"));
      return new ProcessUse(
          ticks / TICKS_PER_SECOND,
          mib(status, "VmRSS:"),
          mib(status, "VmHWM:"),
          mib(status, "RssAnon:"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static double mib(List<String> status, String field) {
    return status.stream()
        .filter(line -> line.startsWith(field))
        .mapToDouble(line -> Double.parseDouble(line.replaceAll("[^0-9]", "")) / KIB_PER_MIB)
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("no " + field + " in the process' status"));
  }
}
