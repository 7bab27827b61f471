package com.intel.dra.gpu.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The list of the components of each application, as the build wrote it. Needs no cluster. */
class SbomIT {

  /**
   * Licenses under which the driver may ship an unchanged library. "Go License" is what re2j calls
   * its own, whose text is that of BSD-3-Clause.
   */
  private static final Set<String> LICENSES =
      Set.of(
          "Apache-2.0",
          "BSD-2-Clause",
          "BSD-3-Clause",
          "Bouncy Castle Licence",
          "CC0-1.0",
          "EPL-1.0",
          "EPL-2.0",
          "GPL-2.0-with-classpath-exception",
          "Go License",
          "MIT",
          "MIT-0",
          "Public Domain",
          "UPL-1.0");

  @ParameterizedTest
  @ValueSource(strings = {"controller", "node-agent"})
  void everyJarIsListedWithVersionHashAndALicenseThatIsFine(String application) throws IOException {
    Path folder = Path.of("target", application + "-app");
    JsonNode sbom =
        new JsonMapper().readTree(folder.resolve("quarkus-run-cyclonedx.json").toFile());
    assertThat(sbom.path("bomFormat").asText()).isEqualTo("CycloneDX");
    List<JsonNode> libraries =
        StreamSupport.stream(sbom.path("components").spliterator(), false)
            .filter(component -> component.path("type").asText().equals("library"))
            .toList();

    assertThat(jars(folder.resolve("lib")))
        .hasSizeGreaterThan(100)
        .isSubsetOf(libraries.stream().map(SbomIT::jar).collect(Collectors.toSet()));
    assertThat(libraries)
        .allSatisfy(
            library -> {
              assertThat(library.path("version").asText()).isNotEmpty();
              assertThat(library.path("purl").asText()).startsWith("pkg:maven/");
              assertThat(library.path("hashes")).isNotEmpty();
              assertThat(licenses(library)).as(jar(library)).containsAnyElementsOf(LICENSES);
            });
  }

  private static List<String> licenses(JsonNode library) {
    var licenses = new ArrayList<String>();
    for (JsonNode license : library.path("licenses")) {
      JsonNode named = license.path("license");
      licenses.add(named.path("id").asText(named.path("name").asText()));
    }
    return licenses;
  }

  /**
   * Returns the file name that Quarkus uses in the application's folder; with the classifier, if
   * there is one.
   */
  private static String jar(JsonNode library) {
    String purl = library.path("purl").asText();
    int classifier = purl.indexOf("classifier=");
    return "%s.%s-%s%s.jar"
        .formatted(
            library.path("group").asText(),
            library.path("name").asText(),
            library.path("version").asText(),
            classifier < 0 ? "" : "-" + purl.substring(classifier + 11).split("&", 2)[0]);
  }

  private static List<String> jars(Path folder) throws IOException {
    try (var files = Files.walk(folder)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".jar"))
          .toList();
    }
  }
}
