package com.intel.dra.gpu.nodeagent.publish;

import static com.intel.dra.gpu.nodeagent.app.AgentFixtures.claim;
import static com.intel.dra.gpu.nodeagent.app.AgentFixtures.result;
import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.api.AllocatedDevice;
import com.intel.dra.gpu.device.DeviceType;
import com.intel.dra.gpu.device.DeviceUid;
import com.intel.dra.gpu.device.Gpu;
import com.intel.dra.gpu.mode.DraMode;
import com.intel.dra.gpu.nodeagent.app.VfNode;
import com.intel.dra.gpu.nodeagent.state.PreparedClaim;
import com.intel.dra.gpu.structured.DeviceName;
import com.intel.dra.gpu.structured.OfferedDevices;
import com.intel.dra.kit.kubelet.api.DeviceHealth;
import com.intel.dra.kit.kubelet.api.PrepareResult;
import io.fabric8.kubernetes.api.model.resource.v1.Device;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceCapacity;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceRequestAllocationResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is published for a GPU while claims hold a part of it and its files change. */
class OfferedWhileHeldTest {

  @TempDir Path root;

  private VfNode node;
  private Gpu gpu;

  @SuppressWarnings("NullAway.Init") // each test starts the node in its mode first
  OfferedWhileHeldTest() {}

  private void start(DraMode mode) throws IOException {
    node = VfNode.stepByStep(root, mode);
    gpu = node.flex170(0xb3);
    node.start();
    node.settle();
  }

  private void prepare(String claim, DeviceUid device) {
    node.structuredClaims.give(claim, result(device));
    node.agent.preparation.prepare(claim(claim), Optional.empty());
    node.settle();
    assertThat(node.agent.preparation.prepare(claim(claim), Optional.empty()))
        .isInstanceOf(PrepareResult.Prepared.class);
    node.settle();
  }

  private List<OfferedDevices> ways() {
    return node.agent.offer.current().orElseThrow().inOrderOfPreference(true);
  }

  private Optional<Device> published(DeviceUid device) {
    return find(ways().getFirst(), device);
  }

  private static Optional<Device> find(OfferedDevices way, DeviceUid device) {
    return way.devices().stream()
        .filter(candidate -> candidate.getName().equals(DeviceName.of(device).toString()))
        .findFirst();
  }

  private List<String> taints(DeviceUid device) {
    return taints(published(device).orElseThrow());
  }

  private static List<String> taints(Device device) {
    return device.getTaints().stream()
        .map(taint -> taint.getKey().replace("gpu.intel.com/", "") + ":" + taint.getEffect())
        .toList();
  }

  private void makeUnreadable(String file) throws IOException {
    Files.delete(node.sysfs(gpu, file));
    Files.createDirectory(node.sysfs(gpu, file));
  }

  @ParameterizedTest
  @ValueSource(strings = {"autoprobe", "totalvfs", "memory"})
  void aSplitGpuStaysSplitWhateverItsFilesSay(String lost) throws IOException {
    start(DraMode.STRUCTURED);
    prepare("a", gpu.uid().vf(0));
    switch (lost) {
      case "autoprobe" -> Files.writeString(node.sysfs(gpu, "sriov_drivers_autoprobe"), "0\n");
      case "totalvfs" -> makeUnreadable("sriov_totalvfs");
      default -> Files.delete(node.sysfs(gpu, "drm/card0/lmem_total_bytes"));
    }
    node.agent.monitor.scan();
    node.agent.monitor.scan();

    assertThat(ways().getFirst().name()).endsWith("vfs-on-demand");
    assertThat(published(gpu.uid()).orElseThrow().getConsumesCounters()).isNotEmpty();
    assertThat(published(gpu.uid().vf(0))).isPresent();
    assertThat(taints(gpu.uid().vf(1)))
        .as("no others can be made")
        .contains("vfs-failed:NoSchedule");
    assertThat(node.agent.preparation.prepare(claim("a"), Optional.empty()))
        .as("the kubelet asks again")
        .isInstanceOf(PrepareResult.Prepared.class);
  }

  /** Clusters without partitionable devices do not store the counters. */
  @Test
  void theGpuOfAHeldVfKeepsOthersAwayAlsoWithoutCounters() throws IOException {
    start(DraMode.STRUCTURED);
    prepare("a", gpu.uid().vf(0));

    assertThat(ways().getLast().counterSets()).isEmpty();
    assertThat(taints(find(ways().getLast(), gpu.uid()).orElseThrow()))
        .containsExactly("in-use:NoSchedule");
  }

  @Test
  void aVfThatGoesUnderItsHolderEvictsItAndKeepsOthersFromTheGpu() throws IOException {
    start(DraMode.STRUCTURED);
    node.kernel.write(node.sysfs(gpu, "sriov_numvfs"), "7");
    node.agent.monitor.scan();
    node.settle();
    DeviceUid vf = gpu.uid().vf(6);
    prepare("a", vf);
    assertThat(taints(vf)).isEmpty();
    node.kernel.write(node.sysfs(gpu, "sriov_numvfs"), "0");
    node.agent.monitor.scan();

    assertThat(taints(gpu.uid())).as("at once").contains("in-use:NoSchedule");
    assertThat(health(vf)).isEqualTo(DeviceHealth.Status.UNHEALTHY);
    assertThat(health(gpu.uid())).isEqualTo(DeviceHealth.Status.HEALTHY);

    node.agent.monitor.scan();
    assertThat(taints(vf)).containsExactly("unhealthy:NoExecute");
    assertThat(taints(gpu.uid())).contains("in-use:NoSchedule");

    node.unprepare("a");
    assertThat(published(vf)).isEmpty();
    assertThat(taints(gpu.uid())).isEmpty();
  }

  @Test
  void vfsThatSomebodyMakesOfAHeldGpuKeepOthersAway() throws IOException {
    start(DraMode.STRUCTURED);
    prepare("a", gpu.uid());
    node.kernel.write(node.sysfs(gpu, "sriov_numvfs"), "2");
    node.agent.monitor.scan();
    node.settle();

    assertThat(published(gpu.uid())).isEmpty();
    assertThat(taints(gpu.uid().vf(0))).containsExactly("in-use:NoSchedule");
  }

  @Test
  void withClassicDraNobodyGetsTheGpuOfAVfThatWentUnderItsHolder() throws IOException {
    start(DraMode.CLASSIC);
    assertThat(node.allocateVfs("a", 1, 2000)).isTrue();
    node.settle();
    node.prepared("a");
    Files.writeString(node.sysfs(gpu, "sriov_drivers_autoprobe"), "0\n");
    node.kernel.write(node.sysfs(gpu, "sriov_numvfs"), "0");
    node.agent.monitor.scan();
    node.settle();

    assertThat(node.allocate("b", DeviceType.GPU, 1, 1000)).isFalse();
  }

  @Test
  void oneFailedLookEvictsNobody() throws IOException {
    start(DraMode.STRUCTURED);
    prepare("a", gpu.uid());
    makeUnreadable("vendor");
    node.agent.monitor.scan();
    assertThat(taints(gpu.uid())).containsExactly("unhealthy:NoSchedule");

    node.agent.monitor.scan();
    assertThat(taints(gpu.uid())).containsExactly("unhealthy:NoExecute");

    Files.delete(node.sysfs(gpu, "vendor"));
    Files.writeString(node.sysfs(gpu, "vendor"), "0x8086\n");
    node.agent.monitor.scan();
    assertThat(taints(gpu.uid())).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"sriov_totalvfs", "sriov_drivers_autoprobe"})
  void oneFailedReadOfAnSriovFileChangesNothingThatIsOffered(String file) throws IOException {
    start(DraMode.STRUCTURED);
    List<OfferedDevices> before = ways();
    Optional<List<Gpu>> known = node.agent.devices.known();
    assertThat(known.orElseThrow().getFirst().maxVfs()).isPositive();
    String content = Files.readString(node.sysfs(gpu, file));
    for (int time = 0; time < 2; time++) {
      makeUnreadable(file);
      node.agent.monitor.scan();
      assertThat(ways()).as("failed once").isEqualTo(before);
      assertThat(node.agent.devices.known()).isEqualTo(known);

      Files.delete(node.sysfs(gpu, file));
      Files.writeString(node.sysfs(gpu, file), content);
      node.agent.monitor.scan();
      assertThat(ways()).as("read again").isEqualTo(before);
    }

    makeUnreadable(file);
    node.agent.monitor.scan();
    node.agent.monitor.scan();
    assertThat(node.agent.devices.known().orElseThrow().getFirst().maxVfs())
        .as("failed twice in a row")
        .isZero();
  }

  /** Another GPU, on which VFs are about to be made; the work ends with a look at all devices. */
  private void startWithWorkOnAnotherGpu() throws IOException {
    node = VfNode.stepByStep(root, DraMode.STRUCTURED);
    gpu = node.flex170(0xb3);
    Gpu other = node.flex170(0xb4);
    node.start();
    node.settle();
    prepare("a", gpu.uid());
    node.structuredClaims.give("v", result(other.uid().vf(0)));
    node.agent.preparation.prepare(claim("v"), Optional.empty());
    node.reconcile(); // the GAS lists the claim
    node.reconcile(); // its VFs are to be made
  }

  @Test
  void aLookAfterWorkOnAnotherGpuIsNoSecondLook() throws IOException {
    startWithWorkOnAnotherGpu();
    makeUnreadable("vendor");
    node.agent.monitor.scan();
    assertThat(node.work()).isTrue();
    assertThat(taints(gpu.uid())).as("a moment later").containsExactly("unhealthy:NoSchedule");

    node.agent.monitor.scan();
    assertThat(taints(gpu.uid())).containsExactly("unhealthy:NoExecute");
  }

  @Test
  void aLookAfterWorkOnAnotherGpuIsNoSecondFailedReadOfAnSriovFile() throws IOException {
    startWithWorkOnAnotherGpu();
    makeUnreadable("sriov_totalvfs");
    node.agent.monitor.scan();
    assertThat(node.work()).isTrue();
    assertThat(node.agent.devices.find(gpu.uid().toString()).orElseThrow().maxVfs())
        .as("a moment later")
        .isPositive();

    node.agent.monitor.scan();
    assertThat(node.agent.devices.find(gpu.uid().toString()).orElseThrow().maxVfs()).isZero();
  }

  /** The kubelet does not unprepare what was never prepared. */
  @Test
  void aGpuIsGivenAlthoughAClaimThatIsGoneStillWaitsForItsVf() throws IOException {
    start(DraMode.STRUCTURED);
    node.structuredClaims.give("gone", result(gpu.uid().vf(0)));
    assertThat(node.agent.preparation.prepare(claim("gone"), Optional.empty()))
        .isInstanceOf(PrepareResult.Failed.class);
    node.structuredClaims.delete("gone");
    node.settle();
    assertThat(taints(gpu.uid())).as("it is offered").isEmpty();

    prepare("a", gpu.uid());

    assertThat(node.kernel.isPlain(gpu)).isTrue();
  }

  @Test
  void aHeldGpuThatWentWhileNoAgentRanEvictsItsPods() throws IOException {
    start(DraMode.STRUCTURED);
    prepare("a", gpu.uid());
    Files.move(node.sysfs(gpu, ""), root.resolve("pulled"));
    node.start();

    assertThat(health(gpu.uid())).isEqualTo(DeviceHealth.Status.UNHEALTHY);
    assertThat(taints(gpu.uid())).as("one look").containsExactly("unhealthy:NoSchedule");
    node.agent.monitor.scan();
    assertThat(taints(gpu.uid())).containsExactly("unhealthy:NoExecute");
    assertThat(published(gpu.uid()).orElseThrow().getCapacity())
        .hasEntrySatisfying(
            "memory", memory -> assertThat(memory.getValue()).hasToString("16384Mi"));

    node.unprepare("a");
    assertThat(published(gpu.uid())).isEmpty();
  }

  /** The records may say more than any GPU has. */
  @Test
  void aHeldGpuThatWentWhileNoAgentRanHasNoNegativeMemory() throws IOException {
    start(DraMode.STRUCTURED);
    node.agent.prepared.completeFrom(Map.of());
    for (String claim : List.of("a", "b")) {
      node.agent.prepared.put(
          claim,
          new PreparedClaim(
              "default",
              claim,
              List.of(
                  new AllocatedDevice(Integer.MAX_VALUE, "", "", "gpu", gpu.uid().toString()))));
    }
    Files.move(node.sysfs(gpu, ""), root.resolve("pulled"));
    node.start();
    node.agent.monitor.scan();

    assertThat(published(gpu.uid()).orElseThrow().getCapacity())
        .extractingByKey("memory")
        .extracting(DeviceCapacity::getValue)
        .hasToString(Integer.MAX_VALUE + "Mi");
  }

  @Test
  void aHeldGpuThatHangsSinceBeforeTheAgentStartedEvictsItsPods() throws IOException {
    start(DraMode.STRUCTURED);
    prepare("a", gpu.uid());
    makeUnreadable("drm/card0/lmem_total_bytes");
    node.start();
    node.agent.monitor.scan();

    assertThat(health(gpu.uid())).isEqualTo(DeviceHealth.Status.UNHEALTHY);
    assertThat(taints(gpu.uid())).containsExactly("unhealthy:NoExecute");
  }

  @Test
  void heldVfsOfAGpuThatWentWhileNoAgentRanEvictTheirPods() throws IOException {
    start(DraMode.STRUCTURED);
    DeviceUid vf = gpu.uid().vf(0);
    prepare("a", vf);
    node.kernel.removeVfsOf(gpu);
    Files.move(node.sysfs(gpu, ""), root.resolve("pulled"));
    node.start();
    node.agent.monitor.scan();

    assertThat(health(vf)).isEqualTo(DeviceHealth.Status.UNHEALTHY);
    assertThat(taints(vf)).containsExactly("unhealthy:NoExecute");
    assertThat(published(gpu.uid())).isEmpty();
  }

  @Test
  void heldVfsOfAGpuThatIsGoneAreToldAsGone() throws IOException {
    start(DraMode.STRUCTURED);
    DeviceUid vf = gpu.uid().vf(0);
    prepare("a", vf);
    Files.delete(node.sysfs(gpu, "driver"));
    node.agent.monitor.scan();

    assertThat(health(vf)).as("no better than its GPU").isEqualTo(DeviceHealth.Status.UNHEALTHY);
  }

  @Test
  void theMonitorOfAGpuThatCannotBeUsedIsNeitherPublishedNorPrepared() throws IOException {
    start(DraMode.STRUCTURED);
    String monitor = DeviceName.monitorOf(gpu.uid()).toString();
    assertThat(ways().getFirst().devices()).extracting(Device::getName).contains(monitor);
    Files.delete(node.sysfs(gpu, "driver"));
    node.agent.monitor.scan();
    node.settle();
    DeviceRequestAllocationResult looksOn = result("r", monitor);
    looksOn.setAdminAccess(true);
    node.structuredClaims.give("m", looksOn);

    assertThat(ways().getFirst().devices()).extracting(Device::getName).doesNotContain(monitor);
    assertThat(node.agent.preparation.prepare(claim("m"), Optional.empty()))
        .isInstanceOfSatisfying(
            PrepareResult.Failed.class,
            failed -> assertThat(failed.message()).contains("cannot be monitored now"));
  }

  @Test
  void aNodeWhoseKubeletRefusedTheDriverKeepsNewPodsAway() throws IOException {
    start(DraMode.STRUCTURED);
    node.agent.offer.setReady(false);
    assertThat(ways().getFirst().devices())
        .isNotEmpty()
        .allSatisfy(device -> assertThat(taints(device)).contains("not-ready:NoSchedule"));

    node.agent.offer.setReady(true);
    assertThat(ways().getFirst().devices())
        .allSatisfy(device -> assertThat(taints(device)).isEmpty());
  }

  @Test
  void aDeviceThatAClaimHeldBeforeItGotAnotherKeepsOthersAway() throws IOException {
    node = VfNode.stepByStep(root, DraMode.STRUCTURED);
    gpu = node.flex170(0xb3);
    Gpu other = node.flex170(0xb4);
    node.start();
    node.settle();
    prepare("a", gpu.uid());
    prepare("a", other.uid());
    node.structuredClaims.give("b", result(gpu.uid()));
    assertThat(node.agent.preparation.prepare(claim("b"), Optional.empty()))
        .isInstanceOf(PrepareResult.Failed.class);

    assertThat(taints(gpu.uid())).containsExactly("in-use:NoSchedule");
    assertThat(taints(other.uid())).isEmpty();
  }

  private DeviceHealth.Status health(DeviceUid device) {
    return new OfferedDeviceHealth(
            node.agent.devices, node.agent.prepared, node.config(), Clock.systemUTC())
        .current().stream()
            .filter(told -> told.deviceName().equals(DeviceName.of(device).toString()))
            .findFirst()
            .orElseThrow()
            .status();
  }
}
