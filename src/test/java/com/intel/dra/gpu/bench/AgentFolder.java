package com.intel.dra.gpu.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Optional;

/**
 * Where the agent of a benchmark works, and its log is. Agent and folder go when this process ends,
 * however it does; the log stays unless the benchmark came to its end.
 */
final class AgentFolder {

  private final Path path;
  private volatile Optional<Process> agent = Optional.empty();
  private volatile boolean done;

  private AgentFolder(Path path) {
    this.path = path;
  }

  static AgentFolder create() throws IOException {
    var folder = new AgentFolder(Files.createTempDirectory("bench-agent"));
    // also when this process is told to end: nobody else knows of the agent
    Runtime.getRuntime().addShutdownHook(new Thread(folder::clear));
    return folder;
  }

  Path path() {
    return path;
  }

  /** Has it write into the log. */
  Process start(ProcessBuilder command) throws IOException {
    Process started = command.redirectErrorStream(true).redirectOutput(log().toFile()).start();
    agent = Optional.of(started);
    return started;
  }

  /** The log is of no use any more. */
  void done() {
    done = true;
  }

  private Path log() {
    return path.resolve("agent.log");
  }

  private void clear() {
    agent.ifPresent(process -> process.destroyForcibly().onExit().join());
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
      System.err.println("the agent's log is kept: " + log());
    }
  }
}
