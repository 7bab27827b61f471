package com.intel.dra.gpu.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * docs/reference/objects.md has the descriptions of the definitions that the build made, one
 * sentence a line. Needs the build, but no cluster.
 */
class ReferenceIT {

  @Test
  void theTablesAreTheDefinitions() throws IOException {
    var wanted = new ArrayList<String>();
    for (String kind :
        List.of("gpuclaimparameters", "deviceclassparameters", "gpuallocationstates")) {
      JsonNode crd =
          new YAMLMapper()
              .readTree(
                  Path.of("target/kubernetes/crds", kind + ".gpu.dra.intel.com.yml").toFile());
      JsonNode schema =
          crd.path("spec").path("versions").path(0).path("schema").path("openAPIV3Schema");
      wanted.add("## " + crd.path("spec").path("names").path("kind").asText());
      wanted.addAll(List.of(schema.path("description").asText().split("(?<=\\.) ")));
      fields("", schema, wanted);
    }

    List<String> written =
        Files.readAllLines(Path.of("docs/reference/objects.md")).stream()
            .dropWhile(line -> !line.startsWith("## "))
            .filter(line -> !line.isBlank())
            .filter(line -> !line.equals("| field | type | must be there | meaning |"))
            .filter(line -> !line.equals("|---|---|---|---|"))
            .toList();
    assertThat(written).isEqualTo(wanted);
  }

  /** Adds a row for each field below this one, depth first. */
  private static void fields(String path, JsonNode schema, List<String> rows) {
    List<String> required = schema.path("required").valueStream().map(JsonNode::asText).toList();
    schema
        .path("properties")
        .properties()
        .forEach(
            field -> {
              String name = path + field.getKey();
              JsonNode type = field.getValue();
              String rules =
                  String.join(
                      "; ",
                      type.path("x-kubernetes-validations")
                          .valueStream()
                          .map(rule -> rule.path("message").asText())
                          .toList());
              rows.add(
                  "| `%s` | %s | %s | %s |"
                      .formatted(
                          name,
                          name(type),
                          required.contains(field.getKey()) ? "yes" : "no",
                          String.join(
                              " ",
                              Stream.of(
                                      type.path("description").asText(),
                                      rules.isEmpty() ? "" : "(%s)".formatted(rules))
                                  .filter(text -> !text.isEmpty())
                                  .toList())));
              fields(name + ".", type, rows);
              fields(name + "[].", type.path("items"), rows);
              JsonNode values = type.path("additionalProperties");
              fields(name + ".*.", values, rows);
              fields(name + ".*[].", values.path("items"), rows);
            });
  }

  private static String name(JsonNode type) {
    if (type.has("additionalProperties")) {
      return "map of " + name(type.path("additionalProperties"));
    }
    return type.has("items") ? "list of " + name(type.path("items")) : type.path("type").asText();
  }
}
