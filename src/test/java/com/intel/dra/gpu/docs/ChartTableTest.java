package com.intel.dra.gpu.docs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The table of the chart's README, its values and their schema agree. */
class ChartTableTest {

  private static final Path CHART = Path.of("deploy/helm/intel-gpu-resource-driver");
  private static final Pattern ROW = Pattern.compile("\\| `([\\w.]+)` \\| `(.*?)` \\| .+ \\|");

  private static final Pattern SETTING = Pattern.compile("\\| `(GPU_[A-Z_]+)`.*");

  private final ObjectMapper json = new ObjectMapper();
  private final YAMLMapper yaml = new YAMLMapper();

  @Test
  void theTableHasEachValueWithItsDefault() throws IOException {
    var table = new TreeMap<String, JsonNode>();
    for (String line : Documents.lines(CHART.resolve("README.md"))) {
      var row = ROW.matcher(line);
      if (row.matches()) {
        table.put(row.group(1), yaml.readTree(row.group(2)));
      }
    }

    assertThat(table).isEqualTo(defaults());
  }

  @Test
  void theSchemaKnowsEachValueAndNoOther() throws IOException {
    JsonNode schema = json.readTree(CHART.resolve("values.schema.json").toFile());

    defaults()
        .keySet()
        .forEach(
            name -> {
              JsonNode at = schema;
              for (String part : name.split("\\.")) {
                assertThat(at.path("additionalProperties").asBoolean(true)).as(name).isFalse();
                at = at.path("properties").path(part);
              }
              assertThat(at.isMissingNode()).as(name).isFalse();
            });
  }

  /** Of these, {@code null} is none, as for Kubernetes. */
  private static final Set<String> MAY_BE_NULL =
      Set.of(
          "affinity",
          "nodeSelector",
          "priorityClassName",
          "resources",
          "tolerations",
          "topologySpread");

  /**
   * {@code null} takes a value away, and without some of them an object would be missing or lax.
   */
  @Test
  void theSchemaLetsNoOtherValueBeTakenAway() throws IOException {
    JsonNode schema = json.readTree(CHART.resolve("values.schema.json").toFile());

    assertThat(defaults().keySet())
        .allSatisfy(
            name -> {
              String[] parts = name.split("\\.");
              assertThat(required(schema)).contains(parts[0]);
              if (parts.length > 1 && !MAY_BE_NULL.contains(parts[1])) {
                assertThat(required(schema.path("properties").path(parts[0]))).contains(parts[1]);
              }
            });
  }

  private static List<String> required(JsonNode schema) {
    return schema.path("required").valueStream().map(JsonNode::asText).toList();
  }

  /** A setting that is misspelt would change nothing, and nobody would see it. */
  @ParameterizedTest
  @CsvSource({"controllerSettings, Controller", "nodeAgentSettings, Node agent|Structured mode"})
  void theSchemaKnowsTheSettingsOfEachApplication(String definition, String sections)
      throws IOException {
    var documented = new TreeSet<String>();
    String section = "";
    for (String line : Documents.lines(Path.of("docs/reference/settings.md"))) {
      if (line.startsWith("## ")) {
        section = line.substring(3);
      }
      var row = SETTING.matcher(line);
      if (row.matches() && section.matches(sections)) {
        documented.add(row.group(1));
      }
    }

    var known = new TreeSet<String>();
    json.readTree(CHART.resolve("values.schema.json").toFile())
        .path("definitions")
        .path(definition)
        .path("propertyNames")
        .path("anyOf")
        .path(0)
        .path("enum")
        .forEach(name -> known.add(name.asText()));
    assertThat(documented).hasSizeGreaterThan(3);
    assertThat(known).isEqualTo(documented);
  }

  @Test
  void theChartIsOfTheProjectsVersion() throws IOException {
    String pom = String.join("\n", Documents.lines(Path.of("pom.xml")));
    JsonNode chart = yaml.readTree(CHART.resolve("Chart.yaml").toFile());

    assertThat(pom).contains("<version>" + chart.path("version").asText() + "</version>");
    assertThat(chart.path("appVersion")).isEqualTo(chart.path("version"));
  }

  /**
   * Returns the defaults by dotted name. Only names at the top level are groups, unless they are
   * empty; a value below them counts as one, whatever it contains.
   */
  private Map<String, JsonNode> defaults() throws IOException {
    var defaults = new TreeMap<String, JsonNode>();
    yaml.readTree(CHART.resolve("values.yaml").toFile())
        .properties()
        .forEach(
            group -> {
              if (group.getValue().isObject() && !group.getValue().isEmpty()) {
                group
                    .getValue()
                    .properties()
                    .forEach(
                        value ->
                            defaults.put(group.getKey() + "." + value.getKey(), value.getValue()));
              } else {
                defaults.put(group.getKey(), group.getValue());
              }
            });
    return defaults;
  }
}
