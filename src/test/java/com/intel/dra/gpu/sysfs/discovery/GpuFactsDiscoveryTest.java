package com.intel.dra.gpu.sysfs.discovery;

import static com.intel.dra.gpu.sysfs.files.FakeSysfs.address;
import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.device.DrmNodes;
import com.intel.dra.gpu.device.Gpu;
import com.intel.dra.gpu.device.GpuFacts;
import com.intel.dra.gpu.device.GpuHealth;
import com.intel.dra.gpu.device.GpuHealth.Survivability;
import com.intel.dra.gpu.device.MemorySource;
import com.intel.dra.gpu.sysfs.dmem.DmemFile;
import com.intel.dra.gpu.sysfs.drm.LocalMemory;
import com.intel.dra.gpu.sysfs.drm.LocalMemoryQuery;
import com.intel.dra.gpu.sysfs.files.FakeSysfs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The facts that discovery returns beyond those needed to allocate a device. */
class GpuFactsDiscoveryTest {

  private static final String PF = "0000:b3:00.0";
  private static final long MIB = 1L << 20;

  @TempDir Path root;
  private FakeSysfs sysfs;

  @BeforeEach
  void makeTree() throws IOException {
    sysfs = new FakeSysfs(root);
  }

  private Discovery discover() throws UnusableSysfsException {
    return new GpuDiscovery(root).discover();
  }

  private GpuFacts onlyFacts() throws UnusableSysfsException {
    assertThat(discover().facts()).hasSize(1);
    return discover().facts().getFirst();
  }

  private static Discovery discover(Path root, LocalMemory answer) throws Exception {
    return new GpuDiscovery(root, nodes -> answer).discover();
  }

  @Test
  void aHealthyGpuWithAllThatIsToldOfIt() throws Exception {
    Path device = sysfs.pf(PF, 0, 31);
    sysfs.write(device.resolve("numa_node"), "1");

    GpuFacts facts = onlyFacts();

    assertThat(facts.uid()).hasToString(PF + "-0x56c0");
    assertThat(facts.address()).isEqualTo(address(PF));
    assertThat(facts.driver()).hasValue("i915");
    assertThat(facts.sriovCapable()).isTrue();
    assertThat(facts.numaNode()).hasValue(1);
    assertThat(facts.drmNodes()).hasValue(new DrmNodes(0, OptionalInt.of(128)));
    assertThat(facts.memory())
        .hasValue(new MemorySource.SysfsFile("lmem_total_bytes", "switched off"));
    assertThat(facts.health()).isEqualTo(new GpuHealth.Healthy());
    assertThat(facts.model().model()).isEqualTo("Flex 170");
  }

  @ParameterizedTest
  @ValueSource(strings = {"-1", "", "many", "99999999999999"})
  void noNumaNodeWhereTheKernelTellsNone(String content) throws Exception {
    sysfs.write(sysfs.gpu(PF, 0).resolve("numa_node"), content);

    assertThat(onlyFacts().numaNode()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"0, false", "31, true", "many, false"})
  void sriovIsPossibleWhereTheKernelLetsItHaveVfs(String totalVfs, boolean possible)
      throws Exception {
    Path device = sysfs.pf(PF, 0, 1);
    sysfs.write(device.resolve("sriov_totalvfs"), totalVfs);

    assertThat(onlyFacts().sriovCapable()).isEqualTo(possible);
  }

  @Nested
  class PcieRoots {

    private void moveDevice(String below) throws IOException {
      Path device = sysfs.gpu(PF, 0);
      Path real = root.resolve("devices").resolve(below);
      Files.createDirectories(real.getParent());
      Files.move(device, real);
      sysfs.link(device, real.toString());
    }

    @ParameterizedTest
    @CsvSource({
      "pci0000:b0/0000:b0:00.0/0000:b1:00.0/0000:b3:00.0, pci0000:b0",
      "pci0000:b3/0000:b3:00.0, pci0000:b3",
      "pci0000:00/0000:00:0e.0/pci10000:e0/10000:e1:00.0/0000:b3:00.0, pci0000:00",
      "LNXSYSTM:00/pci0000:16/0000:b3:00.0, pci0000:16"
    })
    void theFirstHostBridgeOnTheWayToTheDevice(String path, String pcieRoot) throws Exception {
      moveDevice(path);

      assertThat(onlyFacts().pcieRoot()).hasValue(pcieRoot);
    }

    @Test
    void noneWhereTheDeviceIsBelowNone() throws Exception {
      moveDevice("platform/0000:b3:00.0");

      assertThat(onlyFacts().pcieRoot()).isEmpty();
    }
  }

  @Nested
  class Memory {

    @Test
    void whatTheDriverSaysCountsRoundedDown() throws Exception {
      sysfs.gpu(PF, 0);

      Discovery found = discover(root, new LocalMemory.Known(16256 * MIB + MIB - 1, "renderD128"));

      assertThat(found.devices()).extracting(Gpu::memoryMiB).containsExactly(16256);
      assertThat(found.facts())
          .extracting(facts -> facts.memory().orElseThrow())
          .containsExactly(new MemorySource.DrmQuery("renderD128"));
    }

    @Test
    void anIntegratedGpuHasNoneWhateverAFileSays() throws Exception {
      sysfs.gpu(PF, 0);

      assertThat(discover(root, new LocalMemory.Known(0, "renderD128")).devices())
          .extracting(Gpu::memoryMiB)
          .containsExactly(0);
    }

    @Test
    void sysfsCountsWhereNoDriverAnswersAndTheReasonIsKept() throws Exception {
      sysfs.gpu(PF, 0);

      Discovery found =
          discover(root, new LocalMemory.Denied("open of renderD128 failed with EPERM"));

      assertThat(found.devices()).extracting(Gpu::memoryMiB).containsExactly(14248);
      assertThat(found.facts())
          .extracting(facts -> facts.memory().orElseThrow())
          .containsExactly(
              new MemorySource.SysfsFile(
                  "lmem_total_bytes", "open of renderD128 failed with EPERM"));
    }

    @Test
    void aVfOfXeHasItsQuotaWhereNoDriverAnswers() throws Exception {
      makeVfOfXeWithQuota();

      Discovery found = discover(root, new LocalMemory.NoSuchDevice("none"));

      assertThat(found.devices()).extracting(Gpu::memoryMiB).containsExactly(14248, 512);
      assertThat(found.facts().getLast().memory())
          .hasValue(new MemorySource.SysfsFile("vram_quota", "none"));
    }

    private void makeVfOfXeWithQuota() throws IOException {
      Path parent = sysfs.pf(PF, 0, 31);
      sysfs.vf("0000:b3:00.1", 1, PF, 0);
      Files.delete(sysfs.layout().drmCard(1).resolve("lmem_total_bytes"));
      Path profile = Files.createDirectories(parent.resolve("sriov_admin/vf1/profile"));
      sysfs.write(profile.resolve("vram_quota"), Long.toString(512 * MIB));
    }

    private void state(String content) throws IOException {
      Files.createDirectories(sysfs.layout().cgroup());
      sysfs.write(sysfs.layout().cgroup().resolve("dmem.capacity"), content);
    }

    @Test
    void theRegionsOfAllTilesCountTogetherWhereNoDriverAnswers() throws Exception {
      sysfs.gpu(PF, 0);
      Files.delete(sysfs.layout().drmCard(0).resolve("lmem_total_bytes"));
      state(
          "drm/%1$s/vram0 %2$d\ndrm/%1$s/vram1 %2$d\ndrm/%1$s/stolen %2$d"
              .formatted(PF, 512 * MIB));

      Discovery found = discover(root, new LocalMemory.NoSuchDevice("none"));

      assertThat(found.devices()).extracting(Gpu::memoryMiB).containsExactly(1024);
      assertThat(found.facts().getFirst().memory()).hasValue(new MemorySource.ControlGroup("none"));
      assertThat(found.passedOver()).isEmpty();
    }

    @Test
    void theDriversOwnAnswerCountsMoreThanTheControlGroups() throws Exception {
      sysfs.gpu(PF, 0);
      state("drm/%s/vram0 %d".formatted(PF, 512 * MIB));

      assertThat(discover(root, new LocalMemory.Known(0, "renderD128")).devices())
          .extracting(Gpu::memoryMiB)
          .containsExactly(0);
    }

    @Test
    void aVfHasWhatTheControlGroupsStateAndNotWhatItsParentWasToldToGive() throws Exception {
      makeVfOfXeWithQuota();
      state("drm/0000:b3:00.1/vram0 %d".formatted(500 * MIB));

      assertThat(discover().devices()).extracting(Gpu::memoryMiB).containsExactly(14248, 500);
    }

    @Test
    void theControlGroupsMayBeElsewhere() throws Exception {
      sysfs.gpu(PF, 0);
      Path elsewhere = Files.createDirectories(root.resolve("elsewhere"));
      sysfs.write(elsewhere.resolve("dmem.capacity"), "drm/%s/vram0 %d".formatted(PF, 512 * MIB));

      assertThat(
              new GpuDiscovery(root, LocalMemoryQuery.SWITCHED_OFF, new DmemFile(elsewhere))
                  .discover()
                  .devices())
          .extracting(Gpu::memoryMiB)
          .containsExactly(512);
    }

    @Test
    void aLineThatMakesNoSenseCostsItsOwnGpuOnlyThisSource() throws Exception {
      sysfs.gpu(PF, 0);
      sysfs.gpu("0000:03:00.0", 1);
      state("drm/%s/vram0 -1\ndrm/0000:03:00.0/vram0 %d".formatted(PF, 512 * MIB));

      Discovery found = discover();

      assertThat(found.devices()).extracting(Gpu::memoryMiB).containsExactly(512, 14248);
      assertThat(found.skipped()).isEmpty();
      assertThat(found.passedOver())
          .hasValue(
              sysfs.layout().cgroup().resolve("dmem.capacity")
                  + ": line 1 says \"drm/0000:b3:00.0/vram0 -1\", expected a number of bytes that a"
                  + " device can have");
    }

    @Test
    void aFileThatCannotBeReadIsNamed() throws Exception {
      sysfs.gpu(PF, 0);
      Files.createDirectories(sysfs.layout().cgroup().resolve("dmem.capacity"));

      Discovery found = discover();

      assertThat(found.devices()).extracting(Gpu::memoryMiB).containsExactly(14248);
      assertThat(found.passedOver().orElseThrow()).endsWith("dmem.capacity: is not a regular file");
    }

    @Test
    void nowhereToldIsSaidToBeSo() throws Exception {
      sysfs.gpu(PF, 0);
      Files.delete(sysfs.layout().drmCard(0).resolve("lmem_total_bytes"));

      assertThat(onlyFacts().memory()).hasValue(new MemorySource.Nowhere("switched off"));
    }

    @Test
    void aSizeThatNoGpuHasIsNotBelieved() throws Exception {
      sysfs.gpu(PF, 0);

      assertThat(discover(root, new LocalMemory.Known(Long.MAX_VALUE, "renderD128")).devices())
          .extracting(Gpu::memoryMiB)
          .containsExactly(14248);
    }
  }

  @Nested
  class Health {

    private void assertNotOffered(SkipReason reason, GpuHealth health) throws Exception {
      Discovery found = discover();
      assertThat(found.devices()).isEmpty();
      assertThat(found.skipped())
          .singleElement()
          .extracting(SkippedDevice::reason)
          .isEqualTo(reason);
      assertThat(found.facts()).singleElement().extracting(GpuFacts::health).isEqualTo(health);
    }

    @Test
    void bootSurvivabilityIsToldInPlaceOfTheMissingNodes() throws Exception {
      Path device = sysfs.gpu(PF, 0);
      Files.move(device.resolve("drm"), root.resolve("gone"));
      sysfs.write(
          device.resolve("survivability_mode"), "Survivability mode type: Boot\nOverflow Info: 0");

      assertNotOffered(SkipReason.SURVIVABILITY_MODE, new Survivability(Survivability.Type.BOOT));
      assertThat(onlyFacts().drmNodes()).isEmpty();
    }

    @Test
    void aGpuInRuntimeSurvivabilityIsNotOfferedThoughItsNodesAreThere() throws Exception {
      Path device = sysfs.gpu(PF, 0);
      sysfs.write(device.resolve("survivability_mode"), "Survivability mode type: Runtime");

      assertNotOffered(
          SkipReason.SURVIVABILITY_MODE, new Survivability(Survivability.Type.RUNTIME));
      assertThat(onlyFacts().drmNodes()).isPresent();
      assertThat(onlyFacts().driver()).hasValue("i915");
    }

    @Test
    void aSurvivabilityFileWithoutTypeStillMeansIt() throws Exception {
      Path device = sysfs.gpu(PF, 0);
      sysfs.write(device.resolve("survivability_mode"), "Capability Info: 0x0");

      assertNotOffered(
          SkipReason.SURVIVABILITY_MODE, new Survivability(Survivability.Type.UNKNOWN));
    }

    @Test
    void aDriverWithoutNodes() throws Exception {
      Path device = sysfs.gpu(PF, 0);
      Files.move(device.resolve("drm"), root.resolve("gone"));

      assertNotOffered(SkipReason.NO_DRM_CARD, new GpuHealth.NoDrmNodes());
    }

    @ParameterizedTest
    @ValueSource(strings = {"vfio-pci", "xe-vfio-pci"})
    void aGpuThatIsGivenToVirtualMachines(String driver) throws Exception {
      sysfs.bind(sysfs.gpu(PF, 0), driver);

      assertNotOffered(
          SkipReason.UNSUPPORTED_DRIVER, new GpuHealth.OtherDriver(Optional.of(driver)));
    }

    @Test
    void aKnownGpuIsMissedThoughItIsNoDisplayController() throws Exception {
      sysfs.bind(sysfs.function(PF, "0x8086", "0x674c", "0x120000"), "vfio-pci");

      assertNotOffered(
          SkipReason.UNSUPPORTED_DRIVER, new GpuHealth.OtherDriver(Optional.of("vfio-pci")));
    }

    @Test
    void aFileThatMakesNoSense() throws Exception {
      sysfs.gpu(PF, 0);
      sysfs.write(sysfs.layout().drmCard(0).resolve("lmem_total_bytes"), "lots");

      assertThat(onlyFacts().health())
          .isInstanceOfSatisfying(
              GpuHealth.Unreadable.class,
              health -> assertThat(health.reason()).contains("lmem_total_bytes"));
    }

    @Test
    void nothingIsToldOfDevicesThatAreNoIntelGpus() throws Exception {
      sysfs.write(sysfs.gpu(PF, 0).resolve("vendor"), "0x1234");
      sysfs.bind(sysfs.function("0000:01:00.0", "0x8086", "0x1593", "0x020000"), "ice");

      assertThat(discover().facts()).isEmpty();
    }
  }
}
