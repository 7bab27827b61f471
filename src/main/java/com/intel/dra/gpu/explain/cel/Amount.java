package com.intel.dra.gpu.explain.cel;

import io.fabric8.kubernetes.api.model.Quantity;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A quantity of Kubernetes as a number. Two that are the same number are equal, however they are
 * written.
 *
 * @param number without zeros at its end
 */
public record Amount(BigDecimal number) implements Comparable<Amount> {

  /** Nothing. */
  public static final Amount ZERO = new Amount(BigDecimal.ZERO);

  private static final int MAX_LENGTH = 256;
  private static final int NANO = 9;
  private static final int MAX_EXPONENT = 64;

  private static final BigDecimal MAX = BigDecimal.valueOf(Long.MAX_VALUE);
  private static final Pattern FORM =
      Pattern.compile("([+-]?(?:[0-9]+(?:\\.[0-9]*)?|\\.[0-9]+))([eE][+-]?[0-9]{1,9}|[a-zA-Z]*)");
  private static final Map<String, BigDecimal> FACTORS =
      Map.ofEntries(
          Map.entry("", BigDecimal.ONE),
          Map.entry("n", BigDecimal.ONE.movePointLeft(9)),
          Map.entry("u", BigDecimal.ONE.movePointLeft(6)),
          Map.entry("m", BigDecimal.ONE.movePointLeft(3)),
          Map.entry("k", BigDecimal.ONE.movePointRight(3)),
          Map.entry("M", BigDecimal.ONE.movePointRight(6)),
          Map.entry("G", BigDecimal.ONE.movePointRight(9)),
          Map.entry("T", BigDecimal.ONE.movePointRight(12)),
          Map.entry("P", BigDecimal.ONE.movePointRight(15)),
          Map.entry("E", BigDecimal.ONE.movePointRight(18)),
          Map.entry("Ki", binary(10)),
          Map.entry("Mi", binary(20)),
          Map.entry("Gi", binary(30)),
          Map.entry("Ti", binary(40)),
          Map.entry("Pi", binary(50)),
          Map.entry("Ei", binary(60)));

  public Amount {
    number = number.signum() == 0 ? BigDecimal.ZERO : number.stripTrailingZeros();
  }

  private static BigDecimal binary(int shift) {
    return new BigDecimal(BigInteger.ONE.shiftLeft(shift));
  }

  public static Amount of(long number) {
    return new Amount(BigDecimal.valueOf(number));
  }

  /** Returns the quantity, or zero if it is none that Kubernetes can read. */
  public static Amount of(Quantity quantity) {
    String amount = Objects.requireNonNullElse(quantity.getAmount(), "0");
    String format = Objects.requireNonNullElse(quantity.getFormat(), "");
    try {
      return parse(amount + format);
    } catch (IllegalArgumentException unreadable) {
      return ZERO;
    }
  }

  /**
   * Reads a quantity as Kubernetes writes it.
   *
   * @throws IllegalArgumentException if it is none
   */
  public static Amount parse(String text) {
    Matcher parts = FORM.matcher(text);
    if (text.length() > MAX_LENGTH || !parts.matches()) {
      throw new IllegalArgumentException("not a quantity");
    }
    var digits = new BigDecimal(parts.group(1));
    String suffix = parts.group(2);
    BigDecimal factor = FACTORS.get(suffix);
    if (factor != null) {
      return new Amount(bounded(digits.multiply(factor)));
    }
    if (suffix.length() < 2 || Character.toLowerCase(suffix.charAt(0)) != 'e') {
      throw new IllegalArgumentException("not a quantity: unknown suffix");
    }
    int exponent;
    try {
      exponent = Integer.parseInt(suffix.substring(1));
    } catch (NumberFormatException notExponent) {
      throw new IllegalArgumentException("not a quantity: unknown suffix", notExponent);
    }
    int near = Math.clamp(exponent, -MAX_EXPONENT, MAX_EXPONENT);
    return new Amount(bounded(digits.scaleByPowerOfTen(near)));
  }

  /**
   * As Kubernetes: no finer than a billionth, rounded away from zero, and no greater than a long.
   */
  private static BigDecimal bounded(BigDecimal number) {
    BigDecimal near = number.scale() > NANO ? number.setScale(NANO, RoundingMode.UP) : number;
    return near.abs().compareTo(MAX) > 0 ? MAX.multiply(BigDecimal.valueOf(near.signum())) : near;
  }

  public Amount plus(Amount other) {
    return new Amount(number.add(other.number));
  }

  public Amount minus(Amount other) {
    return new Amount(number.subtract(other.number));
  }

  public boolean isNegative() {
    return number.signum() < 0;
  }

  /** Whether it is a whole number that a long can be. */
  public boolean isLong() {
    return number.scale() <= 0 && number.abs().compareTo(MAX) <= 0;
  }

  @Override
  public int compareTo(Amount other) {
    return number.compareTo(other.number);
  }

  /**
   * Returns it with the greatest binary suffix that leaves a whole number, such as {@code 16Gi}.
   */
  @Override
  public String toString() {
    if (!isLong()) {
      return number.toPlainString();
    }
    long value = number.longValueExact();
    String[] suffixes = {"", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"};
    int suffix = 0;
    while (value != 0 && value % 1024 == 0 && suffix < suffixes.length - 1) {
      value /= 1024;
      suffix++;
    }
    return value + suffixes[suffix];
  }
}
