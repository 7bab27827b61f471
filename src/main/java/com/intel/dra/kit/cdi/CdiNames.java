package com.intel.dra.kit.cdi;

import com.intel.dra.kit.cdi.InvalidCdiNameException.Part;
import java.util.regex.Pattern;

/** The rules for names as runtimes check them. */
final class CdiNames {

  private static final Pattern VENDOR_OR_CLASS =
      Pattern.compile("[A-Za-z]([A-Za-z0-9_.-]*[A-Za-z0-9])?");
  private static final Pattern DEVICE =
      Pattern.compile("[A-Za-z0-9]([A-Za-z0-9_.:-]*[A-Za-z0-9])?");

  private CdiNames() {}

  static void requireVendor(String name) {
    require(
        Part.VENDOR,
        VENDOR_OR_CLASS,
        name,
        "letters, digits, _ . -, beginning with a letter and ending with a letter or digit");
  }

  static void requireClass(String name) {
    require(
        Part.CLASS,
        VENDOR_OR_CLASS,
        name,
        "letters, digits, _ . -, beginning with a letter and ending with a letter or digit");
  }

  static void requireDevice(String name) {
    require(
        Part.DEVICE,
        DEVICE,
        name,
        "letters, digits, _ . : -, beginning and ending with a letter or digit");
  }

  private static void require(Part part, Pattern pattern, String name, String rule) {
    if (!pattern.matcher(name).matches()) {
      throw new InvalidCdiNameException(part, name, rule);
    }
  }
}
