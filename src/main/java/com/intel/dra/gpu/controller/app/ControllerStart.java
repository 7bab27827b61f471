package com.intel.dra.gpu.controller.app;

import com.intel.dra.gpu.client.KeptTimerThread;
import com.intel.dra.gpu.controller.cluster.ClusterView;
import com.intel.dra.gpu.controller.leader.Leadership;
import com.intel.dra.gpu.controller.placing.ControllerMetrics;
import com.intel.dra.gpu.mode.DraMode;
import com.intel.dra.gpu.mode.DraModeChoice;
import com.intel.dra.gpu.mode.DraModeSetting;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.javaoperatorsdk.operator.Operator;
import io.quarkus.arc.profile.IfBuildProfile;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.microprofile.health.Liveness;
import org.jboss.logging.Logger;

/**
 * Starts the operator if this driver allocates, as soon as the API server says so. If the scheduler
 * allocates, the controller has nothing to do, and the APIs that it watches do not exist.
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
  private final KubernetesClient client;
  private final ControllerMetrics metrics;
  private final Leadership leadership;
  private final LeaderElection election;
  private final WatchLiveness watches;
  private final ClusterView view;
  private final DraModeSetting setting;
  private volatile Optional<DraMode> mode = Optional.empty();
  private volatile Optional<Thread> starting = Optional.empty();

  ControllerStart(
      Operator operator,
      KubernetesClient client,
      ControllerMetrics metrics,
      Leadership leadership,
      LeaderElection election,
      @Liveness WatchLiveness watches,
      ClusterView view,
      @ConfigProperty(name = "gpu.dra-mode", defaultValue = "auto") DraModeSetting setting) {
    this.operator = operator;
    this.client = client;
    this.metrics = metrics;
    this.leadership = leadership;
    this.election = election;
    this.watches = watches;
    this.view = view;
    this.setting = setting;
  }

  /** Empty until the mode is known. */
  Optional<DraMode> mode() {
    return mode;
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
    operator.stop();
    leadership.giveUp();
  }

  private void startOrEnd() {
    try {
      DraMode known = DraModeChoice.make(setting, client, Optional::empty);
      metrics.mode(known);
      mode = Optional.of(known);
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
        case STRUCTURED ->
            LOG.info(
                "The controller is not needed in this cluster and does nothing: the scheduler"
                    + " allocates GPUs. Its Deployment can be deleted.");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      LOG.error("The operator could not be started", e);
      Quarkus.asyncExit(1);
    }
  }
}
