package com.intel.dra.gpu.bench.targets;

import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.bench.targets.StepResults.KubeletOperation;
import java.util.List;
import org.junit.jupiter.api.Test;

class KubeletMetricsTest {

  private static final String CALLS =
      "dra_grpc_operations_duration_seconds_%s{driver_name=\"gpu.intel.com\",grpc_status_code=\"OK\",method_name=\"/k8s.io.kubelet.pkg.apis.dra.v1.DRAPlugin/NodePrepareResources\"}"
          + " %s";
  private static final String OPERATIONS =
      "dra_operations_duration_seconds_%s{is_error=\"false\",operation_name=\"PrepareResources\"}"
          + " %s";

  @Test
  void theFirstCallsAreLeftOut() {
    assertThat(
            KubeletMetrics.between(
                List.of(
                    "# TYPE dra_operations_duration_seconds histogram",
                    CALLS.formatted("sum", "0.5"),
                    CALLS.formatted("count", "10")),
                List.of(
                    CALLS.formatted("bucket", "7"),
                    CALLS.formatted("sum", "0.75"),
                    CALLS.formatted("count", "60"),
                    OPERATIONS.formatted("sum", "1e-1"),
                    OPERATIONS.formatted("count", "5"))))
        .containsExactly(
            new KubeletOperation("PrepareResources", 5, 20),
            new KubeletOperation("grpc NodePrepareResources", 50, 5));
  }

  @Test
  void anOperationWithoutNewCallsIsLeftOut() {
    List<String> same = List.of(CALLS.formatted("sum", "0.5"), CALLS.formatted("count", "10"));

    assertThat(KubeletMetrics.between(same, same)).isEmpty();
  }
}
