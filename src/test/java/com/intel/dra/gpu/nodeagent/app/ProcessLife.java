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
 * The life of one agent's process, as far as it changes anything outside itself. Each change of a
 * file, of sysfs or of the API server is a step, and the process can be killed before any step. A
 * dead process changes nothing any more, whatever its code still executes.
 *
 * <p>Killing a process after a step is the same as killing it before the next one, because only
 * memory changes between the two.
 */
public final class ProcessLife {

  /** Thrown out of a step to end the agent as a kill does: without cleaning up. */
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
   * @param step the first step that is not taken; counted from 1
   */
  static ProcessLife endingBefore(int step) {
    return new ProcessLife(step);
  }

  /** A change that throws the same exceptions as it does outside a {@link ProcessLife}. */
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

  /** Returns a description of each change so far. */
  public synchronized List<String> steps() {
    return List.copyOf(steps);
  }

  /** Returns the folder as this process sees it. */
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
