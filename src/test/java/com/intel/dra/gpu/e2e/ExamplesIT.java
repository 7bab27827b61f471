package com.intel.dra.gpu.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every file of deploy/examples shows what its first line says. */
class ExamplesIT {

  @RegisterExtension final RealCluster cluster = RealCluster.withWhateverGpus();

  /** Those for the same GPUs after each other: to change the GPUs takes time. */
  static Stream<String> expectedFiles() {
    return Examples.files().stream()
        .sorted(Comparator.comparing(file -> Examples.of(file).topology()));
  }

  private static List<String> files() throws IOException {
    try (var files = Files.list(Examples.FOLDER)) {
      return files
          .filter(Files::isRegularFile)
          .map(file -> file.getFileName().toString())
          .sorted()
          .toList();
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("expectedFiles")
  void theExampleShowsWhatItSays(String file) throws IOException {
    Examples.Expectation expectation = Examples.of(file);
    expectation.topology().showOn(cluster);

    cluster.applyFile(Examples.FOLDER.resolve(file));

    expectation.check(cluster);
  }

  @Test
  void everyExampleHasAnExpectationAndSaysInItsFirstLineWhatItShows() throws IOException {
    assertThat(files()).containsExactlyElementsOf(Examples.files());
    for (String file : files()) {
      assertThat(Files.readAllLines(Examples.FOLDER.resolve(file)).getFirst())
          .as(file)
          .matches("# .*\\w.*\\.");
    }
  }
}
