package com.intel.dra.gpu.nodeagent.vfs;

import com.intel.dra.gpu.device.Gpu;
import com.intel.dra.gpu.nodeagent.devices.AttemptFailure;
import com.intel.dra.gpu.nodeagent.devices.VfHostState;
import com.intel.dra.gpu.nodeagent.devices.VfHostState.MakingFailed;
import com.intel.dra.gpu.nodeagent.devices.VfHostState.RemovalFailed;
import com.intel.dra.gpu.nodeagent.devices.VfHosts;
import com.intel.dra.gpu.nodeagent.gas.GasInformer;
import com.intel.dra.gpu.nodeagent.tell.AgentMetrics;
import com.intel.dra.kit.time.Stopwatch;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * Carries out on a thread what was decided about a GPU. Afterwards it puts the outcome into {@link
 * VfHosts}, counts it, and has the GAS looked at again.
 */
@Singleton
public class VfAttempts {

  private static final Logger LOG = Logger.getLogger(VfAttempts.class);

  private final VfHardware hardware;
  private final VfThreads threads;
  private final VfHosts hosts;
  private final VfRetries retries;
  private final GasInformer gasInformer;
  private final AgentMetrics metrics;

  @Inject
  public VfAttempts(
      VfHardware hardware,
      VfThreads threads,
      VfHosts hosts,
      VfRetries retries,
      GasInformer gasInformer,
      AgentMetrics metrics) {
    this.hardware = hardware;
    this.threads = threads;
    this.hosts = hosts;
    this.retries = retries;
    this.gasInformer = gasInformer;
    this.metrics = metrics;
  }

  /** Starts the work; a thread that cannot be had is a failed attempt. */
  void start(VfStep step) {
    try {
      threads.start(step.gpu(), () -> carryOut(step));
    } catch (RuntimeException | OutOfMemoryError e) {
      boolean remains =
          switch (step) {
            case VfStep.Make make -> make.decision().remains() != VfHostDecision.Remains.NOTHING;
            case VfStep.Remove _ -> true;
          };
      finish(
          step,
          new VfHardware.Outcome.Failed("no thread could be started for it: " + e, remains),
          Duration.ZERO);
    }
  }

  private void carryOut(VfStep step) {
    Gpu gpu = step.gpu();
    VfHardware.Outcome outcome;
    Stopwatch time = Stopwatch.start();
    try {
      outcome =
          switch (step) {
            case VfStep.Make make -> {
              LOG.infof("Making VFs of GPU %s: %s", gpu.uid(), make.decision().profile().name());
              yield hardware.make(gpu, make.decision());
            }
            case VfStep.Remove _ -> {
              LOG.infof("Removing the VFs of GPU %s: no claim needs them", gpu.uid());
              yield hardware.remove(gpu);
            }
          };
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // the agent ends; the record says what was begun
      return;
    } catch (RuntimeException | LinkageError | VirtualMachineError e) {
      // without an outcome the GPU would stay busy until the agent ends
      LOG.errorf(e, "Defect while changing the VFs of GPU %s", gpu.uid());
      outcome = new VfHardware.Outcome.Failed("defect: " + e, true);
    }
    finish(step, outcome, time.elapsed());
  }

  private void finish(VfStep step, VfHardware.Outcome outcome, Duration took) {
    count(step, outcome, took);
    hosts.set(step.gpu().uid(), after(step, outcome));
    gasInformer.reconcileSoon();
  }

  private void count(VfStep step, VfHardware.Outcome outcome, Duration took) {
    if (outcome instanceof VfHardware.Outcome.Obsolete) {
      retries.wasUseless(step.gpu().uid());
      return;
    }
    retries.forgetUseless(step.gpu().uid());
    boolean success = !(outcome instanceof VfHardware.Outcome.Failed);
    switch (step) {
      case VfStep.Make _ -> metrics.vfsMade(success, took);
      case VfStep.Remove _ -> metrics.vfsRemoved(success, took);
    }
  }

  /** What goes on with the GPU after the attempt; empty when nothing does. */
  private Optional<VfHostState> after(VfStep step, VfHardware.Outcome outcome) {
    Gpu gpu = step.gpu();
    return switch (outcome) {
      case VfHardware.Outcome.Made(int numVfs) -> {
        LOG.infof("Made %d VFs of GPU %s", numVfs, gpu.uid());
        retries.made(gpu.uid());
        yield Optional.empty();
      }
      case VfHardware.Outcome.Removed() -> {
        LOG.infof("Removed the VFs of GPU %s", gpu.uid());
        yield Optional.empty();
      }
      case VfHardware.Outcome.Obsolete() -> {
        LOG.infof(
            "The VFs of GPU %s stay as they are, because they or their claims have changed meanwhile",
            gpu.uid());
        yield step.before();
      }
      case VfHardware.Outcome.Failed(String message, boolean left) ->
          Optional.of(failed(step, message, left));
    };
  }

  /** Logs a failure only if it is another one than the last. */
  private VfHostState failed(VfStep step, String message, boolean leftSomething) {
    Optional<AttemptFailure> previous = step.before().flatMap(VfHostState::lastFailure);
    boolean isNew = previous.filter(last -> last.message().equals(message)).isEmpty();
    AttemptFailure failure = retries.failure(previous, message);
    return switch (step) {
      case VfStep.Make make -> {
        if (isNew) {
          LOG.errorf(
              "The VFs of GPU %s could not be made, trying again: %s", make.gpu().uid(), message);
        }
        retries.couldNotBeMade(make.gpu().uid());
        yield new MakingFailed(failure, make.decision().profile(), make.held(), leftSomething);
      }
      case VfStep.Remove remove -> {
        if (isNew) {
          LOG.errorf(
              "The VFs of GPU %s could not be removed, trying again; the GPU is not offered"
                  + " meanwhile: %s",
              remove.gpu().uid(), message);
        }
        yield new RemovalFailed(failure);
      }
    };
  }
}
