package com.intel.dra.gpu.nodeagent.app;

import com.intel.dra.gpu.api.EventReason;
import com.intel.dra.gpu.mode.DraMode;
import com.intel.dra.gpu.mode.DraModeChoice;
import com.intel.dra.gpu.mode.ServedWatch;
import com.intel.dra.gpu.nodeagent.publish.SlicePublisher;
import com.intel.dra.gpu.nodeagent.state.PreparedClaim;
import com.intel.dra.gpu.nodeagent.state.PreparedClaims;
import com.intel.dra.gpu.nodeagent.tell.NodeEvents;
import com.intel.dra.kit.served.ServedApi;
import com.intel.dra.kit.time.PeriodicTask;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Collection;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/**
 * Follows the API server when it is upgraded. If the cluster uses another mode then, this agent
 * ends, so that the next one chooses again, but not while claims are prepared here: the next agent
 * would not know them, and would offer their devices.
 */
@Singleton
class ClusterWatch implements ServedWatch.Consequences {

  private static final Logger LOG = Logger.getLogger(ClusterWatch.class);

  /** An upgrade may bring features without another version. */
  private static final Duration RELEASE_PERIOD = Duration.ofMinutes(1);

  private static final int MOST_NAMES = 5;

  private final ServedWatch watch;
  private final DraMode mode;
  private final PreparedClaims prepared;
  private final SlicePublisher slices;
  private final NodeEvents events;
  private final Runnable end;
  private final Deque<PeriodicTask> tasks = new ConcurrentLinkedDeque<>();
  private volatile Optional<String> problem = Optional.empty();
  private String told = "";

  @Inject
  ClusterWatch(
      DraModeChoice choice,
      ServedApi api,
      DraMode mode,
      PreparedClaims prepared,
      SlicePublisher slices,
      NodeEvents events) {
    this(choice, api, mode, prepared, slices, events, () -> Quarkus.asyncExit(0));
  }

  /**
   * @param end ends the process in an orderly way
   */
  ClusterWatch(
      DraModeChoice choice,
      ServedApi api,
      DraMode mode,
      PreparedClaims prepared,
      SlicePublisher slices,
      NodeEvents events,
      Runnable end) {
    this.watch = new ServedWatch(choice, api, mode, this);
    this.mode = mode;
    this.prepared = prepared;
    this.slices = slices;
    this.events = events;
    this.end = end;
  }

  void start(@Observes StartupEvent event) {
    tasks.add(PeriodicTask.start("served-api", ServedWatch.PERIOD, this::look));
    switch (mode) {
      case CLASSIC -> {}
      case STRUCTURED ->
          tasks.add(
              PeriodicTask.start(
                  "api-server-release", RELEASE_PERIOD, slices::lookAtTheReleaseAgain));
    }
  }

  void stop(@Observes ShutdownEvent event) {
    tasks.forEach(PeriodicTask::close);
  }

  /** Call this periodically. Blocks. */
  void look() {
    watch.look();
  }

  /** Why nothing new can be served; empty if it can. */
  Optional<String> problem() {
    return problem;
  }

  @Override
  public void sameMode() {
    problem = Optional.empty();
    told = "";
  }

  @Override
  public void otherVersion() {
    slices.chooseAgain();
  }

  @Override
  public void otherMode(String reason) {
    boolean areKnown = prepared.isComplete();
    Collection<PreparedClaim> here = prepared.all().values();
    if (here.isEmpty() && areKnown) {
      LOG.warnf("The agent ends, to be started again: %s", reason);
      end.run();
      return;
    }
    problem = Optional.of(reason);
    if (!reason.equals(told)) {
      told = reason;
      events.tell(
          EventReason.CLUSTER_CHANGED,
          areKnown
              ? "%s: it ends when the %d claims that are prepared on this node are released (%s)"
                  .formatted(
                      reason,
                      here.size(),
                      here.stream()
                          .limit(MOST_NAMES)
                          .map(claim -> claim.namespace() + "/" + claim.name())
                          .sorted()
                          .collect(Collectors.joining(", ")))
              : "%s: it ends when it is known which claims are prepared on this node, and none is"
                  .formatted(reason));
    }
  }

  @Override
  public void unusable(String reason) {
    problem = Optional.of(reason);
    events.tell(EventReason.UNSUPPORTED_KUBERNETES, reason);
  }
}
