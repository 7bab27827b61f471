package com.intel.dra.gpu.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Checks that docs/reference/metrics.md has every metric, and that docs/operate/monitoring.md, the
 * alerts and the dashboard name no other.
 */
class MetricsDocumentationTest {

  private static final Path CATALOGUE = Path.of("docs/reference/metrics.md");
  private static final Path RUNBOOK = Path.of("docs/operate/monitoring.md");
  private static final Path TROUBLESHOOTING = Path.of("docs/operate/troubleshooting.md");
  private static final Path MONITORING = Path.of("deploy/monitoring");
  private static final Pattern NAME = Pattern.compile("gpu_dra_\\w+");
  private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());
  private static final Set<String> LIBRARIES = Set.of("up", "jvm_memory_used_bytes");

  @Test
  void theTableIsTheCatalogue() throws IOException {
    List<String> table =
        Files.readAllLines(CATALOGUE).stream()
            .filter(line -> line.startsWith("| `gpu_dra_"))
            .toList();

    assertThat(table)
        .containsExactlyElementsOf(
            Arrays.stream(Metric.values()).map(MetricsDocumentationTest::row).toList());
  }

  private static String row(Metric metric) {
    return "| `%s` | %s | %s | %s | %s | %s |"
        .formatted(
            metric.prometheusName(),
            metric.type().name().toLowerCase(Locale.ROOT),
            metric.labels().stream().map("`%s`"::formatted).collect(Collectors.joining(", ")),
            metric.unit(),
            metric.applications().stream()
                .map(Application::label)
                .collect(Collectors.joining(", ")),
            metric.meaning());
  }

  @Test
  void namesAreBuiltAsPrometheusAdvises() {
    assertThat(Arrays.stream(Metric.values()).map(Metric::prometheusName))
        .doesNotHaveDuplicates()
        .allMatch(name -> name.matches("gpu_dra(_[a-z]+)+"));
    assertThat(Arrays.stream(Metric.values()))
        .allSatisfy(
            metric -> {
              assertThat(metric.prometheusName().endsWith("_total"))
                  .as(metric.prometheusName())
                  .isEqualTo(metric.type() == Metric.Type.COUNTER);
              assertThat(metric.meaning()).isNotBlank();
              assertThat(metric.labels()).doesNotContain("pod", "claim", "device", "uid");
              assertThat(metric.labels().contains("pod_name"))
                  .as("names pods")
                  .isEqualTo(metric == Metric.MEMORY_IN_USE);
            });
  }

  @Test
  void whatAlertsAndDashboardAskForIsInTheTable() throws IOException {
    Set<String> known = new TreeSet<>(LIBRARIES);
    for (Metric metric : Metric.values()) {
      known.add(metric.prometheusName());
      if (metric.type() == Metric.Type.HISTOGRAM) {
        Stream.of("_bucket", "_count", "_sum", "_max")
            .forEach(suffix -> known.add(metric.prometheusName() + suffix));
      }
    }

    for (String file :
        List.of("rules.yaml", "prometheus-rule.yaml", "rules-test.yaml", "dashboard.json")) {
      assertThat(names(Files.readString(MONITORING.resolve(file))))
          .as(file)
          .isNotEmpty()
          .isSubsetOf(known);
    }
    for (Path document : List.of(CATALOGUE, RUNBOOK, TROUBLESHOOTING)) {
      assertThat(names(Files.readString(document))).as(document.toString()).isSubsetOf(known);
    }
  }

  private static Set<String> names(String text) {
    return NAME.matcher(text)
        .results()
        .map(MatchResult::group)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  @Test
  void everyPanelOfTheDashboardAsksAndSaysWhatItShows() throws IOException {
    JsonNode dashboard = new ObjectMapper().readTree(MONITORING.resolve("dashboard.json").toFile());

    assertThat(dashboard.path("panels"))
        .filteredOn(panel -> !panel.path("type").asText().equals("row"))
        .hasSizeGreaterThan(10)
        .allSatisfy(
            panel -> {
              assertThat(panel.path("title").asText()).isNotBlank();
              assertThat(panel.path("description").asText()).isNotBlank();
              assertThat(panel.path("targets"))
                  .isNotEmpty()
                  .allSatisfy(target -> assertThat(target.path("expr").asText()).isNotBlank());
            });
  }

  @Test
  void theRulesForTheOperatorAreThePlainOnes() throws IOException {
    assertThat(YAML.readTree(MONITORING.resolve("prometheus-rule.yaml").toFile()).path("spec"))
        .isEqualTo(YAML.readTree(MONITORING.resolve("rules.yaml").toFile()));
  }

  @Test
  void everyAlertIsWholeTestedAndExplained() throws IOException {
    String document = Files.readString(RUNBOOK);
    String tests = Files.readString(MONITORING.resolve("rules-test.yaml"));
    JsonNode rules = YAML.readTree(MONITORING.resolve("rules.yaml").toFile());

    assertThat(rules.findPath("rules"))
        .isNotEmpty()
        .allSatisfy(
            rule -> {
              String name = rule.path("alert").asText();
              assertThat(rule.path("for").asText()).as(name).isNotBlank();
              assertThat(rule.at("/labels/severity").asText())
                  .as(name)
                  .isIn("critical", "warning", "info");
              assertThat(rule.at("/annotations/summary").asText()).as(name).isNotBlank();
              assertThat(rule.at("/annotations/description").asText()).as(name).isNotBlank();
              assertThat(rule.at("/annotations/runbook").asText())
                  .isEqualTo(RUNBOOK + "#" + name.toLowerCase(Locale.ROOT));
              assertThat(document).contains("\n### " + name + "\n");
              assertThat(tests).contains("alertname: " + name + "\n");
            });
    assertThat(
            Pattern.compile("(?m)^### (IntelGpu\\w+)$")
                .matcher(document)
                .results()
                .map(heading -> heading.group(1)))
        .as("alerts that the document explains")
        .containsExactlyElementsOf(rules.findValuesAsText("alert"));
  }
}
