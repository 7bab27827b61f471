package com.intel.dra.gpu.nodeagent.takeover;

import static com.intel.dra.gpu.nodeagent.app.AgentFixtures.claim;
import static com.intel.dra.gpu.nodeagent.app.AgentFixtures.result;
import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.device.DeviceUid;
import com.intel.dra.gpu.device.Gpu;
import com.intel.dra.gpu.mode.DraMode;
import com.intel.dra.gpu.nodeagent.app.VfNode;
import com.intel.dra.gpu.nodeagent.config.UnownedVfsSetting;
import com.intel.dra.gpu.structured.DeviceName;
import com.intel.dra.kit.kubelet.api.PrepareResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One file of a device cannot be read at the moment of the take-over. */
class TakeOverUnreadableDeviceTest {

  private static final String RECORD =
      "{\"kind\":\"PreparedClaimsCheckpoint\",\"apiVersion\":\"checkpoint.gpu.intel.com/v1\",\"PreparedClaims\":{\"a\":{\"PreparedDevices\":[{\"AdminAccess\":false,\"KubeletpluginDevice\":{\"Requests\":[\"r\"],\"PoolName\":\"node1\",\"DeviceName\":\"%s\",\"CDIDeviceIDs\":[],\"ShareID\":null}}]}}}";

  @TempDir Path root;

  private VfNode node;
  private Gpu gpu;

  @BeforeEach
  @SuppressWarnings("NullAway.Init")
  void nodeWithAGpu() throws IOException {
    node = VfNode.stepByStep(root, DraMode.STRUCTURED);
    gpu = node.flex170(0xb3);
    Files.createDirectories(record().getParent());
  }

  private Path record() {
    return node.config().pluginDir().orElseThrow().resolve(TakeOver.FILE_NAME);
  }

  private void goDriverPrepared(String name) throws IOException {
    node.structuredClaims.give("a", result("r", name));
    Files.writeString(record(), RECORD.formatted(name));
  }

  private List<Gpu> adminMadeVfs(int count) throws IOException {
    node.start();
    node.kernel.write(node.sysfs(gpu, "sriov_numvfs"), Integer.toString(count));
    node.agent.monitor.scan();
    return node.agent.devices.known().orElseThrow().stream()
        .filter(device -> device.uid().parent().isPresent())
        .toList();
  }

  private static String goNameOf(Gpu vf) {
    return DeviceName.of(DeviceUid.gpu(vf.address(), vf.uid().model())).toString();
  }

  private void takeOver() {
    node.agent.takeOver.look();
    node.settle();
  }

  private void recovers(Path file, byte[] content) throws IOException {
    Files.delete(file);
    Files.write(file, content);
    node.agent.monitor.scan();
    takeOver();
  }

  private static byte[] makeUnreadable(Path file) throws IOException {
    byte[] content = Files.readAllBytes(file);
    Files.delete(file);
    Files.createDirectory(file);
    return content;
  }

  @Test
  void aGpuThatCannotBeReadForAMomentStaysItsPods() throws IOException {
    goDriverPrepared(DeviceName.of(gpu.uid()).toString());
    Path vendor = node.sysfs(gpu, "vendor");
    byte[] content = makeUnreadable(vendor);
    node.start(node.config().withTakeOver());
    takeOver();
    recovers(vendor, content);

    node.structuredClaims.give("b", result(gpu.uid()));
    assertThat(node.agent.prepared.all()).containsKey("a");
    assertThat(node.agent.preparation.prepare(claim("b"), Optional.empty()))
        .as("the pod of claim a is running on it")
        .isInstanceOf(PrepareResult.Failed.class);
  }

  @Test
  void aVfThatCannotBeReadForAMomentStaysItsPods() throws IOException {
    Gpu vf = adminMadeVfs(2).get(1);
    goDriverPrepared(goNameOf(vf));
    Path vendor = node.sysfs(gpu, "virtfn1").toRealPath().resolve("vendor");
    byte[] content = makeUnreadable(vendor);
    node.start(node.config().withTakeOver());
    takeOver();
    recovers(vendor, content);

    node.structuredClaims.give("b", result(vf.uid()));
    assertThat(node.agent.preparation.prepare(claim("b"), Optional.empty()))
        .isInstanceOf(PrepareResult.Failed.class);
  }

  @Test
  void aVfThatCannotBeReadForAMomentIsNotRemoved() throws IOException {
    Gpu vf = adminMadeVfs(2).get(1);
    goDriverPrepared(goNameOf(vf));
    Path vendor = node.sysfs(gpu, "virtfn1").toRealPath().resolve("vendor");
    makeUnreadable(vendor);
    node.start(node.config().withUnownedVfs(UnownedVfsSetting.REMOVE).withTakeOver());
    takeOver();

    assertThat(node.kernel.numVfs(gpu)).as("a pod uses one of them").isEqualTo(2);
  }
}
