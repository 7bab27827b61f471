package com.intel.dra.gpu.bench.targets;

import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.docs.Documents;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResultsPageTest {

  private static final int LONGEST_LINE = 120;
  private static final int LONGEST_CELL = 200;
  private static final int MOST_WORDS = 2_000;

  @TempDir Path folder;

  @Test
  void aPageKeepsToTheRulesOfPages() throws IOException {
    Path page = Files.writeString(folder.resolve("page.md"), ResultsPage.of(ExampleRun.whole()));

    assertThat(Documents.words(page)).isLessThan(MOST_WORDS);
    assertThat(Documents.prose(page))
        .allSatisfy(
            line -> {
              if (line.startsWith("|")) {
                assertThat(Documents.cells(Documents.withoutLinkTargets(line)))
                    .allMatch(cell -> cell.length() <= LONGEST_CELL);
              } else {
                assertThat(Documents.withoutLinkTargets(line)).hasSizeLessThan(LONGEST_LINE);
              }
            });
    assertThat(Files.readAllLines(page).get(2)).startsWith("For those who ");
    assertThat(Documents.anchors(page)).contains("steps");
  }

  @Test
  void aTargetIsToldWithBoundAndFigure() {
    assertThat(ResultsPage.of(ExampleRun.whole()).lines())
        .contains(
            "| preparing: v1, p50 | at most 4 ms | 2 | met | `prepare-v1` |",
            "| agent: serves after its start | at most 1 s | 1.20 | **not met** | `prepare-v1` |");
  }

  @Test
  void theGrowthOfACostIsInOneRow() {
    assertThat(ResultsPage.of(ExampleRun.whole()).lines())
        .containsSequence(
            "| cost, by GPUs | 1 | 8 | 64 |  |",
            "|---|---|---|---|---|",
            "| prepare v1: p50 ms | 2 | 2 | 2 | linear or better |");
  }

  @Test
  void aRunWithoutMeasurementsSaysSo() {
    String page = ResultsPage.of(new Run(ExampleRun.MACHINE, List.of(), Map.of()));

    assertThat(page)
        .contains(
            "0 are met, 0 are not met, and %d were not measured.".formatted(Targets.ALL.size()))
        .doesNotContain("## Preparing a claim", "## Growth");
  }

  @Test
  void aPageSaysWhatElseTheMachineDidAndWhatFailed() {
    String quiet = ResultsPage.of(run(new Step("start", "bench/start", "10:00", 60, 0, 9)));
    String busy = ResultsPage.of(run(new Step("start", "bench/start", "10:00", 60, 1, 11)));

    assertThat(quiet).contains("did nothing else beside").doesNotContain("Failed");
    assertThat(busy)
        .contains("did other things beside", "**Failed, and so not measured:** start.")
        .contains("| `start` | `bench/start` | 10:00 | 1 | 11 %, failed |");
  }

  private static Run run(Step step) {
    return new Run(ExampleRun.MACHINE, List.of(step), Map.of());
  }
}
