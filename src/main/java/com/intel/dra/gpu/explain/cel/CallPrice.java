package com.intel.dra.gpu.explain.cel;

import dev.cel.runtime.ConcatenatedListView;
import java.util.List;

/**
 * What a call of a function takes at most, known before the call: cel-java itself sets no limit.
 *
 * @param steps of work
 * @param volume how many characters and elements are made
 * @param isKept whether what is made is kept although the same part is evaluated again: a macro
 *     gathers it
 */
record CallPrice(long steps, long volume, boolean isKept) {

  private static final long AN_ENTRY = 8;
  private static final long SORTING = 20;

  private static CallPrice both(long size) {
    return new CallPrice(size, size, false);
  }

  private static CallPrice work(long steps) {
    return new CallPrice(steps, 1, false);
  }

  /**
   * Returns the price of a call.
   *
   * @param arguments the target first, if there is one
   * @param limit of steps, beyond which it need not be exact
   */
  static CallPrice of(String function, List<Object> arguments, long limit) {
    Object first = arguments.getFirst();
    Object second = arguments.size() > 1 ? arguments.get(1) : 0L;
    return switch (function) {
      case "_+_" -> sum(first, second, limit);
      case "replace" -> replace(arguments);
      case "join" -> join(first, second);
      case "lists.range" -> both(first instanceof Long count ? Math.max(0, count) : 1);
      case "split" -> both(4 * ValueSize.flat(first));
      case "flatten" -> both(ValueSize.deep(first, limit));
      case "distinct" ->
          new CallPrice(
              ValueSize.flat(first) * ValueSize.deep(first, limit), ValueSize.flat(first), false);
      case "sort", "@sortByAssociatedKeys" ->
          new CallPrice(
              SORTING * (ValueSize.deep(first, limit) + ValueSize.deep(second, limit)),
              2 * ValueSize.flat(first),
              false);
      case "sets.contains", "sets.equivalent", "sets.intersects" ->
          work(
              2
                  * (ValueSize.flat(first) * ValueSize.deep(second, limit)
                      + ValueSize.flat(second) * ValueSize.deep(first, limit)));
      case "_==_", "_!=_", "@in", "in", "includes", "min", "max", "isSorted", "sum" ->
          work(ValueSize.deep(first, limit) + ValueSize.deep(second, limit));
      case "size" -> work(first instanceof String text ? text.length() : 1);
      case PricedCalls.KEY -> work(ValueSize.deep(first, limit));
      case "_[_]", "_[?_]" -> work(ValueSize.deep(second, limit));
      case "cel.@mapInsert" ->
          new CallPrice(
              ValueSize.flat(first) + ValueSize.deep(second, limit),
              AN_ENTRY + ValueSize.all(arguments.subList(1, arguments.size()), limit),
              true);
      case "matches" -> RegexPrice.of(first, second);
      case "contains", "indexOf", "lastIndexOf" ->
          work(
              ValueSize.flat(first)
                  + ValueSize.flat(second)
                  + ValueSize.flat(first) * ValueSize.flat(second) / 8);
      case "lowerAscii",
          "upperAscii",
          "trim",
          "strings.quote",
          "reverse",
          "slice",
          "substring",
          "charAt",
          "bytes",
          "string" ->
          both(2 * ValueSize.flat(first));
      default -> work(ValueSize.flat(first) + ValueSize.flat(second));
    };
  }

  private static CallPrice sum(Object first, Object second, long limit) {
    if (first instanceof ConcatenatedListView<?>) {
      // what a macro gathers
      long added = ValueSize.all(second, limit);
      return new CallPrice(added, added, true);
    }
    return both(ValueSize.flat(first) + ValueSize.flat(second));
  }

  private static CallPrice replace(List<Object> arguments) {
    long text = ValueSize.flat(arguments.get(0));
    long searched = ValueSize.flat(arguments.get(1));
    long replacement = ValueSize.flat(arguments.get(2));
    long most = searched == 0 ? text + 1 : text / searched;
    return both(text + most * replacement);
  }

  private static CallPrice join(Object first, Object second) {
    if (!(first instanceof List<?> list)) {
      return work(1);
    }
    long characters = 0;
    for (Object one : list) {
      characters += ValueSize.flat(one);
    }
    return both(list.size() + characters + list.size() * ValueSize.flat(second));
  }
}
