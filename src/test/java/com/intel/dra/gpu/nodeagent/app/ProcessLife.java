package com.intel.dra.gpu.nodeagent.app;

import com.intel.dra.gpu.nodeagent.config.AgentConfig;
import com.intel.dra.gpu.nodeagent.gas.GasStore;
import com.intel.dra.gpu.nodeagent.gas.TestingGasStore;
import com.intel.dra.gpu.sysfs.files.AttributeWriter;
import java.io.Serial;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The life of one agent's process, as far as it changes anything outside itself: each change of a
 * file, of sysfs and of the API server is a step, before any of which it can be killed. What is
 * dead changes nothing any more, whatever its code still does on the way out.
 *
 * <p>To be killed after a step is to be killed before the next one: between the two only memory
 * changes.
 */
public final class ProcessLife {

  /** Thrown out of a step, at which an agent ends as a killed one does: without cleaning up. */
  public static final class AgentDied extends Error {

    @Serial private static final long serialVersionUID = 1L;
  }

  private static final int NEVER = Integer.MAX_VALUE;

  private final int end;
  private final List<String> steps = new ArrayList<>();
  private boolean dead;

  private ProcessLife(int end) {
    this.end = end;
  }

  public static ProcessLife untilItIsOver() {
    return new ProcessLife(NEVER);
  }

  /**
   * @param step from 1: the first that is not taken
   */
  static ProcessLife endingBefore(int step) {
    return new ProcessLife(step);
  }

  /** A change that can fail as it does without anybody who counts. */
  @FunctionalInterface
  interface Change<R, X extends Exception> {
    R make() throws X;
  }

  synchronized <R, X extends Exception> R step(String what, Change<R, X> change) throws X {
    requireAlive();
    if (steps.size() + 1 >= end) {
      dead = true;
      throw new AgentDied();
    }
    steps.add(what);
    return change.make();
  }

  synchronized void requireAlive() {
    if (dead) {
      throw new AgentDied();
    }
  }

  synchronized boolean hasEnded() {
    return dead;
  }

  /** What was changed so far, in words. */
  public synchronized List<String> steps() {
    return List.copyOf(steps);
  }

  /** The folder as this process sees it. */
  public Path disk(Path folder) {
    return new StepwiseFileSystem(this).wrap(folder);
  }

  AttributeWriter sysfs(AttributeWriter kernel) {
    return (file, value) ->
        step(
            "sysfs %s=%s".formatted(file.getFileName(), value),
            () -> {
              kernel.write(file, value);
              return true;
            });
  }

  GasStore apiServer(TestingGasStore server, AgentConfig config) {
    return new StepwiseGasStore(this, server, config);
  }
}
