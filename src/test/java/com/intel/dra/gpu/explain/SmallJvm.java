package com.intel.dra.gpu.explain;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A process with little memory, for what may use up all of it: that would end the tests. */
public final class SmallJvm {

  private static final long LIMIT_MINUTES = 5;

  private SmallJvm() {}

  /** Runs the program, and returns the lines that it printed until it ended. */
  public static List<String> lines(Class<?> program, int heapMib) throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + heapMib + "m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                program.getName())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try (var output = process.inputReader()) {
      List<String> lines =
          CompletableFuture.supplyAsync(() -> output.lines().toList())
              .get(LIMIT_MINUTES, TimeUnit.MINUTES);
      if (!process.waitFor(1, TimeUnit.SECONDS)) {
        throw new IllegalStateException("it prints nothing more, and does not end");
      }
      return lines;
    } finally {
      process.destroyForcibly();
    }
  }
}
