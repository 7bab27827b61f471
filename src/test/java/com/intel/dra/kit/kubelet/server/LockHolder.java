package com.intel.dra.kit.kubelet.server;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Another process that holds the lock of all instances until it is killed. */
final class LockHolder implements AutoCloseable {

  private static final String HELD = "held";

  private final Process process;

  private LockHolder(Process process) {
    this.process = process;
  }

  /** Starts the process; the lock is held when this returns. */
  static LockHolder start(Path file) {
    try {
      Path classes =
          Path.of(LockHolder.class.getProtectionDomain().getCodeSource().getLocation().getPath());
      Process process =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-cp",
                  classes.toString(),
                  LockHolder.class.getName(),
                  file.toString())
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      var output =
          new BufferedReader(
              new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
      String line = output.readLine();
      if (!HELD.equals(line)) {
        process.destroyForcibly();
        throw new AssertionError("no lock in another process: " + line);
      }
      return new LockHolder(process);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Kills the process. */
  @Override
  public void close() {
    process.destroyForcibly();
    process.onExit().join();
  }

  public static void main(String[] args) throws IOException {
    var channel =
        FileChannel.open(Path.of(args[0]), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    channel.lock();
    System.out.println(HELD);
    // ends together with the process that started it
    while (System.in.read() >= 0) {}
  }
}
