package com.intel.dra.gpu.bench.targets;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How a cost grows with the cluster or the node. Linear or better is the target.
 *
 * @param name of the cost
 * @param figure its name among the {@link Figures} of each step
 * @param sizes "nodes" or "GPUs"
 * @param steps that measure it, by size
 */
record Growth(String name, String figure, String sizes, SortedMap<Integer, String> steps) {

  Growth(String name, String figure, String sizes, Map<Integer, String> steps) {
    this(name, figure, sizes, new TreeMap<>(steps));
  }

  /** Returns the cost at each size, where it was measured. */
  SortedMap<Integer, Double> costs(Run run) {
    var costs = new TreeMap<Integer, Double>();
    steps.forEach(
        (size, step) -> {
          OptionalDouble cost = run.figure(step, figure);
          if (cost.isPresent()) {
            costs.put(size, cost.getAsDouble());
          }
        });
    return costs;
  }

  /** Returns whether the cost grows with the size at most, from each size to the next. */
  static String judge(SortedMap<Integer, Double> costs) {
    if (costs.size() < 2) {
      return "not measured";
    }
    List<Map.Entry<Integer, Double>> all = new ArrayList<>(costs.entrySet());
    for (int i = 1; i < all.size(); i++) {
      Map.Entry<Integer, Double> from = all.get(i - 1);
      Map.Entry<Integer, Double> to = all.get(i);
      double sizes = (double) to.getKey() / from.getKey();
      if (to.getValue() > from.getValue() * sizes) {
        return "steeper from %d to %d".formatted(from.getKey(), to.getKey());
      }
    }
    return "linear or better";
  }
}
