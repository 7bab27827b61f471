package com.intel.dra.gpu.controller.app;

import com.intel.dra.gpu.controller.leader.ElectionTimes;
import com.intel.dra.gpu.controller.leader.Leadership;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderCallbacks;
import io.javaoperatorsdk.operator.api.config.LeaderElectionConfiguration;
import io.quarkus.arc.profile.IfBuildProfile;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * Reacts when this process becomes the leader, and when it does not lead any more. JOSDK decides
 * which process leads: its informers run in every replica, and its reconcilers only in the leader.
 *
 * <p>JOSDK's election notices late that the lead was lost if its own requests hang or the system's
 * clock jumps. Therefore the leader also asks the API server itself, on a thread of its own. It
 * ends when another process leads, or when the API server has not confirmed its lead for as long as
 * the Lease lasts. If the election has ended without a report, the process ends, too ({@link
 * ElectionWatch}); the kubelet starts it again, and a new election begins.
 */
@Singleton
@IfBuildProfile("controller")
class LeaderElection {

  private static final Logger LOG = Logger.getLogger(LeaderElection.class);

  private final Leadership leadership;
  private final LeaderDuties duties;
  private final ElectionWatch watch;

  /**
   * One thread for each of the two checks, so that neither waits for the other's answer. They are
   * platform threads, other than those of PeriodicTask, so that virtual threads that are busy do
   * not delay them.
   */
  private final ScheduledExecutorService guard =
      Executors.newScheduledThreadPool(
          2, Thread.ofPlatform().name("leader-guard-", 0).daemon().factory());

  LeaderElection(Leadership leadership, LeaderDuties duties, ElectionWatch watch) {
    this.leadership = leadership;
    this.duties = duties;
    this.watch = watch;
  }

  /** To be called before the operator, and with it the election, is started. May block. */
  void prepare() {
    watch.prepare();
  }

  /** To be called after the operator has started, which takes long in a large cluster. */
  void begun() {
    var _ =
        guard.scheduleWithFixedDelay(
            this::look, 0, ElectionTimes.RETRY_PERIOD.toMillis(), TimeUnit.MILLISECONDS);
  }

  LeaderElectionConfiguration configuration(String namespace) {
    // JOSDK's own exit would wait forever if the process is ending already
    return new LeaderElectionConfiguration(
        ElectionTimes.LEASE,
        namespace,
        ElectionTimes.LEASE_DURATION,
        ElectionTimes.RENEW_DEADLINE,
        ElectionTimes.RETRY_PERIOD,
        leadership.identity(),
        callbacks(duties::begin),
        false);
  }

  /**
   * For an election that was not made by {@link #configuration}.
   *
   * @param whenLeading must not block
   */
  LeaderCallbacks callbacks(Runnable whenLeading) {
    return new LeaderCallbacks(() -> begin(whenLeading), this::lost, LeaderElection::tell);
  }

  /** JOSDK starts the reconcilers after this method. */
  private void begin(Runnable whenLeading) {
    LOG.infof("This controller leads: %s", leadership.identity());
    leadership.begin();
    var _ =
        guard.scheduleWithFixedDelay(
            this::check, 0, ElectionTimes.RETRY_PERIOD.toMillis(), TimeUnit.MILLISECONDS);
    whenLeading.run();
  }

  private void look() {
    try {
      watch.look().ifPresent(this::electionEnded);
    } catch (RuntimeException | Error e) {
      LOG.error("Defect while checking that the election continues", e);
    }
  }

  private void electionEnded(String sign) {
    if (!leadership.hasEnded()) {
      LOG.errorf(
          "The election seems to have stopped in this controller, which therefore exits: %s", sign);
      Runtime.getRuntime().halt(1);
    }
  }

  private void check() {
    try {
      if (!leadership.confirm()) {
        lost();
      }
    } catch (KubernetesClientException e) {
      if (leadership.unconfirmedFor().compareTo(ElectionTimes.LEASE_DURATION) >= 0) {
        lost();
      }
    } catch (RuntimeException | Error e) {
      LOG.error("Defect while reading which controller leads", e);
    }
  }

  /**
   * Ends the process at once, without an orderly shutdown, because what this process knows may be
   * outdated.
   */
  private void lost() {
    if (!leadership.hasEnded()) {
      LOG.errorf("This controller does not lead any more and exits: %s", leadership.identity());
      Runtime.getRuntime().halt(1);
    }
  }

  private static void tell(String leader) {
    if (leader != null && !leader.isEmpty()) {
      LOG.infof("The leader is %s", leader);
    }
  }

  @PreDestroy
  void stop() {
    guard.shutdownNow();
  }
}
