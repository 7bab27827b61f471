package com.intel.dra.gpu.e2e;

import java.io.IOException;
import java.util.Comparator;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every file of deploy/examples shows what its first line says. */
class ExamplesIT {

  @RegisterExtension final RealCluster cluster = RealCluster.withWhateverGpus();

  /** Sorts the files by their GPUs, because changing the GPUs takes time. */
  static Stream<String> expectedFiles() {
    return Examples.files().stream()
        .sorted(Comparator.comparing(file -> Examples.of(file).topology()));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("expectedFiles")
  void theExampleShowsWhatItSays(String file) throws IOException {
    Examples.Expectation expectation = Examples.of(file);
    expectation.topology().showOn(cluster);

    cluster.applyFile(Examples.FOLDER.resolve(file));

    expectation.check(cluster);
  }
}
