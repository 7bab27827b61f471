package com.intel.dra.gpu.nodeagent;

import com.intel.dra.gpu.api.GpuAllocationState;
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
 * Whether the watch of the GAS shows what the API server has. The client opens it anew every 5 to
 * 10 minutes, from the last version that it saw, so that a watch which fell silent goes on. An
 * event that was lost for good, such as a deletion of which nobody tells, it never makes up for:
 * the kubelet ends such an agent, and the next one reads the GAS.
 */
@Liveness
@Singleton
class GasLiveness implements HealthCheck {

  /** Longer than any watch lags behind, and one read. */
  static final Duration PERIOD = Duration.ofMinutes(5);

  private static final Logger LOG = Logger.getLogger(GasLiveness.class);

  private final GasStore store;
  private final GasInformer informer;

  /** What the API server had at the last look, if the watch did not show it then. */
  private Optional<Difference> last = Optional.empty();

  private volatile boolean isBehind;

  /** Each is empty where there was no GAS. */
  private record Difference(
      Optional<GpuAllocationState> read, Optional<GpuAllocationState> shown) {}

  @Inject
  GasLiveness(GasStore store, GasInformer informer) {
    this.store = store;
    this.informer = informer;
  }

  /** To be called every {@link #PERIOD}. Blocks. What cannot be read says nothing. */
  synchronized void look() {
    boolean stillNotShown = last.filter(this::isNotShownYet).isPresent();
    if (stillNotShown && !isBehind) {
      LOG.errorf("The watch does not show what the GAS was %d minutes ago", PERIOD.toMinutes());
    }
    isBehind = stillNotShown;
    if (stillNotShown) {
      return;
    }
    try {
      Optional<GpuAllocationState> read = store.get();
      last = Optional.of(new Difference(read, informer.current())).filter(this::isNotShownYet);
    } catch (KubernetesClientException e) {
      last = Optional.empty();
      LOG.debugf("The GAS could not be compared with what is watched: %s", e.getMessage());
    }
  }

  private boolean isNotShownYet(Difference then) {
    Optional<GpuAllocationState> shown = informer.current();
    if (shown.isEmpty()) {
      return then.read().isPresent() && then.shown().isEmpty();
    }
    return then.read()
        .map(read -> version(shown.get()) < version(read))
        // it is gone, and the same one is shown
        .orElseGet(
            () -> Objects.equals(then.shown().map(GasLiveness::uid), shown.map(GasLiveness::uid)));
  }

  /** Versions of one kind are numbers that grow. */
  private static long version(GpuAllocationState gas) {
    return Long.parseUnsignedLong(gas.getMetadata().getResourceVersion());
  }

  private static String uid(GpuAllocationState gas) {
    return String.valueOf(gas.getMetadata().getUid());
  }

  @Override
  public HealthCheckResponse call() {
    boolean behind = isBehind;
    var response = HealthCheckResponse.named("gas-watch").status(!behind);
    if (behind) {
      response.withData("reason", "the watch of the GAS has not shown a change for minutes");
    }
    return response.build();
  }
}
