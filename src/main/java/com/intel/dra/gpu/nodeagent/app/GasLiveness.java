package com.intel.dra.gpu.nodeagent.app;

import com.intel.dra.gpu.api.GpuAllocationState;
import com.intel.dra.gpu.nodeagent.gas.GasInformer;
import com.intel.dra.gpu.nodeagent.gas.GasStore;
import com.intel.dra.kit.client.ResourceVersions;
import io.fabric8.kubernetes.client.KubernetesClientException;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Liveness;
import org.jboss.logging.Logger;

/**
 * Checks that the watch of the GAS shows what the API server has. The client opens the watch anew
 * every 5 to 10 minutes, from the last version that it saw, so a watch that fell silent continues.
 * The watch never recovers an event that was lost for good, such as a deletion that was not
 * signalled. It also shows nothing of an API server whose versions are lower than before, because
 * it was restored from a backup. In these cases the kubelet restarts the agent, and the new agent
 * reads the GAS.
 */
@Liveness
@Singleton
class GasLiveness implements HealthCheck {

  /** Longer than the delay of any watch plus one read. */
  static final Duration PERIOD = Duration.ofMinutes(5);

  private static final Logger LOG = Logger.getLogger(GasLiveness.class);

  private final GasStore store;
  private final GasInformer informer;

  /** What the API server had at the last comparison, if the watch did not show just that then. */
  private Optional<Difference> last = Optional.empty();

  private volatile boolean isBehind;

  /** Each is empty if there was no GAS. */
  private record Difference(Optional<GpuAllocationState> read, Optional<GpuAllocationState> shown) {

    /** Whether a newer version was shown; usual once, if it was written after the read. */
    boolean isAhead() {
      return read.isPresent()
          && shown.isPresent()
          && ResourceVersions.isOlder(read.get(), shown.get());
    }

    /** Whether that was so at both times, and nothing was written between them. */
    boolean isAheadAs(Difference before) {
      return isAhead()
          && before.isAhead()
          && ResourceVersions.areSame(shown.orElseThrow(), before.shown().orElseThrow());
    }
  }

  @Inject
  GasLiveness(GasStore store, GasInformer informer) {
    this.store = store;
    this.informer = informer;
  }

  /** Call this every {@link #PERIOD}. Blocks. A read that fails changes nothing. */
  synchronized void look() {
    boolean behind = last.filter(this::isNotShownYet).isPresent();
    if (!behind) {
      Optional<Difference> before = last;
      last = difference();
      behind = last.filter(now -> before.filter(now::isAheadAs).isPresent()).isPresent();
    }
    if (behind && !isBehind) {
      LOG.errorf(
          "The watch of the GAS does not show it as it was %d minutes ago", PERIOD.toMinutes());
    }
    isBehind = behind;
  }

  private Optional<Difference> difference() {
    try {
      Optional<GpuAllocationState> read = store.get();
      return Optional.of(new Difference(read, informer.current()))
          .filter(now -> isNotShownYet(now) || now.isAhead());
    } catch (KubernetesClientException e) {
      LOG.debugf(
          "The watched GAS could not be compared with that at the API server: %s", e.getMessage());
      return Optional.empty();
    }
  }

  private boolean isNotShownYet(Difference then) {
    Optional<GpuAllocationState> shown = informer.current();
    if (shown.isEmpty()) {
      return then.read().isPresent() && then.shown().isEmpty();
    }
    return then.read()
        .map(read -> ResourceVersions.isOlder(shown.get(), read))
        // the GAS is gone at the API server, but the watch still shows the same one
        .orElseGet(
            () -> Objects.equals(then.shown().map(GasLiveness::uid), shown.map(GasLiveness::uid)));
  }

  private static String uid(GpuAllocationState gas) {
    return String.valueOf(gas.getMetadata().getUid());
  }

  @Override
  public HealthCheckResponse call() {
    boolean behind = isBehind;
    var response = HealthCheckResponse.named("gas-watch").status(!behind);
    if (behind) {
      response.withData("reason", "the watch of the GAS has been missing a change for minutes");
    }
    return response.build();
  }
}
