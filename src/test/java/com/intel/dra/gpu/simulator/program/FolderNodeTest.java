package com.intel.dra.gpu.simulator.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import com.intel.dra.gpu.device.DeviceUid;
import com.intel.dra.gpu.device.DrmNodes;
import com.intel.dra.gpu.device.Gpu;
import com.intel.dra.gpu.device.GpuFacts;
import com.intel.dra.gpu.device.PciAddress;
import com.intel.dra.gpu.device.PciDeviceId;
import com.intel.dra.gpu.simulator.folder.DeviceNodes;
import com.intel.dra.gpu.simulator.folder.MknodException;
import com.intel.dra.gpu.simulator.folder.UnusableRootException;
import com.intel.dra.gpu.simulator.topology.MemoryFile;
import com.intel.dra.gpu.simulator.topology.PlacedGpu;
import com.intel.dra.gpu.simulator.topology.SimulatedGpu;
import com.intel.dra.gpu.simulator.topology.Topology;
import com.intel.dra.gpu.simulator.topology.TopologyChange;
import com.intel.dra.gpu.sysfs.discovery.Discovery;
import com.intel.dra.gpu.sysfs.discovery.GpuDiscovery;
import com.intel.dra.gpu.sysfs.discovery.SkipReason;
import com.intel.dra.gpu.sysfs.discovery.SkippedDevice;
import com.intel.dra.gpu.sysfs.files.KernelDriver;
import com.intel.dra.gpu.sysfs.files.OtherUser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderNodeTest {

  private static final SimulatedGpu FLEX = gpu("0000:b3:00.0", 14248, 16, KernelDriver.I915);
  private static final SimulatedGpu SMALL = gpu("0000:03:00.0", 5068, 12, KernelDriver.I915);
  private static final SimulatedGpu INTEGRATED = gpu("0000:00:02.0", 0, 0, KernelDriver.I915);
  private static final SimulatedGpu BATTLEMAGE = gpu("0001:b4:00.0", 24480, 4, KernelDriver.XE);

  @TempDir Path temporary;
  private Path root;

  @BeforeEach
  void chooseRoot() {
    root = temporary.resolve("root");
  }

  private static SimulatedGpu gpu(String address, int memoryMiB, int maxVfs, KernelDriver driver) {
    return new SimulatedGpu(
        PciAddress.parse(address).orElseThrow(),
        new PciDeviceId("0x56c0"),
        memoryMiB,
        maxVfs,
        driver);
  }

  private static Gpu seen(SimulatedGpu gpu, int card) {
    return new Gpu(
        DeviceUid.gpu(gpu.address(), gpu.model()),
        gpu.address(),
        gpu.memoryMiB(),
        gpu.maxVfs(),
        new DrmNodes(card, OptionalInt.of(128 + card)));
  }

  private FolderNode simulate(SimulatedGpu... gpus) throws IOException {
    return FolderNode.create(root, new Topology(List.of(gpus)), DeviceNodes.PLAIN_FILES);
  }

  private static Discovery discover(FolderNode node) throws IOException {
    return new GpuDiscovery(node.sysfsRoot()).discover();
  }

  @Nested
  class TheTree {

    @Test
    void isWhatDiscoveryUnderstands() throws Exception {
      try (FolderNode node = simulate(FLEX, SMALL, INTEGRATED, BATTLEMAGE)) {
        assertThat(discover(node).devices())
            .containsExactly(
                seen(INTEGRATED, 2), seen(SMALL, 1), seen(FLEX, 0), seen(BATTLEMAGE, 3));
        assertThat(discover(node).skipped()).isEmpty();
      }
    }

    @Test
    void showsAManagementEngineThatDiscoveryFinds() throws Exception {
      try (FolderNode node =
          simulate(withManagementEngine(FLEX), withManagementEngine(BATTLEMAGE))) {
        assertThat(discover(node).facts())
            .extracting(GpuFacts::address, GpuFacts::meiNodes)
            .containsExactly(
                tuple(FLEX.address(), List.of(0)), tuple(BATTLEMAGE.address(), List.of(1)));
        assertThat(root.resolve("dev/mei0")).exists();
        assertThat(root.resolve("dev/mei1")).exists();
      }
      assertThat(root).doesNotExist();
    }

    private static SimulatedGpu withManagementEngine(SimulatedGpu gpu) {
      return with(gpu, gpu.numaNode(), gpu.pcieRoot(), gpu.memoryFile(), true);
    }

    @Test
    void hasNoLinkThatLeadsNowhereOrOutOfTheRoot() throws Exception {
      try (FolderNode node = simulate(FLEX, BATTLEMAGE)) {
        List<Path> links = entries(root).filter(Files::isSymbolicLink).toList();

        assertThat(links).hasSizeGreaterThan(10);
        for (Path link : links) {
          assertThat(Files.readSymbolicLink(link)).isRelative();
          assertThat(link.toRealPath()).startsWith(node.sysfsRoot());
        }
      }
    }

    @Test
    void putsGpusBehindTheHostBridgeAndOnTheNumaNodeThatTheyAreToHave() throws Exception {
      SimulatedGpu first = behind("pci0000:b0", FLEX, OptionalInt.of(1));
      SimulatedGpu second =
          behind("pci0000:b0", gpu("0000:b4:00.0", 0, 0, KernelDriver.XE), OptionalInt.of(0));
      try (FolderNode node = simulate(first, second, BATTLEMAGE)) {
        assertThat(discover(node).facts())
            .extracting(
                facts -> facts.pcieRoot().orElseThrow(),
                GpuFacts::numaNode,
                facts -> facts.driver().orElseThrow())
            .containsExactly(
                tuple("pci0000:b0", OptionalInt.of(1), "i915"),
                tuple("pci0000:b0", OptionalInt.of(0), "xe"),
                tuple("pci0001:b4", OptionalInt.empty(), "xe"));
        node.remove(first.address());
        assertThat(discover(node).devices()).hasSize(2);
      }
      assertThat(root).doesNotExist();
    }

    @Test
    void anXeGpuWhoseMemoryIsOnlyInTheFileOfTheControlGroups() throws Exception {
      SimulatedGpu stated = stated(gpu("0000:b4:00.0", 24480, 0, KernelDriver.XE));
      SimulatedGpu integrated = stated(gpu("0000:00:02.0", 0, 0, KernelDriver.XE));
      try (FolderNode node = simulate(FLEX, stated, integrated)) {
        assertThat(node.sysfsRoot().resolve("fs/cgroup/dmem.capacity"))
            .hasContent("drm/0000:b4:00.0/vram0 25669140480\n");
        assertThat(node.sysfsRoot().resolve("class/drm/card1/lmem_total_bytes")).doesNotExist();
        assertThat(discover(node).devices())
            .extracting(gpu -> gpu.address().toString(), Gpu::memoryMiB)
            .containsExactly(
                tuple("0000:00:02.0", 0),
                tuple("0000:b3:00.0", FLEX.memoryMiB()),
                tuple("0000:b4:00.0", 24480));

        node.remove(stated.address());

        assertThat(node.sysfsRoot().resolve("fs/cgroup/dmem.capacity")).doesNotExist();
        node.add(stated);
        assertThat(discover(node).devices())
            .extracting(Gpu::memoryMiB)
            .containsExactly(0, FLEX.memoryMiB(), 24480);
      }
      assertThat(root).doesNotExist();
    }

    private static SimulatedGpu stated(SimulatedGpu gpu) {
      return with(gpu, gpu.numaNode(), gpu.pcieRoot(), MemoryFile.DMEM_CAPACITY, false);
    }

    private static SimulatedGpu behind(String pcieRoot, SimulatedGpu gpu, OptionalInt numaNode) {
      return with(gpu, numaNode, pcieRoot, gpu.memoryFile(), false);
    }

    private static SimulatedGpu with(
        SimulatedGpu gpu,
        OptionalInt numaNode,
        String pcieRoot,
        MemoryFile memoryFile,
        boolean managementEngine) {
      return new SimulatedGpu(
          gpu.address(),
          gpu.model(),
          gpu.memoryMiB(),
          gpu.maxVfs(),
          gpu.driver(),
          gpu.quotaFiles(),
          gpu.tiles(),
          numaNode,
          pcieRoot,
          memoryFile,
          managementEngine);
    }

    @Test
    void linksDevicesWhereTheKernelDoes() throws Exception {
      try (FolderNode node = simulate(FLEX)) {
        Path sysfs = node.sysfsRoot();
        Path device = sysfs.resolve("devices/pci0000:b3/0000:b3:00.0");

        assertThat(sysfs.resolve("bus/pci/devices/0000:b3:00.0").toRealPath()).isEqualTo(device);
        assertThat(sysfs.resolve("bus/pci/drivers/i915/0000:b3:00.0").toRealPath())
            .isEqualTo(device);
        assertThat(device.resolve("driver").toRealPath())
            .isEqualTo(sysfs.resolve("bus/pci/drivers/i915"));
        assertThat(sysfs.resolve("class/drm/card0/device").toRealPath()).isEqualTo(device);
        assertThat(sysfs.resolve("class/drm/renderD128").toRealPath())
            .isEqualTo(device.resolve("drm/renderD128"));
        assertThat(sysfs.resolve("class/drm/card0/prelim_iov/pf/device").toRealPath())
            .isEqualTo(device);
      }
    }

    @Test
    void hasTheFilesThatSriovNeedsOnlyWhereItIsPossible() throws Exception {
      try (FolderNode node = simulate(FLEX, INTEGRATED)) {
        Path flex = node.sysfsRoot().resolve("bus/pci/devices/0000:b3:00.0");
        assertThat(flex.resolve("sriov_totalvfs")).hasContent("16");
        assertThat(flex.resolve("sriov_numvfs")).hasContent("0");
        assertThat(flex.resolve("drm/card0/prelim_iov/pf/auto_provisioning")).hasContent("1");
        assertThat(flex.resolve("drm/card0/prelim_iov/vf16/gt/lmem_quota")).hasContent("0");
        assertThat(flex.resolve("drm/card0/prelim_iov/vf17")).doesNotExist();

        Path integrated = node.sysfsRoot().resolve("bus/pci/devices/0000:00:02.0");
        assertThat(integrated.resolve("sriov_totalvfs")).doesNotExist();
        assertThat(integrated.resolve("drm/card1/prelim_iov")).doesNotExist();
      }
    }

    @Test
    void canBeReadByEverybody() throws Exception {
      try (FolderNode node = simulate(FLEX)) {
        Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rwxr-xr-x"));

        assertThat(OtherUser.call(() -> discover(node)).devices()).containsExactly(seen(FLEX, 0));
      }
    }
  }

  @Nested
  class GpusThatComeAndGo {

    @Test
    void leaveTheOthersUntouched() throws Exception {
      try (FolderNode node = simulate(FLEX, SMALL)) {
        Path device = node.sysfsRoot().resolve("bus/pci/devices/0000:03:00.0");
        Object before = Files.getAttribute(device, "unix:ino");

        TopologyChange change = node.apply(new Topology(List.of(BATTLEMAGE, SMALL)));

        assertThat(change.vanished()).containsExactly(new PlacedGpu(FLEX, 0));
        assertThat(change.appeared()).containsExactly(new PlacedGpu(BATTLEMAGE, 0));
        assertThat(discover(node).devices()).containsExactly(seen(SMALL, 1), seen(BATTLEMAGE, 0));
        assertThat(Files.getAttribute(device, "unix:ino")).isEqualTo(before);
      }
    }

    @Test
    void areReplacedWhenTheyAreAltered() throws Exception {
      SimulatedGpu larger = gpu("0000:b3:00.0", 16000, 0, KernelDriver.XE);
      try (FolderNode node = simulate(FLEX, SMALL)) {
        node.apply(new Topology(List.of(larger, SMALL)));

        assertThat(discover(node).devices()).containsExactly(seen(SMALL, 1), seen(larger, 0));
        assertThat(node.sysfsRoot().resolve("bus/pci/drivers/i915/0000:b3:00.0")).doesNotExist();
      }
    }

    @Test
    void areNotChangedByAnEqualTopology() throws Exception {
      try (FolderNode node = simulate(FLEX, SMALL)) {
        TopologyChange change = node.apply(new Topology(List.of(SMALL, FLEX)));

        assertThat(change).isEqualTo(new TopologyChange(List.of(), List.of()));
        assertThat(discover(node).devices()).containsExactly(seen(SMALL, 1), seen(FLEX, 0));
      }
    }

    @Test
    void canBeAddedAndRemovedOneByOne() throws Exception {
      try (FolderNode node = simulate()) {
        assertThat(node.add(FLEX).cardIndex()).isZero();
        assertThat(node.add(SMALL).cardIndex()).isEqualTo(1);
        assertThat(node.remove(FLEX.address())).isTrue();
        assertThat(node.remove(FLEX.address())).isFalse();

        assertThat(discover(node).devices()).containsExactly(seen(SMALL, 1));
        assertThat(node.devRoot().resolve("dri"))
            .isDirectoryNotContaining("glob:**/card0")
            .isDirectoryContaining("glob:**/renderD129");
        assertThatThrownBy(() -> node.add(SMALL)).isInstanceOf(IllegalArgumentException.class);
      }
    }

    /** A reader that looks continuously sees a GPU either completely or not at all. */
    @Test
    void areNeverSeenInPart() throws Exception {
      List<SimulatedGpu> passing =
          IntStream.range(0x10, 0x50)
              .mapToObj("0000:%02x:00.0"::formatted)
              .map(address -> gpu(address, 14248, 1, KernelDriver.I915))
              .toList();
      AtomicBoolean done = new AtomicBoolean();
      Set<Gpu> devices = ConcurrentHashMap.newKeySet();
      Set<SkipReason> reasons = new HashSet<>();
      try (FolderNode node = simulate(SMALL);
          ExecutorService reader = Executors.newSingleThreadExecutor()) {
        CompletableFuture<Void> reading =
            CompletableFuture.runAsync(
                () -> {
                  while (!done.get()) {
                    try {
                      Discovery discovery = discover(node);
                      devices.addAll(discovery.devices());
                      discovery.skipped().stream().map(SkippedDevice::reason).forEach(reasons::add);
                    } catch (IOException e) {
                      throw new UncheckedIOException(e);
                    }
                  }
                },
                reader);
        try {
          // on a busy machine the reader may miss all GPUs, and then the test would show nothing
          for (int round = 0; round == 0 || (devices.size() < 2 && round < 1000); round++) {
            for (SimulatedGpu gpu : passing) {
              node.add(gpu);
              node.remove(gpu.address());
            }
          }
        } finally {
          done.set(true);
        }
        reading.get();
      }
      assertThat(devices)
          .contains(seen(SMALL, 0))
          .hasSizeGreaterThan(1)
          .isSubsetOf(
              Stream.concat(Stream.of(seen(SMALL, 0)), passing.stream().map(gpu -> seen(gpu, 1)))
                  .toList());
      assertThat(reasons).isSubsetOf(SkipReason.VANISHED);
    }
  }

  @Nested
  class TheRoot {

    @Test
    void isGoneAfterwardsWhenItWasMade() throws Exception {
      simulate(FLEX, SMALL).close();

      assertThat(root).doesNotExist();
      assertThat(temporary).isEmptyDirectory();
    }

    @Test
    void staysWhenItWasThere() throws Exception {
      Files.createDirectories(root.resolve("dev/dri"));

      simulate(FLEX).close();

      assertThat(entries(root))
          .containsExactlyInAnyOrder(root.resolve("dev"), root.resolve("dev/dri"));
    }

    @Test
    void keepsWhatOthersPutThere() throws Exception {
      Files.createDirectory(root);
      Files.writeString(root.resolve("before"), "");
      FolderNode node = simulate(FLEX);
      Files.writeString(node.devRoot().resolve("dri/during"), "");
      Files.writeString(node.sysfsRoot().resolve("devices/pci0000:b3/during"), "");

      node.close();

      assertThat(entries(root).filter(Files::isRegularFile))
          .containsExactlyInAnyOrder(
              root.resolve("before"),
              root.resolve("dev/dri/during"),
              root.resolve("sysfs/devices/pci0000:b3/during"));
    }

    @Test
    void canBeUsedAgain() throws Exception {
      simulate(FLEX).close();
      try (FolderNode node = simulate(SMALL)) {
        assertThat(discover(node).devices()).containsExactly(seen(SMALL, 0));
      }
    }

    @Test
    void isRefusedAndNotTouchedWhenItHoldsDevicesOfSomebodyElse() throws Exception {
      Files.createDirectories(root.resolve("dev/dri"));
      Files.writeString(root.resolve("dev/dri/card0"), "precious");

      assertThatThrownBy(() -> simulate(FLEX))
          .isInstanceOf(UnusableRootException.class)
          .hasMessageContaining("dev/dri/card0");
      assertThat(entries(root))
          .containsExactlyInAnyOrder(
              root.resolve("dev"), root.resolve("dev/dri"), root.resolve("dev/dri/card0"));
    }

    @Test
    void isRefusedWhenItIsAFile() throws Exception {
      Files.writeString(root, "");

      assertThatThrownBy(() -> simulate(FLEX)).isInstanceOf(UnusableRootException.class);
    }

    @Test
    void isRefusedWhileAnotherSimulatorHasIt() throws Exception {
      try (FolderNode node = simulate(FLEX)) {
        assertThatThrownBy(() -> simulate(SMALL))
            .isInstanceOf(UnusableRootException.class)
            .hasMessageContaining("another simulator");
        assertThat(discover(node).devices()).containsExactly(seen(FLEX, 0));
      }
    }

    @Test
    void isRefusedWhenItsJournalIsDamaged() throws Exception {
      Files.createDirectories(root.resolve(".simulator"));
      Files.writeString(root.resolve(".simulator/journal.json"), "{");

      assertThatThrownBy(() -> simulate(FLEX))
          .isInstanceOf(UnusableRootException.class)
          .hasMessageContaining("journal.json is damaged");
    }

    @Test
    void isNeverLeftThroughALinkInIt() throws Exception {
      Path outside = Files.createDirectory(temporary.resolve("outside"));
      Files.createDirectory(root);
      Files.createSymbolicLink(root.resolve("sysfs"), outside);

      assertThatThrownBy(() -> simulate(FLEX)).isInstanceOf(UnusableRootException.class);
      assertThat(outside).isEmptyDirectory();
    }

    @Test
    void isNeverLeftThroughALinkThatAppearsInIt() throws Exception {
      Path outside = Files.createDirectory(temporary.resolve("outside"));
      try (FolderNode node = simulate()) {
        Files.createSymbolicLink(node.sysfsRoot().resolve("devices/pci0000:b3"), outside);

        assertThatThrownBy(() -> node.add(FLEX)).isInstanceOf(NotDirectoryException.class);
        assertThat(outside).isEmptyDirectory();
        Files.delete(node.sysfsRoot().resolve("devices/pci0000:b3"));
      }
    }

    @Test
    void isNeverLeftByFollowingALinkInADeviceFolder() throws Exception {
      Path outside = Files.createDirectory(temporary.resolve("outside"));
      Files.writeString(outside.resolve("precious"), "");
      try (FolderNode node = simulate(FLEX)) {
        Files.createSymbolicLink(
            node.sysfsRoot().resolve("bus/pci/devices/0000:b3:00.0/link"), outside);
      }
      assertThat(outside.resolve("precious")).exists();
    }

    @Test
    void keepsAFileOfSomebodyElseWhereADeviceNodeShouldCome() throws Exception {
      try (FolderNode node = simulate()) {
        Path file = Files.writeString(node.devRoot().resolve("dri/card0"), "precious");

        assertThatThrownBy(() -> node.add(FLEX)).isInstanceOf(FileAlreadyExistsException.class);

        assertThat(file).hasContent("precious");
        assertThat(discover(node).devices()).isEmpty();
      }
    }
  }

  /** Makes device nodes if the kernel allows it, and otherwise checks that it refuses. */
  @Nested
  class CharacterDevices {

    @Test
    void areRealWithTheNumbersOfDrmAndOpenToAllWhateverTheUmask() throws Exception {
      int umask = Umask.set(0077);
      try (FolderNode node = FolderNode.create(root, new Topology(List.of(SMALL, FLEX)))) {
        Path dri = node.devRoot().resolve("dri");

        for (int card = 0; card < 2; card++) {
          assertDevice(dri.resolve("card" + card), card);
          assertDevice(dri.resolve("renderD" + (128 + card)), 128 + card);
        }
      } catch (MknodException e) {
        assertThat(e).hasMessageContaining("CAP_MKNOD");
      } finally {
        Umask.set(umask);
      }
      assertThat(root).doesNotExist();
    }

    private void assertDevice(Path node, int minor) throws IOException {
      var attributes = Files.readAttributes(node, "unix:mode,rdev", LinkOption.NOFOLLOW_LINKS);
      assertThat(attributes).containsEntry("mode", 0020666);
      assertThat(attributes).containsEntry("rdev", 226L << 8 | minor);
    }

    @Test
    void areRefusedWithAClearErrorWithoutTheCapabilityAndNothingIsLeft() throws Exception {
      Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rwxrwxrwx"));

      assertThatThrownBy(
              () -> OtherUser.call(() -> FolderNode.create(root, new Topology(List.of(FLEX)))))
          .cause()
          .isInstanceOf(MknodException.class)
          .hasMessageContaining("CAP_MKNOD")
          .satisfies(e -> assertThat(((MknodException) e).errno()).isEqualTo(1));
      assertThat(temporary).isEmptyDirectory();
    }
  }

  private static Stream<Path> entries(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(path -> !path.equals(folder)).toList().stream();
    }
  }
}
