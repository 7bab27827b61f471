import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** The program that plays an API server for an application and gives it work, if there is one. */
record Driver(Optional<Process> process, Path log) implements AutoCloseable {

  /** Starts it, unless the command is empty, and waits until it has written the kubeconfig. */
  static Driver start(List<String> command, Path kubeconfig, Path log)
      throws IOException, InterruptedException {
    if (command.isEmpty()) {
      return new Driver(Optional.empty(), log);
    }
    var words = new ArrayList<>(command);
    words.add(kubeconfig.toString());
    Process process =
        new ProcessBuilder(words).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    var driver = new Driver(Optional.of(process), log);
    while (!Files.exists(kubeconfig) || Files.size(kubeconfig) == 0) {
      if (process.waitFor(100, TimeUnit.MILLISECONDS)) {
        throw new IOException(
            Files.readString(log)
                + command.getFirst()
                + " ended too early: see its output above (build with -DskipTests, not with"
                + " -Dmaven.test.skip)");
      }
    }
    return driver;
  }

  boolean exists() {
    return process.isPresent();
  }

  /** Waits until it has done all, and fails if it did not. */
  void awaitEnd(Duration limit, TrialRun application) throws IOException, InterruptedException {
    Process running = process.orElseThrow();
    if (!running.waitFor(limit) || running.exitValue() != 0) {
      throw application.failure(Files.readString(log) + "the work was not done");
    }
  }

  @Override
  public void close() {
    process.ifPresent(Process::destroyForcibly);
  }
}
