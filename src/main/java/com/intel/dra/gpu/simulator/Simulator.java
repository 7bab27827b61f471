package com.intel.dra.gpu.simulator;

import com.intel.dra.gpu.sysfs.WaitClock;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** The simulator program without the handling of its process. */
final class Simulator {

  static final int OK = 0;
  static final int FAILED = 1;
  static final int BAD_INPUT = 2;

  private static final Duration TIME_BETWEEN_LOOKS = Duration.ofSeconds(1);

  private final PrintStream out;
  private final PrintStream err;
  private final CountDownLatch stop;

  /**
   * @param stop counted down when the GPUs must be removed and the program must end
   */
  Simulator(PrintStream out, PrintStream err, CountDownLatch stop) {
    this.out = out;
    this.err = err;
    this.stop = stop;
  }

  /** Runs until it is told to stop; returns the exit code. */
  int run(List<String> arguments) throws InterruptedException {
    return switch (CommandLine.parse(arguments)) {
      case CommandLine.Help() -> {
        out.print(CommandLine.USAGE);
        yield OK;
      }
      case CommandLine.Wrong(String why) -> {
        err.println(why);
        err.print(CommandLine.USAGE);
        yield BAD_INPUT;
      }
      case CommandLine.Run run -> simulate(run);
    };
  }

  private int simulate(CommandLine.Run run) throws InterruptedException {
    TopologyFile file = new TopologyFile(run.topology());
    return switch (file.look()) {
      case TopologyFile.Changed(Topology topology) -> simulate(run, file, topology);
      case TopologyFile.Unusable(String why) -> {
        err.println(why);
        yield BAD_INPUT;
      }
      case TopologyFile.Unchanged() -> throw new IllegalStateException("first look at the file");
    };
  }

  private int simulate(CommandLine.Run run, TopologyFile file, Topology topology)
      throws InterruptedException {
    try (Node node = create(run, topology)) {
      node.gpus().forEach(gpu -> say(gpu, "appeared"));
      out.println("ready: " + node.gpus().size() + " GPUs below " + run.root());
      while (!stop.await(TIME_BETWEEN_LOOKS.toMillis(), TimeUnit.MILLISECONDS)) {
        switch (file.look()) {
          case TopologyFile.Unchanged() -> node.tick();
          case TopologyFile.Changed(Topology changed) -> {
            TopologyChange change = node.apply(changed);
            change.vanished().forEach(gpu -> say(gpu, "vanished"));
            change.appeared().forEach(gpu -> say(gpu, "appeared"));
          }
          case TopologyFile.Unusable(String why) ->
              err.println(why + System.lineSeparator() + "the GPUs stay as they are");
        }
      }
      return OK;
    } catch (UnusableRootException e) {
      err.println(e.getMessage());
      return BAD_INPUT;
    } catch (MknodException | UnmountableException e) {
      err.println(e.getMessage());
      return FAILED;
    } catch (IOException e) {
      err.println("failed: " + e);
      return FAILED;
    }
  }

  private Node create(CommandLine.Run run, Topology topology) throws IOException {
    return switch (run.sysfs()) {
      case PLAIN_FILES -> SimulatedNode.create(run.root(), topology, run.deviceNodes());
      case SERVED ->
          ServedNode.create(
              run.root(), topology, run.deviceNodes(), WaitClock.SYSTEM, out::println);
    };
  }

  private void say(PlacedGpu placed, String what) {
    SimulatedGpu gpu = placed.gpu();
    Placement placement = placed.placement();
    out.println(
        "%s %s: model %s, driver %s, %d MiB, up to %d VFs, %s, %s"
            .formatted(
                gpu.address(),
                what,
                gpu.model(),
                gpu.driver().sysfsName(),
                gpu.memoryMiB(),
                gpu.maxVfs(),
                placement.cardName(),
                placement.renderName()));
  }
}
