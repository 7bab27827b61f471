package com.intel.dra.gpu.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Checks of the examples that need no cluster. */
class ExamplesTest {

  @Test
  void everyExampleIsAppliedByATestAndSaysAtItsTopWhatItShows() throws IOException {
    check(Examples.FOLDER, Examples.files());
    check(StructuredExamplesIT.FOLDER, StructuredExamplesIT.files());
    for (String file : Examples.files()) {
      assertThat(Files.readAllLines(Examples.FOLDER.resolve(file)).getFirst())
          .as(file)
          .matches("# .*\\w.*\\.");
    }
  }

  private static void check(Path folder, Set<String> applied) throws IOException {
    try (var entries = Files.list(folder)) {
      var files = entries.filter(Files::isRegularFile).toList();
      assertThat(files)
          .extracting(file -> file.getFileName().toString())
          .containsExactlyInAnyOrderElementsOf(applied);
      for (Path file : files) {
        String comment =
            Files.readAllLines(file).stream()
                .takeWhile(line -> line.startsWith("#"))
                .collect(Collectors.joining("\n"));
        assertThat(comment).as(file.toString()).startsWith("# ").matches("(?s).*\\w.*\\.");
      }
    }
  }
}
