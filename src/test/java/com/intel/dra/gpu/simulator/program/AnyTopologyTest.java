package com.intel.dra.gpu.simulator.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.intel.dra.gpu.device.Gpu;
import com.intel.dra.gpu.device.PciAddress;
import com.intel.dra.gpu.device.PciDeviceId;
import com.intel.dra.gpu.simulator.folder.DeviceNodes;
import com.intel.dra.gpu.simulator.topology.SimulatedGpu;
import com.intel.dra.gpu.simulator.topology.Topology;
import com.intel.dra.gpu.simulator.topology.TopologyReader;
import com.intel.dra.gpu.sysfs.discovery.GpuDiscovery;
import com.intel.dra.gpu.sysfs.files.KernelDriver;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Checks every topology from the file to what discovery finds. */
class AnyTopologyTest {

  @Provide
  Arbitrary<Topology> topologies() {
    Arbitrary<PciAddress> addresses =
        Combinators.combine(
                Arbitraries.integers().between(0, 0x1ffff),
                Arbitraries.integers().between(0, 0xff),
                Arbitraries.integers().between(0, 0x1f),
                Arbitraries.integers().between(0, 7))
            .as(PciAddress::new);
    Arbitrary<PciDeviceId> models =
        Arbitraries.integers()
            .between(0, 0xffff)
            .map(id -> new PciDeviceId("0x%04x".formatted(id)));
    return Combinators.combine(
            addresses,
            models,
            Arbitraries.integers().between(0, 200_000),
            Arbitraries.of(0, 1, 7, SimulatedGpu.MAX_VFS),
            Arbitraries.of(KernelDriver.class))
        .as(SimulatedGpu::new)
        .list()
        .uniqueElements(SimulatedGpu::address)
        .ofMaxSize(4)
        .map(Topology::new);
  }

  @Property(tries = 200)
  void isReadBackFromItsFile(@ForAll("topologies") Topology topology) throws Exception {
    String yaml =
        topology.gpus().stream()
            .map(
                gpu ->
                    "- {address: \"%s\", model: \"%s\", memoryMiB: %d, maxVfs: %d, driver: %s}"
                        .formatted(
                            gpu.address(),
                            gpu.model(),
                            gpu.memoryMiB(),
                            gpu.maxVfs(),
                            gpu.driver().sysfsName()))
            .collect(
                Collectors.joining("\n", topology.gpus().isEmpty() ? "gpus: []" : "gpus:\n", ""));

    assertThat(TopologyReader.read("topology.yaml", yaml.getBytes(StandardCharsets.UTF_8)))
        .isEqualTo(topology);
  }

  @Property(tries = 25)
  void isWhatDiscoverySeesAndNothingIsLeftAfterwards(@ForAll("topologies") Topology topology)
      throws IOException {
    Path parent = Files.createTempDirectory("any-topology");
    Path root = parent.resolve("root");
    try (FolderNode node = FolderNode.create(root, topology, DeviceNodes.PLAIN_FILES)) {
      assertThat(new GpuDiscovery(node.sysfsRoot()).discover().devices())
          .extracting(Gpu::address, gpu -> gpu.uid().model(), Gpu::memoryMiB, Gpu::maxVfs)
          .containsExactlyInAnyOrderElementsOf(
              topology.gpus().stream()
                  .map(gpu -> tuple(gpu.address(), gpu.model(), gpu.memoryMiB(), gpu.maxVfs()))
                  .toList());
    }
    assertThat(root).doesNotExist();
    Files.delete(parent);
  }
}
