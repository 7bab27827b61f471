package com.intel.dra.gpu.simulator.topology;

import java.util.Optional;

/**
 * A selection of writes to the files of a GPU.
 *
 * @param file the end of the file's path, in whole names: {@code lmem_quota} or {@code
 *     vf3/gt/lmem_quota}
 * @param value the written value; empty for any value
 * @param percent how many percent of these writes are selected, at random
 * @param times the largest number of selected writes; later ones are not selected
 */
public record FaultyWrites(String file, Optional<String> value, int percent, int times) {

  public static final int ALL = Integer.MAX_VALUE;

  /** Selects every such write, up to {@code times}. */
  public FaultyWrites(String file, Optional<String> value, int times) {
    this(file, value, 100, times);
  }

  public boolean include(String path, String text) {
    return (path.equals(file) || path.endsWith("/" + file))
        && (value.isEmpty() || value.get().equals(text.strip()));
  }
}
