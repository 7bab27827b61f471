package com.intel.dra.gpu.nodeagent.prepare;

import static com.intel.dra.gpu.nodeagent.app.AgentFixtures.claim;
import static com.intel.dra.gpu.nodeagent.app.AgentFixtures.result;
import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.device.Gpu;
import com.intel.dra.gpu.mode.DraMode;
import com.intel.dra.gpu.nodeagent.app.VfNode;
import com.intel.dra.gpu.structured.DeviceName;
import com.intel.dra.kit.kubelet.api.PrepareResult;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceRequestAllocationResult;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceRequestAllocationResultBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A GPU whose driver shows a management engine, and one whose driver does not. */
class FirmwareNodesTest {

  @TempDir Path root;
  private VfNode node;
  private Gpu withFirmware;
  private Gpu without;

  @BeforeEach
  void start() throws IOException {
    node = VfNode.stepByStep(root, DraMode.STRUCTURED);
    withFirmware = node.flex170(0x03);
    without = node.flex170(0xb3);
    for (String engine : List.of("mei1", "mei0", "power")) {
      Files.createDirectories(node.sysfs(withFirmware, "i915.mei-gsc.768/mei/" + engine));
    }
    node.start();
    node.settle();
  }

  private List<String> prepare(String claim, DeviceRequestAllocationResult result) {
    node.structuredClaims.give(claim, result);
    PrepareResult answer = node.agent.preparation.prepare(claim(claim), Optional.empty());
    assertThat(answer).isInstanceOf(PrepareResult.Prepared.class);
    return ((PrepareResult.Prepared) answer)
        .cdiDevices().stream().filter(device -> device.startsWith("intel.com/gpu=")).toList();
  }

  private static DeviceRequestAllocationResult monitor(Gpu gpu) {
    return new DeviceRequestAllocationResultBuilder(
            result("r", DeviceName.monitorOf(gpu.uid()).toString()))
        .withAdminAccess(true)
        .build();
  }

  @Test
  void monitorsGetTheNodesOfTheFirmwareAndOtherClaimsDoNot() {
    String name = "intel.com/gpu=" + withFirmware.uid();

    assertThat(prepare("monitor", monitor(withFirmware))).containsExactly(name, name + "-mei");
    assertThat(prepare("other", monitor(without)))
        .containsExactly("intel.com/gpu=" + without.uid());
    assertThat(prepare("user", result(withFirmware.uid()))).containsExactly(name);
  }

  @Test
  void theSpecHasThemAsLongAsTheyAreThere() throws IOException {
    Path spec = node.config().cdiRoot().resolve("intel.com-gpu.yaml");
    assertThat(node.cdiDevices())
        .containsExactly(
            withFirmware.uid().toString(), without.uid().toString(), withFirmware.uid() + "-mei");
    assertThat(spec).content().contains("path: \"/dev/mei0\"", "path: \"/dev/mei1\"");

    Files.delete(node.sysfs(withFirmware, "i915.mei-gsc.768/mei/mei1"));
    node.agent.monitor.scan();

    assertThat(spec).content().contains("path: \"/dev/mei0\"").doesNotContain("/dev/mei1");
  }
}
