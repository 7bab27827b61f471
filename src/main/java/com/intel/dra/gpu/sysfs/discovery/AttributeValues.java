package com.intel.dra.gpu.sysfs.discovery;

import com.intel.dra.gpu.sysfs.files.Attribute;
import com.intel.dra.gpu.sysfs.files.SysfsReader;
import java.util.List;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/** Parses what the kernel writes into attributes and names, and rejects everything else. */
final class AttributeValues {

  private static final Pattern INDEX = Pattern.compile("0|[1-9]\\d{0,6}");
  private static final Pattern NUMBER = Pattern.compile("\\d{1,18}");

  private AttributeValues() {}

  static String require(String name, Attribute attribute) throws SkipDevice {
    return switch (attribute) {
      case Attribute.Text(String value) -> value;
      case Attribute.Absent() ->
          throw new SkipDevice(SkipReason.UNREADABLE, name + ": does not exist");
      case Attribute.Unreadable(String why) ->
          throw new SkipDevice(SkipReason.UNREADABLE, name + ": " + why);
    };
  }

  static SkipDevice noNumber(String name, String value) {
    return malformed(name, value, "a decimal number in the range of the file");
  }

  static SkipDevice malformed(String name, String value, String expected) {
    return new SkipDevice(
        SkipReason.MALFORMED,
        "%s: says %s, expected %s".formatted(name, SysfsReader.quote(value), expected));
  }

  static OptionalLong number(String text) {
    return NUMBER.matcher(text).matches()
        ? OptionalLong.of(Long.parseLong(text))
        : OptionalLong.empty();
  }

  /**
   * The numbers in those names that consist of this prefix and a number as the kernel writes it.
   */
  static IntStream indices(List<String> names, String prefix) {
    return names.stream()
        .filter(name -> name.startsWith(prefix))
        .map(name -> name.substring(prefix.length()))
        .filter(INDEX.asMatchPredicate())
        .mapToInt(Integer::parseInt);
  }
}
