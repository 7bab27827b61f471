package com.intel.dra.gpu.simulator;

import java.util.Optional;

/**
 * Some writes to the files of a GPU.
 *
 * @param file how the file's path ends, in whole names: {@code lmem_quota}, {@code
 *     vf3/gt/lmem_quota}
 * @param value what is written; any when empty
 * @param percent how many of a hundred of these, chosen at random
 * @param times how many of those that were chosen; the later ones are as usual
 */
public record Writes(String file, Optional<String> value, int percent, int times) {

  static final int ALL = Integer.MAX_VALUE;

  /** Each of them, that many times. */
  public Writes(String file, Optional<String> value, int times) {
    this(file, value, 100, times);
  }

  boolean include(String path, String text) {
    return (path.equals(file) || path.endsWith("/" + file))
        && (value.isEmpty() || value.get().equals(text.strip()));
  }
}
