package com.intel.dra.gpu.explain.cel;

import dev.cel.common.values.CelByteString;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** How large values in expressions are. */
final class ValueSize {

  private static final int CHARACTERS_A_STEP = 4;

  private ValueSize() {}

  /** The characters of a text, the elements of a list or map; otherwise one. */
  static long flat(Object value) {
    return switch (value) {
      case String text -> text.length();
      case CelByteString bytes -> bytes.size();
      case Collection<?> list -> list.size();
      case Map<?, ?> map -> map.size();
      default -> 1;
    };
  }

  /**
   * The steps to visit a value and all in it, as comparing or hashing does: what is there twice is
   * visited twice. Does not count much further than {@code limit}.
   */
  static long deep(Object value, long limit) {
    return deep(value, limit, CHARACTERS_A_STEP);
  }

  /** The characters and elements of a value and all in it, each as often as it is there. */
  static long all(Object value, long limit) {
    return deep(value, limit, 1);
  }

  private static long deep(Object value, long limit, int charactersAStep) {
    var open = new ArrayDeque<Iterator<?>>();
    open.push(List.of(value).iterator());
    long steps = 0;
    while (!open.isEmpty() && steps <= limit) {
      Iterator<?> next = open.peek();
      if (!next.hasNext()) {
        open.pop();
        continue;
      }
      Object one = next.next();
      steps++;
      switch (one) {
        case String text -> steps += text.length() / charactersAStep;
        case CelByteString bytes -> steps += bytes.size() / charactersAStep;
        case Collection<?> list -> open.push(list.iterator());
        case Map<?, ?> map ->
            open.push(
                map.entrySet().stream()
                    .flatMap(entry -> Stream.of(entry.getKey(), entry.getValue()))
                    .iterator());
        case Optional<?> optional -> open.push(optional.stream().iterator());
        case null, default -> {}
      }
    }
    return steps;
  }
}
