package com.intel.dra.gpu.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.bench.results.StructuredResult;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StructuredReportTest {

  @Test
  void aRowHasItsMediansAndTheirRatioToTheGoDriver() {
    String table =
        StructuredReport.table(
            List.of(
                result("go", 100, 2, 1),
                result("gpus", 100, 4, 3),
                result("go", 100, 4, 2),
                result("gpus", 100, 5, 4),
                result("go", 100, 5, 3),
                result("gpus", 100, 8, 6)));

    assertThat(table.lines().skip(2))
        .containsExactly(
            "| `go` | 100 | 10 | 1, 8 | **2.5** (5.0, 2.5, 2.0) | 1.00 | 0.5 | 1.0 | **200.0**"
                + " (100.0, 200.0, 300.0) | 1.00 | 50.0 |",
            "| `gpus` | 100 | 10 | 1, 8 | **2.0** (2.5, 2.0, 1.3) | 0.80 | 0.5 | 1.0 | **400.0**"
                + " (300.0, 400.0, 600.0) | 2.00 | 50.0 |");
  }

  @Test
  void aRowIsComparedWithAsManyNodesOnly() {
    String table =
        StructuredReport.table(List.of(result("gpus", 400, 4, 3), result("go", 100, 2, 1)));

    assertThat(table.lines().skip(2))
        .containsExactly(
            "| `go` | 100 | 10 | 1, 8 | **5.0** (5.0) | 1.00 | 0.5 | 1.0 | **100.0** (100.0) | 1.00"
                + " | 50.0 |",
            "| `gpus` | 400 | 10 | 1, 8 | **2.5** (2.5) |  | 0.5 | 1.0 | **300.0** (300.0) |  |"
                + " 50.0 |");
  }

  /** Ten pods. */
  private static StructuredResult result(
      String row, int nodes, double seconds, double schedulerCpuSeconds) {
    return new StructuredResult(
        row,
        nodes,
        1,
        8,
        10,
        seconds,
        List.of(0.5, 1.0),
        Map.of("kube-scheduler", schedulerCpuSeconds, "kube-apiserver", 0.5));
  }
}
