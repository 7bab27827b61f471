package com.intel.dra.gpu.controller.placing;

import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.api.AllocatedDevice;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaim;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaimBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import org.jboss.logmanager.ExtLogRecord;
import org.jboss.logmanager.Level;
import org.jboss.logmanager.LogContext;
import org.jboss.logmanager.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DecisionLogTest {

  private final List<ExtLogRecord> told = new ArrayList<>();
  private final Logger logger = LogContext.getLogContext().getLogger(DecisionLog.class.getName());
  private final Handler handler =
      new Handler() {
        @Override
        public void publish(LogRecord record) {
          ExtLogRecord extended = ExtLogRecord.wrap(record);
          extended.copyMdc();
          told.add(extended);
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };

  @BeforeEach
  void listen() {
    logger.addHandler(handler);
    logger.setLevel(Level.INFO);
  }

  @AfterEach
  void listenNoMore() {
    logger.removeHandler(handler);
  }

  @Test
  void anAllocationIsOneLineWithItsFields() {
    var pod = new ObjectMetaBuilder().withNamespace("ns").withName("p").build();

    DecisionLog.allocated(
        claim(),
        "node1",
        List.of(new AllocatedDevice(512, "", "", "gpu", "0000:b3:00.0-0x56c0")),
        Optional.of(pod));

    assertThat(told).hasSize(1);
    assertThat(told.getFirst().getLevel()).isEqualTo(Level.INFO);
    assertThat(told.getFirst().getFormattedMessage())
        .isEqualTo(
            "Allocated claim ns/c (uid-c) on node node1 for pod ns/p: 0000:b3:00.0-0x56c0 (512"
                + " MiB)");
    assertThat(told.getFirst().getMdcCopy())
        .containsAllEntriesOf(Map.of("claim", "ns/c", "node", "node1", "pod", "ns/p"));
  }

  @Test
  void aReleaseIsOneLineWithItsFields() {
    DecisionLog.released(claim(), Set.of("node1"));

    assertThat(told).hasSize(1);
    assertThat(told.getFirst().getFormattedMessage())
        .isEqualTo("Deallocated claim ns/c (uid-c) on node node1");
    assertThat(told.getFirst().getMdcCopy())
        .containsAllEntriesOf(Map.of("claim", "ns/c", "node", "node1"));
  }

  private static ResourceClaim claim() {
    return new ResourceClaimBuilder()
        .withNewMetadata()
        .withNamespace("ns")
        .withName("c")
        .withUid("uid-c")
        .endMetadata()
        .build();
  }
}
