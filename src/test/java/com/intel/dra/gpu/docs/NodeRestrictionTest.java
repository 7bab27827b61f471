package com.intel.dra.gpu.docs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.intel.dra.gpu.mode.DraMode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

/** deploy/components/node-restriction checks each field by which a slice affects a pool. */
class NodeRestrictionTest {

  private static final Path POLICY = Path.of("deploy/components/node-restriction/policy.yaml");

  @Test
  void aSliceMustBeOfTheNodeItsPoolAndOurDriver() throws IOException {
    JsonNode spec;
    try (var documents =
        new YAMLMapper().readerFor(JsonNode.class).<JsonNode>readValues(POLICY.toFile())) {
      spec = documents.next().path("spec");
    }
    List<String> nodes = expressions(spec.path("variables"));
    List<String> rules = expressions(spec.path("validations"));

    assertThat(nodes).anySatisfy(rule -> assertThat(rule).contains("o.?spec.nodeName"));
    assertThat(rules)
        .anySatisfy(
            rule -> assertThat(rule).contains("o.?spec.pool.name.orValue(\"\") == variables.node"))
        .anySatisfy(
            rule ->
                assertThat(rule)
                    .contains(
                        "o.?spec.driver.orValue(\"\") == \"%s\""
                            .formatted(DraMode.STRUCTURED.driverName())));
  }

  private static List<String> expressions(JsonNode rules) {
    return StreamSupport.stream(rules.spliterator(), false)
        .map(rule -> rule.path("expression").asText())
        .toList();
  }
}
