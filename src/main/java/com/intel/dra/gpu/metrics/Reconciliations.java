package com.intel.dra.gpu.metrics;

import com.intel.dra.gpu.metrics.Meters.Counters;
import com.intel.dra.gpu.metrics.Meters.Durations;
import com.intel.dra.kit.time.SteadyClock;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.javaoperatorsdk.operator.api.monitoring.Metrics;
import io.javaoperatorsdk.operator.api.reconciler.Constants;
import io.javaoperatorsdk.operator.api.reconciler.RetryInfo;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The figures of the operator SDK's reconciliations. They replace the SDK's own, whose labels are
 * the names of objects.
 */
public final class Reconciliations implements Metrics {

  private static final String SUCCESS = "success";
  private static final String ERROR = "error";

  private final Meters meters;
  private final Counters retries;
  private final Durations durations;
  private final InstantSource clock;
  private final ConcurrentHashMap<String, Load> loads = new ConcurrentHashMap<>();

  /** The start time of each reconciliation that runs now. */
  private final ConcurrentHashMap<Look, Instant> running = new ConcurrentHashMap<>();

  /** One reconciliation of one object; equal only to itself. */
  private static final class Look {}

  /**
   * The counts of one reconciler. Each submission ends once, whether or not a reconciliation was
   * run for it.
   */
  private record Load(AtomicInteger submitted, AtomicInteger running) {

    int queued() {
      return Math.max(0, submitted.get() - running.get());
    }
  }

  /**
   * @param reconcilers the names of the reconcilers
   */
  public Reconciliations(Meters meters, List<String> reconcilers) {
    this(meters, reconcilers, new SteadyClock());
  }

  public Reconciliations(Meters meters, List<String> reconcilers, InstantSource clock) {
    this.meters = meters;
    this.clock = clock;
    this.retries = meters.counters(Metric.RECONCILIATION_RETRIES, reconcilers);
    this.durations =
        meters.durations(Metric.RECONCILIATION_DURATION, reconcilers, List.of(SUCCESS, ERROR));
    reconcilers.forEach(this::load);
  }

  @Override
  public void reconciliationSubmitted(
      HasMetadata object, @Nullable RetryInfo retry, Map<String, Object> metadata) {
    String reconciler = reconciler(metadata);
    load(reconciler).submitted().incrementAndGet();
    if (retry != null) {
      retries.increment(reconciler);
    }
  }

  @Override
  public void reconciliationFinished(
      HasMetadata object, @Nullable RetryInfo retry, Map<String, Object> metadata) {
    load(reconciler(metadata)).submitted().decrementAndGet();
  }

  @Override
  public <T> T timeControllerExecution(ControllerExecution<T> execution) throws Exception {
    String reconciler = execution.controllerName();
    Load load = load(reconciler);
    load.running().incrementAndGet();
    var look = new Look();
    Instant begin = clock.instant();
    running.put(look, begin);
    boolean done = false;
    try {
      T result = execution.execute();
      done = true;
      return result;
    } finally {
      running.remove(look);
      durations.record(
          Duration.between(begin, clock.instant()), reconciler, done ? SUCCESS : ERROR);
      load.running().decrementAndGet();
    }
  }

  /** How long the oldest reconciliation that runs now has run; zero if none runs. */
  public Duration longestRunning() {
    Instant now = clock.instant();
    return running.values().stream()
        .filter(now::isAfter)
        .min(Instant::compareTo)
        .map(begin -> Duration.between(begin, now))
        .orElse(Duration.ZERO);
  }

  private Load load(String reconciler) {
    return loads.computeIfAbsent(reconciler, this::begin);
  }

  private Load begin(String reconciler) {
    var load = new Load(new AtomicInteger(), new AtomicInteger());
    meters.gauge(Metric.RECONCILIATIONS_QUEUED, load::queued, reconciler);
    meters.gauge(Metric.RECONCILIATIONS_RUNNING, load.running()::get, reconciler);
    return load;
  }

  private static String reconciler(Map<String, Object> metadata) {
    return String.valueOf(metadata.get(Constants.CONTROLLER_NAME));
  }
}
