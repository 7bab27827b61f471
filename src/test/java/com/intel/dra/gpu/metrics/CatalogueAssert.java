package com.intel.dra.gpu.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Compares the figures that an application shows with the catalogue, in both directions. */
public final class CatalogueAssert {

  /** Shown only if settings say so. */
  private static final Set<Metric> SWITCHED_OFF = EnumSet.of(Metric.MEMORY_IN_USE);

  private CatalogueAssert() {}

  /** Asserts that every figure of the application is shown as in the catalogue, and no other. */
  public static void assertShowsTheCatalogue(Exposition shown, Application application) {
    Map<String, String> expected =
        Arrays.stream(Metric.values())
            .filter(metric -> isShown(metric, application))
            .collect(
                Collectors.toMap(
                    Metric::prometheusName,
                    metric -> metric.type().name().toLowerCase(Locale.ROOT),
                    (a, _) -> a,
                    TreeMap::new));
    assertThat(shown.types()).isEqualTo(expected);
    for (Metric metric : Metric.values()) {
      if (isShown(metric, application)) {
        var labels = new TreeSet<>(metric.labels());
        if (application == Application.NODE_AGENT) {
          labels.add("node");
        }
        assertThat(shown.labels(metric.prometheusName()))
            .as(metric.prometheusName())
            .isEqualTo(labels);
        assertThat(shown.help(metric.prometheusName()))
            .as(metric.prometheusName())
            .isEqualTo(metric.meaning());
      }
    }
  }

  private static boolean isShown(Metric metric, Application application) {
    return metric.applications().contains(application) && !SWITCHED_OFF.contains(metric);
  }
}
