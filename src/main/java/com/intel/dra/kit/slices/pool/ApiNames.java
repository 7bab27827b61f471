package com.intel.dra.kit.slices.pool;

import java.util.Arrays;
import java.util.regex.Pattern;

/** The rules for names, as the API server checks them. */
public final class ApiNames {

  public static final int LONGEST_DRIVER = 63;
  public static final int LONGEST_SUBDOMAIN = 253;
  static final int LONGEST_ATTRIBUTE = 32;

  private static final int LONGEST_LABEL = 63;
  private static final Pattern LABEL = Pattern.compile("[a-z0-9]([-a-z0-9]*[a-z0-9])?");
  private static final Pattern C_IDENTIFIER = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");
  private static final Pattern LABEL_NAME =
      Pattern.compile("[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?");

  private ApiNames() {}

  static boolean isLabel(String name) {
    return name.length() <= LONGEST_LABEL && LABEL.matcher(name).matches();
  }

  public static boolean isSubdomain(String name, int longest) {
    return name.length() <= longest
        && Arrays.stream(name.split("\\.", -1)).allMatch(part -> LABEL.matcher(part).matches());
  }

  /** DNS subdomains separated by slashes. */
  static boolean isPool(String name) {
    return name.length() <= LONGEST_SUBDOMAIN
        && Arrays.stream(name.split("/", -1))
            .allMatch(part -> isSubdomain(part, LONGEST_SUBDOMAIN));
  }

  /** The name of an attribute or a capacity: an identifier with an optional domain before it. */
  static boolean isQualified(String name) {
    int slash = name.indexOf('/');
    String identifier = name.substring(slash + 1);
    return (slash < 0 || isSubdomain(name.substring(0, slash), LONGEST_DRIVER))
        && identifier.length() <= LONGEST_ATTRIBUTE
        && C_IDENTIFIER.matcher(identifier).matches();
  }

  /** The key of a label, a taint or a condition: a name with an optional domain before it. */
  static boolean isLabelKey(String key) {
    int slash = key.indexOf('/');
    return (slash < 0 || isSubdomain(key.substring(0, slash), LONGEST_SUBDOMAIN))
        && isLabelName(key.substring(slash + 1));
  }

  static boolean isLabelValue(String value) {
    return value.isEmpty() || isLabelName(value);
  }

  private static boolean isLabelName(String name) {
    return name.length() <= LONGEST_LABEL && LABEL_NAME.matcher(name).matches();
  }
}
