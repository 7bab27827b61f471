package com.intel.dra.gpu.device;

import java.util.Comparator;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A PCI function as the kernel names it in sysfs: {@code dddd:bb:dd.f}, lower-case hexadecimal.
 * Ordered by domain, bus, device and function.
 */
public record PciAddress(int domain, int bus, int device, int function)
    implements Comparable<PciAddress> {

  private static final Pattern TEXT =
      Pattern.compile("([0-9a-f]{4,8}):([0-9a-f]{2}):([01][0-9a-f])\\.([0-7])");
  private static final Comparator<PciAddress> ORDER =
      Comparator.comparingInt(PciAddress::domain)
          .thenComparingInt(PciAddress::bus)
          .thenComparingInt(PciAddress::device)
          .thenComparingInt(PciAddress::function);

  public PciAddress {
    if (domain < 0
        || bus < 0
        || bus > 0xff
        || device < 0
        || device > 0x1f
        || function < 0
        || function > 7) {
      throw new IllegalArgumentException(
          "not a PCI address: %x:%x:%x.%x".formatted(domain, bus, device, function));
    }
  }

  /** Parses an address; returns empty if the text is none. */
  public static Optional<PciAddress> parse(String text) {
    var match = TEXT.matcher(text);
    if (!match.matches()) {
      return Optional.empty();
    }
    long domain = Long.parseLong(match.group(1), 16);
    if (domain > Integer.MAX_VALUE) {
      return Optional.empty();
    }
    return Optional.of(
        new PciAddress(
            (int) domain,
            Integer.parseInt(match.group(2), 16),
            Integer.parseInt(match.group(3), 16),
            Integer.parseInt(match.group(4), 16)));
  }

  @Override
  public int compareTo(PciAddress other) {
    return ORDER.compare(this, other);
  }

  @Override
  public String toString() {
    return "%04x:%02x:%02x.%x".formatted(domain, bus, device, function);
  }
}
