package com.intel.dra.gpu.docs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Folders of the kubelet and of the container runtime, which are elsewhere on some nodes: the agent
 * sees each under its path on the host, and the component moves all of them. {@code ChartIT} tests
 * the same for the chart.
 */
class HostFoldersTest {

  private static final Path COMPONENT = Path.of("deploy/components/host-folders");
  private static final String KUBELET_DIR = "/var/lib/kubelet";
  private static final String CDI_DIR = "/var/run/cdi";

  private final YAMLMapper yaml = new YAMLMapper();

  @ParameterizedTest
  @ValueSource(
      strings = {
        "src/main/kubernetes/kubernetes.yml",
        "deploy/overlays/structured/node-agent-patch.yaml"
      })
  void aFolderHasOnePathInsideAndOutsideAndTheComponentMovesBoth(Path manifest) throws IOException {
    JsonNode pod = first(manifest).path("spec").path("template").path("spec");
    var mounts = new TreeMap<String, String>();
    for (JsonNode mount : pod.path("containers").path(0).path("volumeMounts")) {
      if (mount.has("name")) {
        mounts.put(mount.path("name").asText(), mount.path("mountPath").asText());
      }
    }
    Map<String, String> folders = foldersThatMayBeElsewhere(pod.path("volumes"));

    assertThat(folders).isNotEmpty();
    assertThat(mounts).containsAllEntriesOf(folders);
    assertThat(replacedFields())
        .containsAll(
            folders.keySet().stream()
                .flatMap(
                    name ->
                        List.of(
                            "spec.template.spec.volumes.[name=" + name + "].hostPath.path",
                            "spec.template.spec.containers.[name=intel-gpu-node-agent].volumeMounts.[name="
                                + name
                                + "].mountPath")
                            .stream())
                .toList());
  }

  @Test
  void theComponentAndTheChartStartFromWhereTheFoldersUsuallyAre() throws IOException {
    JsonNode folders = first(COMPONENT.resolve("folders.yaml")).path("data");
    JsonNode values = first(Path.of("deploy/helm/intel-gpu-resource-driver/values.yaml"));

    assertThat(folders.path("kubeletDir").asText())
        .isEqualTo(values.path("kubeletDir").asText())
        .isEqualTo(KUBELET_DIR);
    assertThat(folders.path("cdiDir").asText())
        .isEqualTo(values.path("cdiDir").asText())
        .isEqualTo(CDI_DIR);
  }

  private static Map<String, String> foldersThatMayBeElsewhere(JsonNode volumes) {
    var folders = new TreeMap<String, String>();
    for (JsonNode volume : volumes) {
      String path = volume.path("hostPath").path("path").asText();
      if (path.startsWith(KUBELET_DIR) || path.startsWith(CDI_DIR)) {
        folders.put(volume.path("name").asText(), path);
      }
    }
    return folders;
  }

  private List<String> replacedFields() throws IOException {
    var fields = new ArrayList<String>();
    for (JsonNode replacement :
        first(COMPONENT.resolve("kustomization.yaml")).path("replacements")) {
      for (JsonNode target : replacement.path("targets")) {
        target.path("fieldPaths").forEach(field -> fields.add(field.asText()));
      }
    }
    return fields;
  }

  private JsonNode first(Path file) throws IOException {
    return yaml.readTree(file.toFile());
  }
}
