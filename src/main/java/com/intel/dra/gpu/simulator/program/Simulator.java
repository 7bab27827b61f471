package com.intel.dra.gpu.simulator.program;

import com.intel.dra.gpu.simulator.folder.MknodException;
import com.intel.dra.gpu.simulator.folder.UnusableRootException;
import com.intel.dra.gpu.simulator.topology.PciPlacement;
import com.intel.dra.gpu.simulator.topology.PlacedGpu;
import com.intel.dra.gpu.simulator.topology.SimulatedGpu;
import com.intel.dra.gpu.simulator.topology.Topology;
import com.intel.dra.gpu.simulator.topology.TopologyChange;
import com.intel.dra.gpu.simulator.topology.TopologyFile;
import com.intel.dra.kit.time.SleepingClock;
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
    return switch (SimulatorArguments.parse(arguments)) {
      case SimulatorArguments.Help() -> {
        out.print(SimulatorArguments.USAGE);
        yield OK;
      }
      case SimulatorArguments.Wrong(String why) -> {
        err.println(why);
        err.print(SimulatorArguments.USAGE);
        yield BAD_INPUT;
      }
      case SimulatorArguments.Run run -> simulate(run);
    };
  }

  private int simulate(SimulatorArguments.Run run) throws InterruptedException {
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

  private int simulate(SimulatorArguments.Run run, TopologyFile file, Topology topology)
      throws InterruptedException {
    try (SimulatedNode node = create(run, topology)) {
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

  private SimulatedNode create(SimulatorArguments.Run run, Topology topology) throws IOException {
    return switch (run.sysfs()) {
      case PLAIN_FILES -> FolderNode.create(run.root(), topology, run.deviceNodes());
      case SERVED ->
          FuseNode.create(
              run.root(), topology, run.deviceNodes(), SleepingClock.SYSTEM, out::println);
    };
  }

  private void say(PlacedGpu placed, String what) {
    SimulatedGpu gpu = placed.gpu();
    PciPlacement placement = placed.placement();
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
