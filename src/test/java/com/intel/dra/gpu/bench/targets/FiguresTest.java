package com.intel.dra.gpu.bench.targets;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class FiguresTest {

  @Test
  void aRatioIsThatOfTheMedians() {
    var figures =
        Figures.of(
            ExampleRun.with(
                List.of(),
                List.of(
                    ExampleRun.structured("go", 1),
                    ExampleRun.structured("gpus", 4),
                    ExampleRun.structured("go", 2),
                    ExampleRun.structured("gpus", 5),
                    ExampleRun.structured("go", 10),
                    ExampleRun.structured("gpus", 2.5))));

    assertThat(figures)
        .containsEntry("go: pods/s", 5.0)
        .containsEntry("gpus: pods/s", 2.5)
        .containsEntry("gpus: pods/s, to go", 0.5);
  }

  @Test
  void withoutAReferenceThereIsNoRatio() {
    var figures =
        Figures.of(ExampleRun.with(List.of(ExampleRun.scheduling("intel-gpu", 1, 20)), List.of()));

    assertThat(figures)
        .containsEntry("intel-gpu: pods/s", 0.5)
        .doesNotContainKeys(
            "intel-gpu: pods/s, to reference", "intel-gpu: CPU ms a pod after the first wave");
  }

  @Test
  void requestsAreCountedForAPodAndListsInAll() {
    var figures =
        Figures.of(
            ExampleRun.with(
                List.of(
                    ExampleRun.scheduling("intel-gpu", 1, 20),
                    ExampleRun.scheduling("intel-gpu", 1, 20)),
                List.of()));

    assertThat(figures)
        .containsEntry("intel-gpu: requests a pod", 2.6)
        .containsEntry("intel-gpu: writes a pod", 2.0)
        .containsEntry("intel-gpu: kB sent a pod", 4.0)
        .containsEntry("intel-gpu: kB received a pod", 5.0)
        .containsEntry("intel-gpu: lists without pages", 6.0);
  }
}
