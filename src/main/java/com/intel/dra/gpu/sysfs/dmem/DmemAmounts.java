package com.intel.dra.gpu.sysfs.dmem;

import com.intel.dra.gpu.device.PciAddress;
import com.intel.dra.gpu.sysfs.files.SysfsReader;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Amounts of devices' local memory, as the control groups state them: how much there is in {@code
 * dmem.capacity} of the root group, and how much is in use in {@code dmem.current} of any other.
 * Both have a line {@code drm/<PCI address>/vram<N> <bytes>} for each part of a GPU's or VF's
 * memory. Regions of another name belong to other drivers, or are no local memory, and are passed
 * over.
 *
 * <p>Sources: the kernel's Documentation/admin-guide/cgroup-v2.rst, section DMEM; the names of the
 * regions in drivers/gpu/drm/drm_drv.c and drivers/gpu/drm/xe/xe_ttm_vram_mgr.c.
 *
 * @param bytes for each device whose lines all make sense, the sum over its regions
 * @param problem the first line that makes no sense, for people
 */
public record DmemAmounts(Map<PciAddress, Long> bytes, Optional<String> problem) {

  /** There is no such file, or it states nothing. */
  public static final DmemAmounts NOTHING = new DmemAmounts(Map.of(), Optional.empty());

  /** More MiB than this are no size of a device ({@link com.intel.dra.gpu.device.Gpu}). */
  private static final long MAX_BYTES = ((long) Integer.MAX_VALUE << 20) + (1 << 20) - 1;

  private static final Pattern NUMBER = Pattern.compile("\\d{1,18}");

  /** No quantifier can match in two ways, so that matching is linear in the length of the name. */
  private static final Pattern LOCAL_MEMORY =
      Pattern.compile("drm/([0-9a-f:.]{1,20})/vram\\d{1,3}");

  public DmemAmounts {
    bytes = Map.copyOf(bytes);
  }

  static DmemAmounts unreadable(String why) {
    return new DmemAmounts(Map.of(), Optional.of(why));
  }

  /** The device's amount; empty if the kernel does not state it, or not in a way to rely on. */
  public OptionalLong of(PciAddress device) {
    Long known = bytes.get(device);
    return known == null ? OptionalLong.empty() : OptionalLong.of(known);
  }

  /** Never throws: a line that makes no sense takes its device out and no other. */
  static DmemAmounts parse(String text) {
    var parsing = new Parsing();
    text.lines().forEach(parsing::line);
    return parsing.result();
  }

  private static final class Parsing {

    private final Map<PciAddress, Long> bytes = new HashMap<>();
    private final Set<String> regions = new HashSet<>();
    private final Set<PciAddress> doubtful = new HashSet<>();
    private String firstProblem = "";
    private int lines;
    private int problems;

    void line(String line) {
      lines++;
      if (line.isBlank()) {
        return;
      }
      int space = line.indexOf(' ');
      String region = space < 0 ? line : line.substring(0, space);
      String value = space < 0 ? "" : line.substring(space + 1);
      OptionalLong number = number(value);
      Optional<PciAddress> device = device(region);
      if (device.isEmpty()) {
        if (number.isEmpty()) {
          problem(line, "a region and a number of bytes");
        }
      } else if (number.isEmpty() || number.getAsLong() > MAX_BYTES) {
        problem(line, "a number of bytes that a device can have");
        doubtful.add(device.get());
      } else if (!regions.add(region)) {
        problem(line, "each region once");
        doubtful.add(device.get());
      } else {
        add(line, device.get(), number.getAsLong());
      }
    }

    private void add(String line, PciAddress device, long more) {
      // both are at most MAX_BYTES
      long sum = bytes.getOrDefault(device, 0L) + more;
      if (sum > MAX_BYTES) {
        problem(line, "together no more bytes than a device can have");
        doubtful.add(device);
      } else {
        bytes.put(device, sum);
      }
    }

    private static OptionalLong number(String value) {
      return NUMBER.matcher(value).matches()
          ? OptionalLong.of(Long.parseLong(value))
          : OptionalLong.empty();
    }

    private static Optional<PciAddress> device(String region) {
      Matcher match = LOCAL_MEMORY.matcher(region);
      return match.matches() ? PciAddress.parse(match.group(1)) : Optional.empty();
    }

    private void problem(String line, String expected) {
      problems++;
      if (firstProblem.isEmpty()) {
        firstProblem =
            "line %d says %s, expected %s".formatted(lines, SysfsReader.quote(line), expected);
      }
    }

    DmemAmounts result() {
      bytes.keySet().removeAll(doubtful);
      return new DmemAmounts(
          bytes,
          problems == 0
              ? Optional.empty()
              : Optional.of(
                  problems == 1
                      ? firstProblem
                      : "%s; %d more such lines".formatted(firstProblem, problems - 1)));
    }
  }
}
