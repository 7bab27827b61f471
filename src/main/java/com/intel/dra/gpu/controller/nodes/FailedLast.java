package com.intel.dra.gpu.controller.nodes;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Puts what failed behind everything else, so that an object that cannot be read or written delays
 * no other. Of those that failed, the one whose failure is the oldest comes first. Not safe for use
 * by several threads.
 */
final class FailedLast {

  private final LinkedHashSet<String> failed = new LinkedHashSet<>();

  /** Returns these names in the order in which to try them, and forgets all others. */
  List<String> order(Set<String> names) {
    failed.retainAll(names);
    return Stream.concat(
            names.stream().filter(name -> !failed.contains(name)).sorted(), failed.stream())
        .toList();
  }

  boolean hasFailed(String name) {
    return failed.contains(name);
  }

  /** To be called after each failure. */
  void failed(String name) {
    failed.remove(name);
    failed.add(name);
  }
}
