package com.intel.dra.gpu.simulator.kernel;

import com.intel.dra.gpu.simulator.fuse.Errno;
import java.math.BigInteger;
import java.util.Locale;

/** Parses values written to sysfs as the kernel does (lib/kstrtox.c). */
final class KernelNumbers {

  /** The result of parsing. */
  sealed interface Parsed {}

  record Number(long value) implements Parsed {}

  record Bad(Errno errno) implements Parsed {}

  private static final Bad NO_NUMBER = new Bad(Errno.EINVAL);

  private KernelNumbers() {}

  /**
   * Parses a number with the prefixes of C; ERANGE if it needs more than {@code bits} bits, or more
   * than 63.
   */
  static Parsed unsigned(String text, int bits) {
    String digits = text.endsWith("\n") ? text.substring(0, text.length() - 1) : text;
    digits = digits.startsWith("+") ? digits.substring(1) : digits;
    int radix = 10;
    if (digits.matches("0[xX].+")) {
      radix = 16;
      digits = digits.substring(2);
    } else if (digits.startsWith("0") && digits.length() > 1) {
      radix = 8;
    }
    if (!digits.matches(radix == 16 ? "[0-9a-fA-F]+" : radix == 8 ? "[0-7]+" : "[0-9]+")) {
      return NO_NUMBER;
    }
    BigInteger value = new BigInteger(digits, radix);
    return value.bitLength() > Math.min(bits, 63)
        ? new Bad(Errno.ERANGE)
        : new Number(value.longValue());
  }

  /** Parses a boolean as 1 or 0 by its first letters, as kstrtobool does. */
  static Parsed bool(String text) {
    String start = text.toLowerCase(Locale.ROOT);
    if (start.startsWith("y")
        || start.startsWith("t")
        || start.startsWith("1")
        || start.startsWith("on")) {
      return new Number(1);
    }
    return start.startsWith("n")
            || start.startsWith("f")
            || start.startsWith("0")
            || start.startsWith("of")
        ? new Number(0)
        : NO_NUMBER;
  }
}
