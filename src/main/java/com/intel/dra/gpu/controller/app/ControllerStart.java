package com.intel.dra.gpu.controller.app;

import com.intel.dra.gpu.client.KeptTimerThread;
import com.intel.dra.gpu.controller.cluster.ClusterView;
import com.intel.dra.gpu.controller.leader.Leadership;
import com.intel.dra.gpu.controller.placing.ControllerMetrics;
import com.intel.dra.gpu.mode.DraMode;
import com.intel.dra.gpu.mode.DraModeChoice;
import com.intel.dra.gpu.mode.ServedWatch;
import com.intel.dra.kit.served.ServedApi;
import com.intel.dra.kit.time.PeriodicTask;
import io.javaoperatorsdk.operator.Operator;
import io.quarkus.arc.profile.IfBuildProfile;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.health.Liveness;
import org.jboss.logging.Logger;

/**
 * Starts the operator if this driver allocates, as soon as the API server says so. If the scheduler
 * allocates, the APIs that the operator watches do not exist; then the {@link ExplainerStart
 * explainer} is started, if it is switched on.
 */
@Singleton
@IfBuildProfile("controller")
class ControllerStart {

  private static final Logger LOG = Logger.getLogger(ControllerStart.class);

  /** Runs after everything that the reconcilers need has started. */
  private static final int LAST = 3123;

  /** Runs before the operator SDK, which stops the operator at 2500. */
  private static final int BEFORE_THE_OPERATOR = 1000;

  private final Operator operator;
  private final ControllerMetrics metrics;
  private final Leadership leadership;
  private final LeaderElection election;
  private final WatchLiveness watches;
  private final ClusterView view;
  private final DraModeChoice choice;
  private final ServedApi api;
  private final ExplainerStart explainer;
  private volatile Optional<DraMode> mode = Optional.empty();
  private volatile Optional<String> problem = Optional.empty();
  private volatile Optional<Thread> starting = Optional.empty();
  private volatile Optional<PeriodicTask> watching = Optional.empty();

  ControllerStart(
      Operator operator,
      ControllerMetrics metrics,
      Leadership leadership,
      LeaderElection election,
      @Liveness WatchLiveness watches,
      ClusterView view,
      DraModeChoice choice,
      ServedApi api,
      ExplainerStart explainer) {
    this.operator = operator;
    this.metrics = metrics;
    this.leadership = leadership;
    this.election = election;
    this.watches = watches;
    this.view = view;
    this.choice = choice;
    this.api = api;
    this.explainer = explainer;
  }

  /** Empty until the mode is known. */
  Optional<DraMode> mode() {
    return mode;
  }

  /** Whether this process has something to do in structured mode. */
  boolean explains() {
    return explainer.isOn();
  }

  /** The kinds that the explainer has no right to read. */
  List<String> unreadable() {
    return explainer.unreadable();
  }

  /** Why the controller cannot work with what the API server serves; empty if it can. */
  Optional<String> problem() {
    return problem;
  }

  /** Does not wait for the API server, so that the health probes are answered meanwhile. */
  void start(@Observes @Priority(LAST) StartupEvent event) {
    metrics.show(leadership, view);
    starting = Optional.of(Thread.ofVirtual().name("start").start(this::startOrEnd));
  }

  /**
   * Ends all writes before it gives up the lead. This process does not take the lead again, because
   * JOSDK's election, which does not give up the lead itself (5.3.2), ends with the operator.
   */
  void stop(@Observes @Priority(BEFORE_THE_OPERATOR) ShutdownEvent event) {
    leadership.end();
    starting.ifPresent(Thread::interrupt);
    watching.ifPresent(PeriodicTask::close);
    explainer.stop();
    operator.stop();
    leadership.giveUp();
  }

  private void startOrEnd() {
    try {
      DraMode known = choice.make(Optional::empty, reason -> problem = Optional.of(reason));
      problem = Optional.empty();
      metrics.mode(known);
      mode = Optional.of(known);
      watching =
          Optional.of(
              PeriodicTask.start(
                  "served-api",
                  ServedWatch.PERIOD,
                  new ServedWatch(choice, api, known, new Consequences())::look));
      switch (known) {
        case CLASSIC -> {
          election.prepare();
          operator.start();
          KeptTimerThread.in(
              operator
                  .getConfigurationService()
                  .getExecutorServiceManager()
                  .scheduledExecutorService());
          election.begun();
          watches.begin();
        }
        case STRUCTURED -> {
          if (explainer.isOn()) {
            LOG.info("The scheduler allocates GPUs; the controller says why pods wait for them.");
            explainer.begin();
          } else {
            LOG.info(
                "The controller is not needed in this cluster and does nothing: the scheduler"
                    + " allocates GPUs. Its Deployment can be deleted.");
          }
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      LOG.error("The operator could not be started", e);
      Quarkus.asyncExit(1);
    }
  }

  /** The next process chooses the mode again: this one cannot start or end its operator twice. */
  private final class Consequences implements ServedWatch.Consequences {

    @Override
    public void sameMode() {
      problem = Optional.empty();
    }

    /** The informers go on: their next requests go to the other version. */
    @Override
    public void otherVersion() {}

    @Override
    public void otherMode(String reason) {
      LOG.warnf("The controller ends, to be started again: %s", reason);
      Quarkus.asyncExit(0);
    }

    @Override
    public void unusable(String reason) {
      LOG.errorf("The controller cannot allocate: %s", reason);
      problem = Optional.of(reason);
    }
  }
}
