package com.intel.dra.gpu.selfcheck.app;

import static com.intel.dra.gpu.nodeagent.app.AgentFixtures.claim;
import static com.intel.dra.gpu.nodeagent.app.AgentFixtures.result;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.intel.dra.gpu.device.Gpu;
import com.intel.dra.gpu.mode.DraMode;
import com.intel.dra.gpu.nodeagent.app.VfNode;
import com.intel.dra.gpu.selfcheck.look.NodeFiles;
import com.intel.dra.kit.kubelet.api.PrepareResult;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code self-check --files} prints of a node. */
class NodeFilesTest {

  @TempDir Path root;

  private VfNode node;
  private Gpu gpu;

  @BeforeEach
  void aNodeWithAPreparedClaim() throws IOException {
    node = VfNode.stepByStep(root, DraMode.STRUCTURED);
    gpu = node.flex170(0xb3);
    node.start();
    node.settle();
    node.structuredClaims.give("a", result(gpu.uid()));
    assertThat(node.agent.preparation.prepare(claim("a"), Optional.empty()))
        .isInstanceOf(PrepareResult.Prepared.class);
  }

  private Map<String, JsonNode> files() throws IOException {
    var printed = new ByteArrayOutputStream();
    new FilesDocument("node1", new NodeFiles(node.config(), DraMode.STRUCTURED)).print(printed);
    JsonNode json = new ObjectMapper().readTree(printed.toByteArray());
    assertThat(json.path("node").asText()).isEqualTo("node1");
    var files = new TreeMap<String, JsonNode>();
    json.path("files").forEach(file -> files.put(file.path("path").asText(), file));
    assertThat(files).as("each once").hasSize(json.path("files").size());
    return files;
  }

  @Test
  void theKernelsFilesOfAGpuAreThere() throws IOException {
    assertThat(files())
        .hasEntrySatisfying(
            node.sysfs(gpu, "device").toString(),
            file -> assertThat(file.path("content").asText()).isEqualTo("0x56c0"))
        .hasEntrySatisfying(
            node.sysfs(gpu, "sriov_numvfs").toString(),
            file -> assertThat(file.path("content").asText()).isEqualTo("0"))
        .hasEntrySatisfying(
            node.sysfs(gpu, "driver").toString(),
            file -> assertThat(file.path("link").asText()).isEqualTo("i915"));
  }

  @Test
  void theAgentsRecordsAreThereAndSoIsWhatIsMissing() throws IOException {
    Path state = node.config().stateDir(DraMode.STRUCTURED);
    assertThat(files())
        .hasEntrySatisfying(
            state.resolve("prepared-claims.json").toString(),
            file -> assertThat(file.path("content").asText()).contains("\"claim-a\""))
        .hasEntrySatisfying(
            state.resolve("prepared-claims.json.damaged").toString(),
            file -> assertThat(file.path("absent").asBoolean()).isTrue());
  }

  @Test
  void noOtherFileIsThere() throws IOException {
    Path state = node.config().stateDir(DraMode.STRUCTURED);
    Files.writeString(state.resolve("of-somebody-else"), "hush");
    Path other = node.kernel.root().resolve("bus/pci/devices/0000:01:00.0");
    Files.createDirectories(other);
    Files.writeString(other.resolve("vendor"), "0x1af4\n");

    assertThat(files()).isNotEmpty();
    assertThat(files().keySet())
        .noneMatch(path -> path.contains("somebody"))
        .noneMatch(path -> path.contains("0000:01:00.0"));
  }

  @Test
  void aFileThatIsTooLargeIsNamedAndLeftOut() throws IOException {
    Path record = node.config().stateDir(DraMode.STRUCTURED).resolve("vf-hosts.json.damaged");
    Files.writeString(record, "x".repeat((1 << 20) + 1), StandardCharsets.UTF_8);

    assertThat(files())
        .hasEntrySatisfying(
            record.toString(),
            file -> {
              assertThat(file.path("problem").asText()).contains("larger than");
              assertThat(file.has("content")).isFalse();
            });
  }
}
