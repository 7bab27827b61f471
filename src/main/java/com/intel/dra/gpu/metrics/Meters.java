package com.intel.dra.gpu.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * Makes the meters of one application, only those of the catalogue. Series whose label values are
 * known exist from the start, with 0, because an alert would not see an increase of a counter that
 * only appears with its first error.
 */
public final class Meters {

  /** From a fast write to a wait for VFs. */
  private static final Duration[] BUCKETS = {
    Duration.ofMillis(5),
    Duration.ofMillis(10),
    Duration.ofMillis(25),
    Duration.ofMillis(50),
    Duration.ofMillis(100),
    Duration.ofMillis(250),
    Duration.ofMillis(500),
    Duration.ofSeconds(1),
    Duration.ofMillis(2500),
    Duration.ofSeconds(5),
    Duration.ofSeconds(10),
    Duration.ofSeconds(30),
    Duration.ofSeconds(60)
  };

  private final MeterRegistry registry;
  private final Application application;
  private final Tags common;

  private Meters(MeterRegistry registry, Application application, Tags common) {
    this.registry = registry;
    this.application = application;
    this.common = common;
  }

  public static Meters ofController(MeterRegistry registry) {
    return new Meters(registry, Application.CONTROLLER, Tags.empty());
  }

  /** All figures of an agent have its node as a label. */
  public static Meters ofAgent(MeterRegistry registry, String node) {
    return new Meters(registry, Application.NODE_AGENT, Tags.of("node", node));
  }

  /** Shows the version of the running application. */
  public void showBuild(String version) {
    gauge(Metric.BUILD_INFO, () -> 1, application.label(), version, Runtime.version().toString());
  }

  /** Counters of one name, by the values of its labels. */
  public final class Counters {

    private final Metric metric;
    private final ConcurrentHashMap<List<String>, Counter> byValues = new ConcurrentHashMap<>();

    private Counters(Metric metric) {
      this.metric = metric;
    }

    /**
     * Adds one.
     *
     * @param values in the order of the labels
     */
    public void increment(String... values) {
      of(List.of(values)).increment();
    }

    private Counter of(List<String> values) {
      return byValues.computeIfAbsent(
          values,
          now ->
              Counter.builder(metric.dottedName())
                  .description(metric.meaning())
                  .tags(tags(metric, now))
                  .register(registry));
    }
  }

  /** Histograms of durations of one name, by the values of its labels. */
  public final class Durations {

    private final Metric metric;
    private final ConcurrentHashMap<List<String>, Timer> byValues = new ConcurrentHashMap<>();

    private Durations(Metric metric) {
      this.metric = metric;
    }

    /**
     * Records one duration.
     *
     * @param values in the order of the labels
     */
    public void record(Duration duration, String... values) {
      of(List.of(values)).record(duration);
    }

    private Timer of(List<String> values) {
      return byValues.computeIfAbsent(
          values,
          now ->
              Timer.builder(metric.dottedName())
                  .description(metric.meaning())
                  .tags(tags(metric, now))
                  .serviceLevelObjectives(BUCKETS)
                  .register(registry));
    }
  }

  /**
   * @param values for each label, in the order of the labels, the values that are known beforehand
   */
  @SafeVarargs
  public final Counters counters(Metric metric, List<String>... values) {
    require(metric, Metric.Type.COUNTER);
    var counters = new Counters(metric);
    combinations(values).forEach(counters::of);
    return counters;
  }

  /**
   * @param values for each label, in the order of the labels, the values that are known beforehand
   */
  @SafeVarargs
  public final Durations durations(Metric metric, List<String>... values) {
    require(metric, Metric.Type.HISTOGRAM);
    var durations = new Durations(metric);
    combinations(values).forEach(durations::of);
    return durations;
  }

  /**
   * Shows a figure that is computed at each scrape. A second one with the same name and labels is
   * ignored.
   *
   * @param figure must be fast and must not call the API server
   * @param values in the order of the labels
   */
  public void gauge(Metric metric, Supplier<Number> figure, String... values) {
    require(metric, Metric.Type.GAUGE);
    var gauge =
        Gauge.builder(metric.dottedName(), figure)
            .description(metric.meaning())
            .tags(tags(metric, List.of(values)));
    if (metric.hasBaseUnit()) {
      gauge.baseUnit(metric.unit());
    }
    gauge.register(registry);
  }

  /** The series of a gauge that come and go while the application runs. */
  public final class Series {

    private final Metric metric;
    private final MultiGauge gauge;
    private volatile Map<List<String>, Long> latest = Map.of();

    private Series(Metric metric) {
      this.metric = metric;
      var builder =
          MultiGauge.builder(metric.dottedName()).description(metric.meaning()).tags(common);
      this.gauge =
          (metric.hasBaseUnit() ? builder.baseUnit(metric.unit()) : builder).register(registry);
    }

    /**
     * Replaces all series.
     *
     * @param now figures by the values of the labels, in the order of the labels
     */
    public void show(Map<List<String>, Long> now) {
      latest = Map.copyOf(now);
      // a series that stays keeps its meter, so that no scrape misses it
      gauge.register(
          now.keySet().stream()
              .map(values -> MultiGauge.Row.of(labels(metric, values), () -> figure(values)))
              .toList());
    }

    private Number figure(List<String> values) {
      return latest.getOrDefault(values, 0L);
    }
  }

  /** Makes a gauge that has no series until some are shown. */
  public Series series(Metric metric) {
    require(metric, Metric.Type.GAUGE);
    return new Series(metric);
  }

  private void require(Metric metric, Metric.Type type) {
    if (metric.type() != type || !metric.applications().contains(application)) {
      throw new IllegalArgumentException(
          "%s is not a %s of the %s".formatted(metric, type, application.label()));
    }
  }

  private Tags tags(Metric metric, List<String> values) {
    return common.and(labels(metric, values));
  }

  private static Tags labels(Metric metric, List<String> values) {
    List<String> labels = metric.labels();
    if (labels.size() != values.size()) {
      throw new IllegalArgumentException(
          "%s has labels %s, not %s".formatted(metric, labels, values));
    }
    var tags = new ArrayList<Tag>();
    for (int i = 0; i < labels.size(); i++) {
      tags.add(Tag.of(labels.get(i), values.get(i)));
    }
    return Tags.of(tags);
  }

  @SafeVarargs
  private static List<List<String>> combinations(List<String>... values) {
    List<List<String>> all = List.of(List.of());
    for (List<String> ofOneLabel : values) {
      all =
          all.stream()
              .flatMap(
                  before ->
                      ofOneLabel.stream()
                          .map(
                              value -> {
                                var next = new ArrayList<>(before);
                                next.add(value);
                                return List.copyOf(next);
                              }))
              .toList();
    }
    return all;
  }
}
