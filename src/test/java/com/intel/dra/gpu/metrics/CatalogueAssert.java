package com.intel.dra.gpu.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Compares the figures that an application shows with the catalogue, in both directions. */
public final class CatalogueAssert {

  private CatalogueAssert() {}

  /** Asserts that every figure of the application is shown as in the catalogue, and no other. */
  public static void assertShowsTheCatalogue(Exposition shown, Application application) {
    Map<String, String> expected =
        Arrays.stream(Metric.values())
            .filter(metric -> metric.applications().contains(application))
            .collect(
                Collectors.toMap(
                    Metric::prometheusName,
                    metric -> metric.type().name().toLowerCase(Locale.ROOT),
                    (a, _) -> a,
                    TreeMap::new));
    assertThat(shown.types()).isEqualTo(expected);
    for (Metric metric : Metric.values()) {
      if (metric.applications().contains(application)) {
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
}
