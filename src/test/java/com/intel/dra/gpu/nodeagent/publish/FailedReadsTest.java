package com.intel.dra.gpu.nodeagent.publish;

import static com.intel.dra.gpu.nodeagent.app.AgentFixtures.claim;
import static com.intel.dra.gpu.nodeagent.app.AgentFixtures.result;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.intel.dra.gpu.api.GpuAllocationStateSpec;
import com.intel.dra.gpu.device.DeviceType;
import com.intel.dra.gpu.device.DeviceUid;
import com.intel.dra.gpu.device.Gpu;
import com.intel.dra.gpu.mode.DraMode;
import com.intel.dra.gpu.nodeagent.app.VfNode;
import com.intel.dra.gpu.structured.DeviceName;
import com.intel.dra.gpu.structured.OfferedDevices;
import com.intel.dra.gpu.sysfs.sriov.FakeKernel.Driver;
import com.intel.dra.kit.kubelet.api.PrepareResult;
import io.fabric8.kubernetes.api.model.resource.v1.Device;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceAttribute;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceCapacity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A read of sysfs that fails once changes nothing that is published, except that new pods may be
 * kept away; one that fails in two looks in a row counts.
 */
class FailedReadsTest {

  private static final String NUMA_NODE = "numa_node";

  @TempDir Path root;

  private VfNode node;
  private Gpu gpu;

  @SuppressWarnings("NullAway.Init") // each test starts the node in its mode first
  FailedReadsTest() {}

  private void start(DraMode mode) throws IOException {
    node = VfNode.stepByStep(root, mode);
    gpu = node.flex170(0xb3);
    Files.writeString(node.sysfs(gpu, NUMA_NODE), "1\n");
    node.start();
    node.settle();
  }

  private List<OfferedDevices> ways() {
    return node.agent.offer.current().orElseThrow().inOrderOfPreference(true);
  }

  private Optional<Device> published(DeviceUid device) {
    return ways().getFirst().devices().stream()
        .filter(candidate -> candidate.getName().equals(DeviceName.of(device).toString()))
        .findFirst();
  }

  /**
   * Looks once, and reconciles meanwhile, because a look waits until the GAS offers no device that
   * is gone.
   */
  private GpuAllocationStateSpec gasAfterOneLook() {
    Thread look = Thread.ofVirtual().start(node.agent.monitor::scan);
    await()
        .until(
            () -> {
              boolean isOver = !look.isAlive();
              node.reconcile();
              return isOver;
            });
    return node.gas.now().getSpec();
  }

  /** One file or link that cannot be read, until it is given back. */
  private final class Unreadable {
    private final Path file;
    private final Path aside;

    Unreadable(Path file) throws IOException {
      this.file = file;
      this.aside = root.resolve("aside-" + file.getFileName());
      if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
        Files.move(file, aside);
      }
      Files.createDirectory(file);
    }

    void giveBack() throws IOException {
      Files.delete(file);
      if (Files.exists(aside, LinkOption.NOFOLLOW_LINKS)) {
        Files.move(aside, file);
      }
    }
  }

  @Test
  void oneFailedReadOfTheNumaNodeChangesNothing() throws IOException {
    start(DraMode.STRUCTURED);
    List<OfferedDevices> before = ways();
    assertThat(published(gpu.uid()).orElseThrow().getAttributes())
        .containsKey("resource.kubernetes.io/numaNode");
    for (int time = 0; time < 2; time++) {
      var unreadable = new Unreadable(node.sysfs(gpu, NUMA_NODE));
      node.agent.monitor.scan();
      assertThat(ways()).as("failed once").isEqualTo(before);

      unreadable.giveBack();
      node.agent.monitor.scan();
      assertThat(ways()).as("read again").isEqualTo(before);
    }

    new Unreadable(node.sysfs(gpu, NUMA_NODE));
    node.agent.monitor.scan();
    node.agent.monitor.scan();
    assertThat(published(gpu.uid()).orElseThrow().getAttributes())
        .as("failed twice in a row")
        .doesNotContainKey("resource.kubernetes.io/numaNode");
  }

  @Test
  void anotherNumaNodeCountsAtOnce() throws IOException {
    start(DraMode.STRUCTURED);
    Files.writeString(node.sysfs(gpu, NUMA_NODE), "2\n");
    node.agent.monitor.scan();

    assertThat(published(gpu.uid()).orElseThrow().getAttributes())
        .extractingByKey("resource.kubernetes.io/numaNode")
        .extracting(DeviceAttribute::getInt)
        .isEqualTo(2L);
  }

  @Test
  void onePcieRootThatCannotBeResolvedChangesNothing() throws IOException {
    node = VfNode.stepByStep(root, DraMode.STRUCTURED);
    gpu = node.flex170(0xb3);
    Path shown = node.sysfs(gpu, "");
    Path below = node.kernel.root().resolve("devices/pci0000:b0/" + gpu.address());
    Path elsewhere = node.kernel.root().resolve("elsewhere");
    Files.createDirectories(below.getParent());
    Files.move(shown, below);
    Files.createSymbolicLink(shown, below);
    node.start();
    node.settle();
    List<OfferedDevices> before = ways();
    assertThat(published(gpu.uid()).orElseThrow().getAttributes())
        .containsKey("resource.kubernetes.io/pcieRoot");

    Files.delete(shown);
    Files.move(below, elsewhere);
    Files.createSymbolicLink(shown, elsewhere);
    node.agent.monitor.scan();
    assertThat(ways()).as("failed once").isEqualTo(before);

    node.agent.monitor.scan();
    assertThat(published(gpu.uid()).orElseThrow().getAttributes())
        .as("failed twice in a row")
        .doesNotContainKey("resource.kubernetes.io/pcieRoot");
  }

  @Test
  void memoryThatIsNotToldOnceStaysAsItWas() throws IOException {
    start(DraMode.STRUCTURED);
    List<OfferedDevices> before = ways();
    Files.delete(node.sysfs(gpu, "drm/card0/lmem_total_bytes"));
    node.agent.monitor.scan();
    assertThat(ways()).isEqualTo(before);

    node.agent.monitor.scan();
    assertThat(node.agent.devices.known().orElseThrow().getFirst().memoryMiB()).isZero();
  }

  @Test
  void theMemoryOfAVfThatCannotBeReadOnceStaysAsItWas() throws IOException {
    node = VfNode.stepByStep(root, DraMode.STRUCTURED);
    gpu = node.add(Driver.XE, 0xb3, "0xe211", 24_480, 4);
    node.kernel.write(node.sysfs(gpu, "sriov_admin/vf1/profile/vram_quota"), "2147483648");
    node.kernel.makeVfsForOthers(gpu, 1, true);
    node.start();
    node.settle();
    List<OfferedDevices> before = ways();
    assertThat(published(gpu.uid().vf(0)).orElseThrow().getCapacity())
        .extractingByKey("memory")
        .extracting(DeviceCapacity::getValue)
        .hasToString("2048Mi");

    new Unreadable(node.sysfs(gpu, "sriov_admin/vf1/profile/vram_quota"));
    node.agent.monitor.scan();

    assertThat(ways()).isEqualTo(before);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "vendor",
        "device",
        "driver",
        "physfn",
        "survivability_mode",
        "drm/card0/lmem_total_bytes"
      })
  void withClassicDraOneFailedLookLeavesAHeldGpuInTheGas(String file) throws IOException {
    start(DraMode.CLASSIC);
    assertThat(node.allocate("a", DeviceType.GPU, 1, 1000)).isTrue();
    node.prepared("a");
    node.settle();
    GpuAllocationStateSpec before = node.gas.now().getSpec();
    List<String> cdi = node.cdiDevices();

    var unreadable = new Unreadable(node.sysfs(gpu, file));
    assertThat(gasAfterOneLook()).as("failed once").isEqualTo(before);
    assertThat(node.cdiDevices()).isEqualTo(cdi);
    node.prepared("a");

    unreadable.giveBack();
    assertThat(gasAfterOneLook()).as("read again").isEqualTo(before);

    new Unreadable(node.sysfs(gpu, file));
    gasAfterOneLook();
    assertThat(gasAfterOneLook().allocatable())
        .as("failed twice in a row")
        .doesNotContainKey(gpu.uid().toString());
  }

  /** A VF is named after its GPU's model. */
  @Test
  void withClassicDraVfsStayInTheGasWhenTheirGpuCannotBeReadOnce() throws IOException {
    start(DraMode.CLASSIC);
    assertThat(node.allocateVfs("a", 2, 2000)).isTrue();
    node.settle();
    node.prepared("a");
    node.settle();
    GpuAllocationStateSpec before = node.gas.now().getSpec();
    assertThat(node.offeredVfs(gpu)).isNotEmpty();

    new Unreadable(node.sysfs(gpu, "device"));

    assertThat(gasAfterOneLook()).isEqualTo(before);
    assertThat(node.offeredVfs(gpu)).isNotEmpty();
    node.prepared("a");
  }

  /** A GPU whose model cannot be read has no name. */
  @Test
  void aGpuWithoutANameInOneLookStaysInTheSlicesAndCanBePrepared() throws IOException {
    start(DraMode.STRUCTURED);
    node.structuredClaims.give("a", result(gpu.uid()));

    new Unreadable(node.sysfs(gpu, "device"));
    node.agent.monitor.scan();

    Device device = published(gpu.uid()).orElseThrow();
    assertThat(device.getTaints())
        .as("new pods are kept away")
        .singleElement()
        .satisfies(taint -> assertThat(taint.getEffect()).isEqualTo("NoSchedule"));
    assertThat(device.getAttributes()).containsKey("resource.kubernetes.io/numaNode");
    assertThat(node.agent.preparation.prepare(claim("a"), Optional.empty()))
        .isInstanceOf(PrepareResult.Prepared.class);
  }

  @Test
  void vfsOfOthersThatCannotBeReadOnceStayPublishedAndTheirGpuIsNot() throws IOException {
    start(DraMode.STRUCTURED);
    node.kernel.makeVfsForOthers(gpu, 2, true);
    node.agent.monitor.scan();
    node.settle();
    assertThat(published(gpu.uid())).isEmpty();
    assertThat(published(gpu.uid().vf(1))).isPresent();

    for (int vf = 0; vf < 2; vf++) {
      Path function = node.sysfs(gpu, "virtfn" + vf).toRealPath();
      Files.delete(function.resolve("vendor"));
      Files.createDirectory(function.resolve("vendor"));
    }
    node.agent.monitor.scan();

    assertThat(published(gpu.uid())).as("it has VFs").isEmpty();
    assertThat(published(gpu.uid().vf(1))).isPresent();
  }

  /** What a look says counts at once; only what it cannot read does not. */
  @Test
  void aGpuThatLosesItsDriverLeavesTheGasAtOnce() throws IOException {
    start(DraMode.CLASSIC);
    node.kernel.unbind(gpu);

    assertThat(gasAfterOneLook().allocatable()).isEmpty();
  }
}
