package com.intel.dra.gpu.selfcheck;

import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.mode.DraMode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LooksTest {

  private static final Duration SETTLE = Duration.ofSeconds(8);

  private final List<Duration> pauses = new ArrayList<>();

  @Test
  void whereNothingDisagreesOneLookIsEnough() throws InterruptedException {
    Looks.Result result = look(SETTLE, healthy());

    assertThat(result.disagreements()).isEmpty();
    assertThat(result.looks()).isEqualTo(1);
    assertThat(pauses).isEmpty();
  }

  @Test
  void whatLastsIsToldAfterTheWholeTime() throws InterruptedException {
    Looks.Result result = look(SETTLE, with(Fault.CDI_GHOST));

    assertThat(result.disagreements()).hasOnlyElementsOfType(Disagreement.CdiDeviceGone.class);
    assertThat(pauses.stream().reduce(Duration.ZERO, Duration::plus)).isEqualTo(SETTLE);
  }

  @Test
  void whatPassesIsNotTold() throws InterruptedException {
    Looks.Result result =
        look(SETTLE, with(Fault.CDI_GHOST), with(Fault.CDI_GHOST), with(Fault.GAS_NOT_READY));

    assertThat(result.disagreements()).isEmpty();
    assertThat(result.looks()).isEqualTo(3);
  }

  @Test
  void whatComesLaterIsNotToldForItHasNotLasted() throws InterruptedException {
    Looks.Result result =
        look(SETTLE, with(Fault.CDI_GHOST), with(Fault.CDI_GHOST, Fault.GAS_NOT_READY));

    assertThat(result.disagreements()).hasOnlyElementsOfType(Disagreement.CdiDeviceGone.class);
  }

  @Test
  void withNoTimeOneLookDecides() throws InterruptedException {
    Looks.Result result = look(Duration.ZERO, with(Fault.CDI_GHOST), healthy());

    assertThat(result.disagreements()).hasSize(1);
    assertThat(pauses).isEmpty();
  }

  private Looks.Result look(Duration settle, Picture... pictures) throws InterruptedException {
    var next = new ArrayList<>(List.of(pictures));
    return new Looks(
            () -> next.size() > 1 ? next.removeFirst() : next.getFirst(), settle, pauses::add)
        .take();
  }

  private static Picture healthy() {
    return PictureParts.rich(DraMode.CLASSIC).picture();
  }

  private static Picture with(Fault... faults) {
    PictureParts node = PictureParts.rich(DraMode.CLASSIC);
    for (Fault fault : faults) {
      assertThat(fault.plant(node, new Random(1))).isTrue();
    }
    return node.picture();
  }
}
