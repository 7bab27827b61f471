package com.intel.dra.gpu.device;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The PCI device id of a GPU as sysfs' {@code device} file spells it, such as {@code 0x56c0} (Data
 * Center GPU Flex 170). The API objects call it {@code model}.
 */
public record PciDeviceId(String value) {

  private static final Pattern TEXT = Pattern.compile("0x[0-9a-f]{4}");

  public PciDeviceId {
    if (!TEXT.matcher(value).matches()) {
      throw new IllegalArgumentException("not a PCI device id such as 0x56c0: " + value);
    }
  }

  /** Parses an id; returns empty if the text is none. */
  public static Optional<PciDeviceId> parse(String text) {
    return TEXT.matcher(text).matches() ? Optional.of(new PciDeviceId(text)) : Optional.empty();
  }

  @Override
  public String toString() {
    return value;
  }
}
