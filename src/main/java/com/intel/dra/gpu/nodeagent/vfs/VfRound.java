package com.intel.dra.gpu.nodeagent.vfs;

import com.intel.dra.gpu.api.GpuAllocationState;
import com.intel.dra.gpu.nodeagent.devices.VfHosts;
import com.intel.dra.gpu.nodeagent.gas.GasPatch;
import java.util.List;
import java.util.Optional;

/**
 * What was decided on one state of the GAS. {@link VfHosts} tells of it at once, so that the GAS
 * can be written; the work on the hardware begins when the round is closed, and only if the GAS was
 * written before:
 *
 * <pre>{@code
 * try (VfRound round = provisioner.decide(gas)) {
 *   // write the GAS; if that failed, return or throw
 *   round.gasIsWritten();
 * }
 * }</pre>
 */
public final class VfRound implements AutoCloseable {

  private final List<VfStep> steps;
  private final VfAttempts attempts;
  private final VfHosts hosts;
  private boolean written;

  VfRound(List<VfStep> steps, VfAttempts attempts, VfHosts hosts) {
    this.steps = List.copyOf(steps);
    this.attempts = attempts;
    this.hosts = hosts;
  }

  /** What is to be written when the GAS seems to say it all already; empty if no work begins. */
  public Optional<String> confirmation(GpuAllocationState gas) {
    return steps.isEmpty() ? Optional.empty() : Optional.of(GasPatch.confirming(gas));
  }

  /**
   * Call this when the GAS says what was decided, and nothing else was written to it since the
   * state that was decided on.
   */
  public void gasIsWritten() {
    written = true;
  }

  /** Starts the work if the GAS was written; else takes back what was decided. */
  @Override
  public void close() {
    if (written) {
      steps.forEach(attempts::start);
    } else {
      steps.forEach(step -> hosts.set(step.gpu().uid(), step.before()));
    }
  }
}
