package com.intel.dra.gpu.explain.cel;

import java.util.List;

/** The functions of lists that Kubernetes adds to CEL. */
final class ListFunctions {

  private ListFunctions() {}

  static boolean isSorted(List<?> list) {
    for (int i = 1; i < list.size(); i++) {
      if (compare(list.get(i - 1), list.get(i)) > 0) {
        return false;
      }
    }
    return true;
  }

  static Object min(List<?> list) {
    return list.stream()
        .map(Object.class::cast)
        .reduce((a, b) -> compare(b, a) < 0 ? b : a)
        .orElseThrow(() -> new IllegalArgumentException("min called on empty list"));
  }

  static Object max(List<?> list) {
    return list.stream()
        .map(Object.class::cast)
        .reduce((a, b) -> compare(b, a) > 0 ? b : a)
        .orElseThrow(() -> new IllegalArgumentException("max called on empty list"));
  }

  static Object sum(List<?> list) {
    return list.stream().map(Object.class::cast).reduce(ListFunctions::add).orElse(0L);
  }

  /** An attribute with one value is a list of one. */
  static boolean includes(Object list, Object value) {
    return list instanceof List<?> values ? values.contains(value) : list.equals(value);
  }

  private static Object add(Object one, Object other) {
    if (one instanceof Long a && other instanceof Long b) {
      return Math.addExact(a, b);
    }
    if (one instanceof Double a && other instanceof Double b) {
      return a + b;
    }
    throw new IllegalArgumentException("no such overload");
  }

  private static int compare(Object one, Object other) {
    return switch (one) {
      case Long a when other instanceof Long b -> Long.compare(a, b);
      case Double a when other instanceof Double b -> Double.compare(a, b);
      case String a when other instanceof String b -> a.compareTo(b);
      case Boolean a when other instanceof Boolean b -> Boolean.compare(a, b);
      default -> throw new IllegalArgumentException("no such overload");
    };
  }
}
