package com.intel.dra.gpu.selfcheck.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.mode.DraMode;
import com.intel.dra.gpu.selfcheck.compare.DeviceDisagreement;
import com.intel.dra.gpu.selfcheck.compare.SnapshotFault;
import com.intel.dra.gpu.selfcheck.look.NodeSnapshot;
import com.intel.dra.gpu.selfcheck.look.SnapshotParts;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RepeatedComparisonTest {

  private static final Duration SETTLE = Duration.ofSeconds(8);

  private final List<Duration> pauses = new ArrayList<>();

  @Test
  void whereNothingDisagreesOneLookIsEnough() throws InterruptedException {
    RepeatedComparison.Result result = look(SETTLE, healthy());

    assertThat(result.disagreements()).isEmpty();
    assertThat(result.looks()).isEqualTo(1);
    assertThat(pauses).isEmpty();
  }

  @Test
  void whatLastsIsToldAfterTheWholeTime() throws InterruptedException {
    RepeatedComparison.Result result = look(SETTLE, with(SnapshotFault.CDI_GHOST));

    assertThat(result.disagreements())
        .hasOnlyElementsOfType(DeviceDisagreement.CdiDeviceGone.class);
    assertThat(pauses.stream().reduce(Duration.ZERO, Duration::plus)).isEqualTo(SETTLE);
  }

  @Test
  void whatPassesIsNotTold() throws InterruptedException {
    RepeatedComparison.Result result =
        look(
            SETTLE,
            with(SnapshotFault.CDI_GHOST),
            with(SnapshotFault.CDI_GHOST),
            with(SnapshotFault.GAS_NOT_READY));

    assertThat(result.disagreements()).isEmpty();
    assertThat(result.looks()).isEqualTo(3);
  }

  @Test
  void whatComesLaterIsNotToldForItHasNotLasted() throws InterruptedException {
    RepeatedComparison.Result result =
        look(
            SETTLE,
            with(SnapshotFault.CDI_GHOST),
            with(SnapshotFault.CDI_GHOST, SnapshotFault.GAS_NOT_READY));

    assertThat(result.disagreements())
        .hasOnlyElementsOfType(DeviceDisagreement.CdiDeviceGone.class);
  }

  @Test
  void withNoTimeOneLookDecides() throws InterruptedException {
    RepeatedComparison.Result result =
        look(Duration.ZERO, with(SnapshotFault.CDI_GHOST), healthy());

    assertThat(result.disagreements()).hasSize(1);
    assertThat(pauses).isEmpty();
  }

  private RepeatedComparison.Result look(Duration settle, NodeSnapshot... pictures)
      throws InterruptedException {
    var next = new ArrayList<>(List.of(pictures));
    return new RepeatedComparison(
            () -> next.size() > 1 ? next.removeFirst() : next.getFirst(), settle, pauses::add)
        .take();
  }

  private static NodeSnapshot healthy() {
    return SnapshotParts.rich(DraMode.CLASSIC).snapshot();
  }

  private static NodeSnapshot with(SnapshotFault... faults) {
    SnapshotParts node = SnapshotParts.rich(DraMode.CLASSIC);
    for (SnapshotFault fault : faults) {
      assertThat(fault.plant(node, new Random(1))).isTrue();
    }
    return node.snapshot();
  }
}
