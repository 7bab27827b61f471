package com.intel.dra.gpu.bench.targets;

import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.docs.Documents;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The page of targets has those that {@code bench/all} judges, in their order. */
class TargetsPageTest {

  @Test
  void thePageHasEachTargetWithItsBoundAndStep() {
    assertThat(Documents.lines(Path.of("docs/develop/results/targets.md")))
        .containsSequence(
            Targets.ALL.stream()
                .map(
                    target ->
                        "| %s: %s | %s | `%s` |"
                            .formatted(
                                target.topic(), target.name(), target.boundText(), target.step()))
                .toList());
  }
}
