package com.intel.dra.gpu.nodeagent.devices;

import static com.intel.dra.gpu.nodeagent.app.AgentFixtures.allocatable;
import static com.intel.dra.gpu.nodeagent.app.AgentFixtures.allocated;
import static com.intel.dra.gpu.nodeagent.app.AgentFixtures.allocation;
import static com.intel.dra.gpu.nodeagent.app.AgentFixtures.gas;
import static com.intel.dra.gpu.nodeagent.app.AgentFixtures.gpu;
import static com.intel.dra.gpu.nodeagent.app.AgentFixtures.uid;
import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.api.AllocatableDevice;
import com.intel.dra.gpu.api.AllocatedDevice;
import com.intel.dra.gpu.api.ClaimAllocation;
import com.intel.dra.gpu.device.GpuHealth;
import com.intel.dra.gpu.device.PciAddress;
import com.intel.dra.gpu.metrics.Meters;
import com.intel.dra.gpu.nodeagent.app.AgentFixtures;
import com.intel.dra.gpu.nodeagent.config.TestingConfig;
import com.intel.dra.gpu.nodeagent.gas.TestingGasInformer;
import com.intel.dra.gpu.sysfs.discovery.Discovery;
import com.intel.dra.gpu.sysfs.discovery.SkipReason;
import com.intel.dra.gpu.sysfs.discovery.SkippedDevice;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@SuppressWarnings("NullAway.Init") // set before each test
class DeviceMetricsTest {

  private static final double MIB = 1 << 20;

  @TempDir Path root;

  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final NodeDevices devices = new NodeDevices();
  private final VfHosts hosts = new VfHosts(new DeviceLock());
  private TestingGasInformer informer;
  private DeviceMetrics figures;

  @BeforeEach
  void aNode() {
    informer = new TestingGasInformer(TestingConfig.below(root));
    figures = new DeviceMetrics(Meters.ofAgent(meters, "node1"), devices, hosts, informer);
  }

  private double value(String name, String... tags) {
    return meters.get(name).tag("node", "node1").tags(tags).gauge().value();
  }

  @Test
  void devicesAndMemoryAreThoseOfTheGas() {
    figures.discovered(new Discovery(List.of(gpu(3), gpu(4)), List.of(), List.of()));
    assertThat(value("gpu.dra.gpus", "model", "Flex 170")).as("before the GAS is seen").isZero();

    AllocatableDevice vf = new AllocatableDevice(0, 5000, "0x56c0", uid(4), "vf", uid(4) + "-vf0");
    AllocatedDevice ofVf = new AllocatedDevice(5000, uid(4), "", "vf", vf.uid());
    informer.gas =
        gas(
            Map.of(uid(3), allocatable(3), uid(4), allocatable(4), vf.uid(), vf),
            Map.of("a", List.of(allocated(3)), "gone", List.of(allocated(3))),
            Map.of("a", allocation(3), "b", new ClaimAllocation(List.of(ofVf), "pod")),
            "Ready");

    assertThat(value("gpu.dra.gpus", "model", "Flex 170")).isEqualTo(2);
    assertThat(value("gpu.dra.vfs", "model", "Flex 170")).isEqualTo(1);
    assertThat(value("gpu.dra.memory.allocatable", "model", "Flex 170"))
        .isEqualTo(2 * 16_384 * MIB);
    assertThat(value("gpu.dra.memory.allocated", "model", "Flex 170"))
        .as("a once, what is only prepared, and the VF")
        .isEqualTo((4096 + 4096 + 5000) * MIB);
    assertThat(value("gpu.dra.allocated.claims")).isEqualTo(2);
  }

  @Test
  void sharesByCountAreThoseOfTheGasAndWhatIsWithheldIsNotOffered() {
    figures.discovered(new Discovery(List.of(gpu(3), gpu(4)), List.of(), List.of()));
    var shared =
        new AllocatableDevice(0, false, 16_384, "0x56c0", "", "gpu", uid(3), "shares", 8, "");
    var withheld =
        new AllocatableDevice(0, false, 16_384, "0x56c0", "", "gpu", uid(4), "withheld", 0, "r");
    var held = new AllocatedDevice(0, "", "", "gpu", uid(3), 3, 8);
    informer.gas =
        gas(
            Map.of(uid(3), shared, uid(4), withheld),
            Map.of("a", List.of(held), "b", List.of(held)),
            Map.of(),
            "Ready");

    assertThat(value("gpu.dra.shares.allocatable", "model", "Flex 170")).isEqualTo(8);
    assertThat(value("gpu.dra.shares.allocated", "model", "Flex 170")).isEqualTo(6);
    assertThat(value("gpu.dra.gpus", "model", "Flex 170")).isEqualTo(1);
  }

  @Test
  void aModelThatIsGoneShowsZero() {
    figures.discovered(new Discovery(List.of(gpu(3)), List.of(), List.of()));
    figures.discovered(new Discovery(List.of(), List.of(), List.of()));
    informer.gas = gas(Map.of(), Map.of(), Map.of(), "Ready");

    assertThat(value("gpu.dra.gpus", "model", "Flex 170")).isZero();
    assertThat(value("gpu.dra.memory.allocatable", "model", "Flex 170")).isZero();
  }

  @Test
  void gpusCountByTheirState() {
    devices.tell(
        List.of(
            AgentFixtures.facts(gpu(3).uid(), new GpuHealth.Healthy()),
            AgentFixtures.facts(gpu(4).uid(), new GpuHealth.Healthy()),
            AgentFixtures.facts(gpu(5).uid(), new GpuHealth.NoDrmNodes())));
    hosts.set(gpu(4).uid(), Optional.of(new VfHostState.Unknown("no answer")));

    assertThat(value("gpu.dra.device.health", "state", "healthy")).isEqualTo(1);
    assertThat(value("gpu.dra.device.health", "state", "unresponsive")).isEqualTo(1);
    assertThat(value("gpu.dra.device.health", "state", "no_drm_nodes")).isEqualTo(1);

    devices.tell(List.of());

    assertThat(value("gpu.dra.device.health", "state", "vanished")).isEqualTo(3);
    assertThat(value("gpu.dra.device.health", "state", "healthy")).isZero();
  }

  @Test
  void whatIsNotOfferedCountsByItsReason() {
    var device =
        new SkippedDevice(new PciAddress(0, 5, 0, 0), SkipReason.UNSUPPORTED_DRIVER, "bound to x");
    figures.discovered(new Discovery(List.of(), List.of(device), List.of()));

    assertThat(value("gpu.dra.skipped.devices", "reason", "unsupported_driver")).isEqualTo(1);

    figures.discovered(new Discovery(List.of(), List.of(), List.of()));

    assertThat(value("gpu.dra.skipped.devices", "reason", "unsupported_driver")).isZero();
  }

  @Test
  void looksThatFailCount() {
    figures.discoveryFailed();

    assertThat(meters.get("gpu.dra.discovery.errors").counter().count()).isEqualTo(1);
  }
}
