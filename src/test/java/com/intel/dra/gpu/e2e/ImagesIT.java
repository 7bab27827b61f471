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
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What the images of the build contain, and what they must not contain. Needs the build, but no
 * cluster.
 */
class ImagesIT {

  /** Programs that would help an intruder. */
  private static final Set<String> TOOLS =
      Set.of(
          "sh",
          "bash",
          "dash",
          "ash",
          "zsh",
          "busybox",
          "apk",
          "apt",
          "apt-get",
          "dpkg",
          "rpm",
          "yum",
          "dnf",
          "microdnf",
          "perl",
          "python",
          "python3",
          "curl",
          "wget",
          "nc",
          "ssh",
          "su",
          "sudo",
          "mount",
          "chmod");

  @TempDir Path folder;

  /**
   * @param mode as tar(1) prints it, for example {@code -rw-r--r--}
   */
  private record Entry(String mode, String owner, String path) {

    String name() {
      String trimmed = path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
      return trimmed.substring(trimmed.lastIndexOf('/') + 1);
    }

    boolean isLink() {
      return mode.startsWith("l") || mode.startsWith("h");
    }
  }

  @ParameterizedTest
  @CsvSource({"controller, 10001:10001", "node-agent, ''", "simulator, ''"})
  void hasNoShellAndNoPackageManagerAndNothingThatOthersMayWrite(String image, String user)
      throws IOException {
    Shell.run("tar", "-xf", "target/images/" + image + ".tar", "-C", folder.toString());
    JsonNode manifest = json(folder.resolve("manifest.json")).path(0);

    List<Entry> entries = new ArrayList<>();
    for (JsonNode layer : manifest.path("Layers")) {
      entries.addAll(entries(folder.resolve(layer.asText())));
    }

    assertThat(entries).extracting(Entry::path).contains("./opt/java/bin/java");
    assertThat(entries).extracting(Entry::name).doesNotContainAnyElementsOf(TOOLS);
    assertThat(entries)
        .filteredOn(entry -> !entry.isLink())
        .filteredOn(entry -> entry.mode().charAt(5) == 'w' || entry.mode().charAt(8) == 'w')
        .extracting(Entry::path)
        .as("writable by group or others; each pod mounts a folder of its own there")
        .containsExactly("./tmp/");
    assertThat(entries)
        .as("set-user-id and set-group-id")
        .noneMatch(entry -> entry.mode().substring(1, 7).contains("s"));
    assertThat(entries).extracting(Entry::owner).containsOnly("0/0");
    JsonNode config = json(folder.resolve(manifest.path("Config").asText())).path("config");
    assertThat(config.path("User").asText()).isEqualTo(user);
    assertThat(config.path("Entrypoint").path(0).asText()).isEqualTo("/opt/java/bin/java");
    String label = "org.opencontainers.image.";
    assertThat(config.path("Labels").path(label + "title").asText())
        .isEqualTo("intel-gpu-" + image);
    assertThat(config.path("Labels").path(label + "version").asText()).isEqualTo("0.1.0");
    assertThat(config.path("Labels").path(label + "licenses").asText()).isEqualTo("Apache-2.0");
    String revision = config.path("Labels").path(label + "revision").asText();
    if (!revision.isEmpty()) { // outside a clone there is none
      assertThat(revision).matches("[0-9a-f]{40}(-modified)?");
      assertThat(config.path("Labels").path(label + "created").asText())
          .as("the time of the commit, which is the same in each build")
          .matches("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z");
    }
  }

  private static List<Entry> entries(Path layer) {
    return Shell.run("tar", "--numeric-owner", "-tvf", layer.toString())
        .lines()
        .filter(line -> !line.startsWith("tar: "))
        // mode owner size date time path [-> target]
        .map(line -> line.split("\\s+", 6))
        .map(fields -> new Entry(fields[0], fields[1], fields[5].split(" -> | link to ", 2)[0]))
        .toList();
  }

  private static JsonNode json(Path file) throws IOException {
    return new JsonMapper().readTree(Files.readAllBytes(file));
  }
}
