package com.intel.dra.gpu.controller.leader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.intel.dra.gpu.api.ClaimAllocation;
import com.intel.dra.gpu.api.GpuAllocationState;
import com.intel.dra.gpu.controller.app.ControllerProcess;
import com.intel.dra.gpu.controller.app.FakeApiServer;
import com.intel.dra.gpu.controller.app.FakeCluster;
import com.intel.dra.gpu.controller.app.FakeInformer;
import com.intel.dra.gpu.controller.app.FakeLeases;
import com.intel.dra.gpu.controller.cluster.ClusterView;
import com.intel.dra.gpu.controller.placing.ControllerMetrics;
import com.intel.dra.gpu.controller.records.NodeRecords;
import com.intel.dra.gpu.controller.records.NodeRecords.Change;
import com.intel.dra.gpu.metrics.Meters;
import com.intel.dra.kit.time.SettableClock;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A controller that was deposed without knowing it, and a node that its successor has written. */
class FencingTest {

  private static final String NODE = "node1";
  private static final ClaimAllocation ALLOCATION = new ClaimAllocation(List.of(), "");

  private final FakeCluster cluster = new FakeCluster();
  private final FakeApiServer api = new FakeApiServer(cluster);
  private final ClusterView view = new ClusterView(ControllerProcess.NAMESPACE);
  private final Leadership leadership =
      new Leadership("me", new FakeLeases(cluster), new SettableClock());
  private final NodeRecords records =
      new NodeRecords(
          api,
          view,
          new ControllerMetrics(Meters.ofController(new SimpleMeterRegistry())),
          leadership,
          ControllerProcess.NAMESPACE);

  private void nodeWrittenBy(String writer) {
    var gas = new GpuAllocationState();
    gas.setMetadata(
        new ObjectMetaBuilder()
            .withNamespace(ControllerProcess.NAMESPACE)
            .withName(NODE)
            .addToAnnotations(NodeRecords.WRITER, writer)
            .build());
    cluster.created(gas);
    new FakeInformer<>(cluster, GpuAllocationState.class, _ -> true, view.nodes).sync();
    cluster.lead("me");
    leadership.begin();
  }

  private GpuAllocationState node() {
    return cluster.read(GpuAllocationState.class, ControllerProcess.NAMESPACE, NODE).orElseThrow();
  }

  private void record() {
    var _ =
        records.change(NODE, _ -> new Change<>(Map.of("claim", Optional.of(ALLOCATION)), "done"));
  }

  @Test
  void itWritesNothingThere() {
    nodeWrittenBy("successor");
    cluster.lead("successor");

    assertThatExceptionOfType(NotLeadingException.class)
        .isThrownBy(this::record)
        .withMessageContaining("is written by another controller: successor");
    assertThat(api.requests()).isEmpty();
    assertThat(node().getSpec().resourceClaimAllocations()).isEmpty();
  }

  @Test
  void whoStillLeadsWritesThereUnderHisOwnName() {
    nodeWrittenBy("predecessor");

    record();

    assertThat(node().getSpec().resourceClaimAllocations()).containsOnlyKeys("claim");
    assertThat(node().getMetadata().getAnnotations()).containsEntry(NodeRecords.WRITER, "me");
  }
}
