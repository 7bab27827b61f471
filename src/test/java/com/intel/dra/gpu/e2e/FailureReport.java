package com.intel.dra.gpu.e2e;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionContext;

/** The state of the cluster at the moment when a test fails. */
final class FailureReport {

  private static final Path FOLDER = Path.of("target", "e2e-logs");

  private FailureReport() {}

  /** Writes the report. Never fails: it notes what could not be found out. */
  static void write(RealCluster cluster, ExtensionContext test, Throwable failure) {
    String name =
        test.getRequiredTestClass().getSimpleName() + "." + test.getRequiredTestMethod().getName();
    var text = new StringBuilder();
    text.append(name).append(' ').append(test.getDisplayName()).append("\n\n");
    text.append(failure).append('\n');
    for (String question : questions(cluster)) {
      text.append("\n=== kubectl ").append(question).append('\n');
      try {
        text.append(Shell.kubectl(question.split(" ")));
      } catch (AssertionError | RuntimeException e) {
        text.append(e.getMessage()).append('\n');
      }
    }
    try {
      Files.createDirectories(FOLDER);
      Path file = FOLDER.resolve(name + "." + cluster.namespace() + ".txt");
      Files.writeString(file, text);
      System.err.println("what the cluster looked like when it failed: " + file);
    } catch (IOException e) {
      System.err.println("no report could be written (" + e + "):\n" + text);
    }
  }

  private static List<String> questions(RealCluster cluster) {
    String inTheTests = " -n " + cluster.namespace();
    String since = " --since-time=" + cluster.begin().truncatedTo(ChronoUnit.SECONDS);
    return Stream.concat(
            Stream.of(
                "get pods -o wide" + inTheTests,
                "describe pods" + inTheTests,
                "get events --sort-by=.lastTimestamp" + inTheTests,
                "get gas -o yaml",
                "get nodes,pods -o wide",
                "logs -l app.kubernetes.io/name=intel-gpu-controller --tail=-1" + since,
                "logs -l app.kubernetes.io/name=intel-gpu-node-agent --all-containers --prefix"
                    + " --tail=-1"
                    + since),
            cluster.questionsAboutClaims().stream())
        .toList();
  }
}
