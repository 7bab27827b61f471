package com.intel.dra.gpu.bench.targets;

import com.intel.dra.gpu.bench.targets.StepResults.KubeletOperation;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The kubelet's own metrics of its calls to drivers, in the text format of Prometheus. */
final class KubeletMetrics {

  private static final Pattern SERIES =
      Pattern.compile("dra_(grpc_)?operations_duration_seconds_(sum|count)\\{(.*)} (\\S+)");
  private static final Pattern OPERATION =
      Pattern.compile("(?:method_name=\"[^\"]*/|operation_name=\")([^\"/]+)\"");
  private static final double MILLISECONDS = 1000;

  private KubeletMetrics() {}

  /**
   * Returns what the kubelet counted between two looks at its metrics, by operation. Calls that
   * failed count, too.
   */
  static List<KubeletOperation> between(List<String> earlier, List<String> later) {
    Map<String, double[]> before = read(earlier);
    return read(later).entrySet().stream()
        .map(
            operation ->
                difference(
                    operation.getKey(),
                    before.getOrDefault(operation.getKey(), new double[2]),
                    operation.getValue()))
        .flatMap(Optional::stream)
        .toList();
  }

  private static Optional<KubeletOperation> difference(
      String name, double[] earlier, double[] later) {
    long count = Math.round(later[1] - earlier[1]);
    if (count == 0) {
      return Optional.empty();
    }
    return Optional.of(
        new KubeletOperation(name, count, MILLISECONDS * (later[0] - earlier[0]) / count));
  }

  /** Returns sum and count of each operation. */
  private static Map<String, double[]> read(List<String> lines) {
    var operations = new TreeMap<String, double[]>();
    for (String line : lines) {
      Matcher series = SERIES.matcher(line);
      if (series.matches()) {
        Matcher operation = OPERATION.matcher(series.group(3));
        if (operation.find()) {
          String name = (series.group(1) == null ? "" : "grpc ") + operation.group(1);
          double[] values = operations.computeIfAbsent(name, _ -> new double[2]);
          values[series.group(2).equals("sum") ? 0 : 1] += Double.parseDouble(series.group(4));
        }
      }
    }
    return operations;
  }
}
