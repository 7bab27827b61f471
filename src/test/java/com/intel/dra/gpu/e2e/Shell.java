package com.intel.dra.gpu.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Runs programs in the top folder of the checkout, with the environment that ./test sets. */
final class Shell {

  private static final Duration LIMIT = Duration.ofMinutes(10);

  private Shell() {}

  /**
   * @param text standard output and standard error
   */
  private record Result(int exitCode, String text) {}

  /** Where a script runs, and what it finds in its environment beside what ./test sets. */
  record Setting(Path folder, Map<String, String> environment) {}

  /** Returns what the script prints, even if it fails. */
  static String tryScript(Setting setting, String text) {
    return tryRun(builder(setting, text)).text();
  }

  /** Returns what the script prints; it ends at the first command that fails. */
  static String script(Setting setting, String text) {
    Result result = tryRun(builder(setting, text));
    if (result.exitCode() != 0) {
      throw new AssertionError(
          "%s%n: exit code %d%n%s".formatted(text, result.exitCode(), result.text()));
    }
    return result.text();
  }

  private static ProcessBuilder builder(Setting setting, String text) {
    var builder = new ProcessBuilder("bash", "-eu", "-o", "pipefail", "-c", text);
    builder.directory(setting.folder().toFile());
    builder.environment().putAll(setting.environment());
    return builder;
  }

  /** Returns what kubectl prints. */
  static String kubectl(String... arguments) {
    return run(command("kubectl", arguments));
  }

  /** Returns what kubectl prints, even if it fails. */
  static String tryKubectl(String... arguments) {
    return tryRun(command("kubectl", arguments)).text();
  }

  /** Returns what a command prints that runs with the network and the folders of that node. */
  static String onNode(String node, String... command) {
    return run(command("e2e/cluster/enter.sh", command(node, command)));
  }

  private static String[] command(String program, String... arguments) {
    return Stream.concat(Stream.of(program), Stream.of(arguments)).toArray(String[]::new);
  }

  /**
   * Returns what the program printed. If the program fails, throws an error with all that it
   * printed.
   */
  static String run(String... command) {
    Result result = tryRun(command);
    if (result.exitCode() != 0) {
      throw new AssertionError(
          "%s: exit code %d%n%s"
              .formatted(String.join(" ", command), result.exitCode(), result.text()));
    }
    return result.text();
  }

  private static Result tryRun(String... command) {
    return tryRun(new ProcessBuilder(command));
  }

  private static Result tryRun(ProcessBuilder builder) {
    try {
      // through a file, because a daemon that the program started may keep a pipe open
      Path output = Files.createTempFile("e2e", ".out");
      try {
        builder.redirectErrorStream(true).redirectOutput(output.toFile());
        Process process = builder.start();
        if (!process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
          process.destroyForcibly();
          throw new AssertionError(
              "%s: not done within %s%n%s"
                  .formatted(String.join(" ", builder.command()), LIMIT, Files.readString(output)));
        }
        return new Result(process.exitValue(), Files.readString(output, StandardCharsets.UTF_8));
      } finally {
        Files.delete(output);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
