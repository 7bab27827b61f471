package com.intel.dra.gpu.simulator.program;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;

/** The program that simulates GPUs on a node; {@code --help} shows its usage. */
public final class SimulatorMain {

  private SimulatorMain() {}

  public static void main(String[] arguments) {
    CountDownLatch stop = new CountDownLatch(1);
    CompletableFuture<Integer> exitCode = new CompletableFuture<>();
    // The JVM would exit with 143 after SIGTERM, but a requested stop is no failure. The hook also
    // runs when main ends by itself; then it finds the exit code.
    Runtime.getRuntime()
        .addShutdownHook(
            Thread.ofPlatform()
                .unstarted(
                    () -> {
                      stop.countDown();
                      int code = exitCode.join();
                      System.out.flush();
                      System.err.flush();
                      Runtime.getRuntime().halt(code);
                    }));
    int code = Simulator.FAILED;
    try {
      code = new Simulator(System.out, System.err, stop).run(List.of(arguments));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      exitCode.complete(code);
    }
    System.exit(code);
  }
}
