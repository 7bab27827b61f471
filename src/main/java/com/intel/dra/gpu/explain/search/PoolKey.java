package com.intel.dra.gpu.explain.search;

import java.util.Comparator;

/** The name of a pool of devices. */
public record PoolKey(String driver, String pool) implements Comparable<PoolKey> {

  @Override
  public int compareTo(PoolKey other) {
    return Comparator.comparing(PoolKey::driver).thenComparing(PoolKey::pool).compare(this, other);
  }

  @Override
  public String toString() {
    return driver + "/" + pool;
  }
}
