package com.intel.dra.gpu.bench.results;

import java.util.List;

/**
 * One run of {@code bench/publish}.
 *
 * @param gpus of the node
 * @param published what happened, in the order of time
 */
public record PublishResult(int gpus, List<Published> published) {

  public PublishResult {
    published = List.copyOf(published);
  }
}
