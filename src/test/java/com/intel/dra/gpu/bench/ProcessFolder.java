package com.intel.dra.gpu.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Optional;

/**
 * The folder and the log of a driver's process that a benchmark starts. Process and folder are
 * removed when the benchmark's process ends for any reason; the log stays unless the benchmark
 * finished.
 */
final class ProcessFolder {

  private final Path path;
  private volatile Optional<Process> process = Optional.empty();
  private volatile boolean done;

  private ProcessFolder(Path path) {
    this.path = path;
  }

  static ProcessFolder create() throws IOException {
    var folder = new ProcessFolder(Files.createTempDirectory("bench"));
    // also runs when this process is told to end, because nothing else knows the started process
    Runtime.getRuntime().addShutdownHook(new Thread(folder::clear));
    return folder;
  }

  Path path() {
    return path;
  }

  /**
   * Starts the process with its output in the log. If there are several, only the last is ended
   * with the folder.
   */
  Process start(ProcessBuilder command) throws IOException {
    Process started =
        command.redirectErrorStream(true).redirectOutput(Redirect.appendTo(log().toFile())).start();
    process = Optional.of(started);
    return started;
  }

  /** Notes that the log is of no use any more. */
  void done() {
    done = true;
  }

  private Path log() {
    return path.resolve("driver.log");
  }

  private void clear() {
    process.ifPresent(started -> started.destroyForcibly().onExit().join());
    boolean keepsLog = !done && Files.exists(log());
    try (var files = Files.walk(path)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        if (!keepsLog || !log().startsWith(file)) {
          Files.delete(file);
        }
      }
    } catch (IOException | UncheckedIOException e) {
      System.err.println("not everything could be removed: " + e);
    }
    if (keepsLog) {
      System.err.println("the log is kept: " + log());
    }
  }
}
