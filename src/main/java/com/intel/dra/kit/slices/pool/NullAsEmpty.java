package com.intel.dra.kit.slices.pool;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads the models' lists and maps, in which null means the same as empty. */
public final class NullAsEmpty {

  private NullAsEmpty() {}

  public static <T> List<T> orEmpty(@Nullable List<T> list) {
    return list == null ? List.of() : list;
  }

  static <K, V> Map<K, V> orEmpty(@Nullable Map<K, V> map) {
    return map == null ? Map.of() : map;
  }
}
