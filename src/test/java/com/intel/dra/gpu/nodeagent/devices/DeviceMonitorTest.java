package com.intel.dra.gpu.nodeagent.devices;

import static com.intel.dra.gpu.nodeagent.app.AgentFixtures.allocatable;
import static com.intel.dra.gpu.nodeagent.app.AgentFixtures.simulatedGpu;
import static com.intel.dra.gpu.nodeagent.app.AgentFixtures.uid;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.intel.dra.gpu.device.DrmNodes;
import com.intel.dra.gpu.device.Gpu;
import com.intel.dra.gpu.device.GpuFacts;
import com.intel.dra.gpu.device.PciAddress;
import com.intel.dra.gpu.metrics.Meters;
import com.intel.dra.gpu.nodeagent.app.VfNode;
import com.intel.dra.gpu.nodeagent.cdi.GpuCdiDevices;
import com.intel.dra.gpu.nodeagent.config.AgentConfig;
import com.intel.dra.gpu.nodeagent.config.TestingConfig;
import com.intel.dra.gpu.nodeagent.gas.GasFields;
import com.intel.dra.gpu.nodeagent.gas.GasPublication;
import com.intel.dra.gpu.nodeagent.gas.TestingGasInformer;
import com.intel.dra.gpu.simulator.folder.DeviceNodes;
import com.intel.dra.gpu.simulator.program.FolderNode;
import com.intel.dra.gpu.simulator.topology.Topology;
import com.intel.dra.gpu.sysfs.discovery.GpuDiscovery;
import com.intel.dra.gpu.sysfs.drm.LocalMemory;
import com.intel.dra.gpu.sysfs.drm.LocalMemoryQuery;
import com.intel.dra.kit.cdi.CdiSpecFile;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import org.jboss.logmanager.ExtLogRecord;
import org.jboss.logmanager.LogContext;
import org.jboss.logmanager.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeviceMonitorTest {

  @TempDir Path root;

  private final NodeDevices devices = new NodeDevices();
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final GasPublication publication = new GasPublication();
  private FolderNode node;
  private TestingConfig config;
  private TestingGasInformer gas;
  private DeviceMonitor monitor;

  @BeforeEach
  void nodeWithTwoGpus() throws IOException {
    node =
        FolderNode.create(
            root.resolve("host"),
            new Topology(List.of(simulatedGpu(3), simulatedGpu(4))),
            DeviceNodes.PLAIN_FILES);
    config = TestingConfig.below(root).withHost(node.sysfsRoot(), node.devRoot());
    gas = new TestingGasInformer(config);
    monitor = monitor(config);
  }

  @AfterEach
  void close() throws IOException {
    node.close();
  }

  @Test
  void theFirstLookPublishesEveryDevice() {
    assertThat(devices.known()).isEmpty();

    monitor.scan();

    assertThat(uids()).containsExactly(uid(3), uid(4));
    assertThat(spec())
        .content()
        .contains(
            "cdiVersion: \"0.5.0\"",
            "kind: \"intel.com/gpu\"",
            uid(3),
            "path: \"/dev/dri/card0\"",
            "hostPath: \"" + node.devRoot() + "/dri/card0\"",
            "path: \"/dev/dri/renderD129\"",
            "path: \"/dev/dri/by-path/pci-0000:03:00.0-card\"",
            "path: \"/dev/dri/by-path/pci-0000:04:00.0-render\"");
    assertThat(gas.signals).isEqualTo(1);
  }

  @Test
  void whatMakesNoSenseInTheFileOfTheControlGroupsIsLoggedOnceAndCostsNoGpu() throws IOException {
    Path cgroup = Files.createDirectories(node.sysfsRoot().resolve("fs/cgroup"));
    Path file = Files.writeString(cgroup.resolve("dmem.capacity"), "drm/0000:03:00.0/vram0 x\n");
    var told = new ArrayList<String>();
    Logger logger = LogContext.getLogContext().getLogger(DeviceMonitor.class.getName());
    var handler = new Keeper(told);
    logger.addHandler(handler);
    try {
      monitor.scan();
      monitor.scan();
    } finally {
      logger.removeHandler(handler);
      Files.delete(file);
    }

    assertThat(uids()).containsExactly(uid(3), uid(4));
    assertThat(told)
        .filteredOn(line -> line.contains("dmem.capacity"))
        .singleElement()
        .asString()
        .contains(file.toString(), "line 1", "drm/0000:03:00.0/vram0 x");
  }

  /** Keeps the log lines. */
  private static final class Keeper extends Handler {

    private final List<String> lines;

    Keeper(List<String> lines) {
      this.lines = lines;
    }

    @Override
    public void publish(LogRecord line) {
      lines.add(ExtLogRecord.wrap(line).getFormattedMessage());
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }

  @Test
  void nothingIsToldWhenNothingChanged() {
    monitor.scan();
    monitor.scan();

    assertThat(gas.signals).isEqualTo(1);
  }

  @Test
  void aDeletedSpecIsWrittenAgain() throws IOException {
    monitor.scan();
    Files.delete(spec());

    monitor.scan();

    assertThat(spec()).exists();
    assertThat(gas.signals).isEqualTo(1);
  }

  @Test
  void aNewDeviceIsInTheSpecBeforeItIsOffered() throws IOException {
    monitor.scan();
    node.add(simulatedGpu(5));
    Files.delete(spec());
    // a folder is in the place of the spec, so the spec cannot be written
    Files.createDirectories(spec().resolve("in-the-way"));

    monitor.scan();
    assertThat(uids()).as("not offered while runtimes do not know it").doesNotContain(uid(5));

    Files.delete(spec().resolve("in-the-way"));
    Files.delete(spec());
    monitor.scan();

    assertThat(uids()).contains(uid(5));
    assertThat(spec()).content().contains(uid(5));
  }

  @Test
  void aVanishedDeviceLeavesTheGasBeforeItLeavesTheSpec() throws Exception {
    monitor.scan();
    publication.published(
        new GasFields(
            Optional.of(Map.of(uid(3), allocatable(3), uid(4), allocatable(4))),
            Optional.empty(),
            Optional.empty(),
            "Ready"));
    node.remove(new PciAddress(0, 4, 0, 0));

    Thread scan = Thread.ofVirtual().start(monitor::scan);
    await().untilAsserted(() -> assertThat(gas.signals).isEqualTo(2));
    assertThat(uids()).containsExactly(uid(3));
    assertThat(spec()).content().contains(uid(4));

    publication.published(
        new GasFields(
            Optional.of(Map.of(uid(3), allocatable(3))),
            Optional.empty(),
            Optional.empty(),
            "Ready"));
    scan.join();

    assertThat(spec()).content().contains(uid(3)).doesNotContain(uid(4));
  }

  @Test
  void aDeviceNodeIsNeverListedForTwoDevices() throws Exception {
    monitor.scan();
    node.remove(new PciAddress(0, 3, 0, 0));
    node.add(simulatedGpu(6)); // gets the free card0

    Thread scan = Thread.ofVirtual().start(monitor::scan);
    await().untilAsserted(() -> assertThat(uids()).contains(uid(6)));

    assertThat(spec()).content().contains(uid(6)).doesNotContain(uid(3));
    scan.interrupt();
    scan.join();
  }

  @Test
  void oneCommonDeviceNodeIsEnough() {
    var gone = new DrmNodes(0, OptionalInt.of(128));

    assertThat(gone.overlap(new DrmNodes(0, OptionalInt.of(129)))).isTrue();
    assertThat(gone.overlap(new DrmNodes(1, OptionalInt.of(128)))).isTrue();
    assertThat(gone.overlap(new DrmNodes(1, OptionalInt.of(129)))).isFalse();
    assertThat(new DrmNodes(0, OptionalInt.empty()).overlap(new DrmNodes(1, OptionalInt.empty())))
        .isFalse();
  }

  /**
   * One GPU has lost its driver, and the driver of the other, loaded again, has given it the first
   * one's card.
   */
  @Test
  void aVanishedDeviceDoesNotKeepACardThatIsAnothersNow() throws Exception {
    VfNode two = VfNode.stepByStep(root.resolve("two"));
    Gpu first = two.flex170(0xb3);
    Gpu second = two.flex170(0xb4);
    DeviceMonitor ofTwo = monitor(two.config());
    ofTwo.scan();
    Files.delete(two.sysfs(first, "driver"));
    Path drm = two.sysfs(second, "drm");
    Files.move(drm.resolve("card1"), drm.resolve("card0"));

    Thread scan = Thread.ofVirtual().start(ofTwo::scan);
    await()
        .untilAsserted(() -> assertThat(two.cdiDevices()).containsExactly(second.uid().toString()));
    assertThat(scan.isAlive()).as("before the GAS was awaited").isTrue();
    scan.interrupt();
    scan.join();
  }

  /** Another agent of the node has published a change that happened after this agent's scan. */
  @Test
  void anOlderLookDoesNotReplaceWhatAnotherAgentFound() throws Exception {
    var looks = new AtomicInteger();
    var counting =
        new LocalMemoryQuery() {
          @Override
          public void lookBegins() {
            looks.incrementAndGet();
          }

          @Override
          public LocalMemory of(DrmNodes nodes) {
            return new LocalMemory.SwitchedOff();
          }
        };
    DeviceMonitor late = monitor(config, new GpuDiscovery(config.sysfsRoot(), counting));
    var others = new CdiSpecFile(config.cdiRoot(), GpuCdiDevices.KIND);

    Thread scan =
        others.exclusively(
            () -> {
              Thread waiting = Thread.ofVirtual().start(late::scan);
              await().until(() -> looks.get() > 0 && isWaitingFor(waiting));
              node.add(simulatedGpu(5));
              others.publish(
                  GpuCdiDevices.of(
                      new GpuDiscovery(config.sysfsRoot()).discover().devices(), config.devRoot()));
              return waiting;
            });
    scan.join();

    assertThat(spec()).content().contains(uid(3), uid(4), uid(5));
    assertThat(uids()).containsExactly(uid(3), uid(4), uid(5));
  }

  /** This says nothing of the GPUs. */
  @Test
  void anAgentWithTooManyOpenFilesChangesNothing() {
    var hasTooMany = new AtomicBoolean();
    LocalMemoryQuery query =
        _ ->
            hasTooMany.get()
                ? new LocalMemory.NoAnswer("opening /dev/dri/card0: too many open files")
                : new LocalMemory.SwitchedOff();
    DeviceMonitor full = monitor(config, new GpuDiscovery(config.sysfsRoot(), query));
    assertThat(full.scan()).isTrue();
    List<GpuFacts> facts = devices.facts();

    hasTooMany.set(true);
    for (int look = 0; look < 3; look++) {
      assertThat(full.scan()).isFalse();
    }

    assertThat(uids()).containsExactly(uid(3), uid(4));
    assertThat(devices.facts()).isEqualTo(facts);
  }

  private static boolean isWaitingFor(Thread thread) {
    return thread.getState() == Thread.State.TIMED_WAITING;
  }

  @Test
  void aNodeWithoutGpusHasNoSpecAndNoDevices() throws IOException {
    node.apply(new Topology(List.of()));

    monitor.scan();

    assertThat(devices.known()).hasValue(List.of());
    assertThat(spec()).doesNotExist();
  }

  @Test
  void whenSysfsIsNotThereNothingIsClaimedToBeKnown() {
    DeviceMonitor blind = monitor(config.withHost(root.resolve("nowhere"), node.devRoot()));

    blind.scan();

    assertThat(devices.known()).isEmpty();
  }

  private DeviceMonitor monitor(AgentConfig agentConfig) {
    return monitor(agentConfig, new GpuDiscovery(agentConfig.sysfsRoot()));
  }

  private DeviceMonitor monitor(AgentConfig agentConfig, GpuDiscovery discovery) {
    var lock = new DeviceLock();
    return new DeviceMonitor(
        discovery,
        new CdiSpecFile(agentConfig.cdiRoot(), GpuCdiDevices.KIND),
        devices,
        gas,
        publication,
        lock,
        new VfHosts(lock),
        new DeviceMetrics(Meters.ofAgent(meters, "node1"), devices, new VfHosts(lock), gas),
        agentConfig);
  }

  private List<String> uids() {
    return devices.known().orElseThrow().stream().map(Gpu::uid).map(Object::toString).toList();
  }

  private Path spec() {
    return config.cdiRoot().resolve("intel.com-gpu.yaml");
  }
}
