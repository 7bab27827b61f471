package com.intel.dra.gpu.sysfs.discovery;

import static com.intel.dra.gpu.sysfs.files.FakeSysfs.address;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import com.intel.dra.gpu.device.DeviceType;
import com.intel.dra.gpu.device.DeviceUid;
import com.intel.dra.gpu.device.DrmNodes;
import com.intel.dra.gpu.device.Gpu;
import com.intel.dra.gpu.device.GpuFacts;
import com.intel.dra.gpu.device.PciDeviceId;
import com.intel.dra.gpu.sysfs.files.Attribute;
import com.intel.dra.gpu.sysfs.files.FakeSysfs;
import com.intel.dra.gpu.sysfs.files.OtherUser;
import com.intel.dra.gpu.sysfs.files.Symlink;
import com.intel.dra.gpu.sysfs.files.SysfsReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GpuDiscoveryTest {

  private static final String PF = "0000:b3:00.0";
  private static final String GOOD = "0000:03:00.0";

  @TempDir Path root;
  private FakeSysfs sysfs;

  @BeforeEach
  void makeTree() throws IOException {
    sysfs = new FakeSysfs(root);
  }

  private Discovery discover() throws UnusableSysfsException {
    return new GpuDiscovery(root).discover();
  }

  private static Gpu gpu(String address, int card, int memoryMiB, int maxVfs) {
    return new Gpu(
        DeviceUid.gpu(address(address), new PciDeviceId(FakeSysfs.FLEX_170)),
        address(address),
        memoryMiB,
        maxVfs,
        new DrmNodes(card, OptionalInt.of(128 + card)));
  }

  @Nested
  class WhatIsFound {

    @Test
    void nothingWhereThereAreNoPciDevices() throws Exception {
      assertThat(discover()).isEqualTo(new Discovery(List.of(), List.of(), List.of()));
    }

    @Test
    void aGpuWithItsModelMemoryAndDrmNodes() throws Exception {
      sysfs.gpu(PF, 3);

      assertThat(discover().devices()).containsExactly(gpu(PF, 3, 14248, 0));
      assertThat(discover().devices().getFirst().type()).isEqualTo(DeviceType.GPU);
      assertThat(discover().skipped()).isEmpty();
    }

    @Test
    void aGpuOfTheXeDriverToo() throws Exception {
      Path device = sysfs.gpu(PF, 0);
      sysfs.bind(device, "xe");

      assertThat(discover().devices()).containsExactly(gpu(PF, 0, 14248, 0));
    }

    @Test
    void aGpuThatIsNoDisplayController() throws Exception {
      Path device = sysfs.gpu(PF, 0);
      sysfs.write(device.resolve("class"), "0x120000");

      assertThat(discover().devices()).hasSize(1);
    }

    @Test
    void memoryZeroWhereTheKernelTellsNone() throws Exception {
      sysfs.gpu(PF, 0);
      Files.delete(sysfs.layout().drmCard(0).resolve("lmem_total_bytes"));

      assertThat(discover().devices()).containsExactly(gpu(PF, 0, 0, 0));
    }

    @Test
    void noRenderNodeWhereThereIsNone() throws Exception {
      Path device = sysfs.gpu(PF, 0);
      Files.delete(device.resolve("drm/renderD128"));

      assertThat(discover().devices().getFirst().drmNodes())
          .isEqualTo(new DrmNodes(0, OptionalInt.empty()));
    }

    @Test
    void entriesOfTheDrmFolderThatAreNoNodesDoNotCount() throws Exception {
      Path device = sysfs.gpu(PF, 7);
      for (String name :
          List.of("card", "card-1", "card007", "cards0", "card0-DP-1", "renderD", "version")) {
        Files.createDirectory(device.resolve("drm").resolve(name));
      }

      assertThat(discover().devices().getFirst().drmNodes())
          .isEqualTo(new DrmNodes(7, OptionalInt.of(135)));
    }

    @Test
    void otherDevicesAreNeitherFoundNorReported() throws Exception {
      sysfs.function("0000:00:00.0", "0x8086", "0x09a2", "0x060000");
      sysfs.bind(sysfs.function("0000:01:00.0", "0x8086", "0x1593", "0x020000"), "ice");
      sysfs.bind(sysfs.function("0000:02:00.0", "0x10de", "0x2330", "0x030200"), "nvidia");
      Files.createDirectory(sysfs.layout().pciDevices().resolve("not-an-address"));
      Files.createDirectory(sysfs.layout().pciDevices().resolve("0000:B3:00.0"));

      Discovery discovery = discover();

      assertThat(discovery.devices()).isEmpty();
      assertThat(discovery.skipped()).isEmpty();
    }

    @Test
    void oneFunctionIsNotFoundUnderTwoSpellingsOfItsAddress() throws Exception {
      Path device = sysfs.gpu(PF, 0);
      sysfs.link(sysfs.layout().pciDevices().resolve("0000" + PF), device.toString());

      assertThat(discover().devices()).containsExactly(gpu(PF, 0, 14248, 0));
    }
  }

  @Nested
  class SriovPfsAndVfs {

    @Test
    void aPfCanBeSplitIntoAsManyVfsAsTheKernelSays() throws Exception {
      sysfs.pfOfXe(PF, 0, 31);

      assertThat(discover().devices())
          .singleElement()
          .returns(31, Gpu::maxVfs)
          .returns(true, Gpu::equalShares);
    }

    @Test
    void whereTheKernelTakesQuotasItGivesNoEqualShares() throws Exception {
      Path device = sysfs.pfOfXe(PF, 0, 31);
      Path profile = Files.createDirectories(device.resolve("sriov_admin/vf1/profile"));
      assertThat(discover().devices())
          .as("Linux 6.19 has the folder without the file")
          .allMatch(Gpu::equalShares);

      sysfs.write(profile.resolve("vram_quota"), "0");

      assertThat(discover().devices()).containsExactly(gpu(PF, 0, 14248, 31));
    }

    @Test
    void aPfWhoseDriverCannotMakeVfsCannotBeSplitWhateverItsPciCapabilitySays() throws Exception {
      sysfs.pfOfMainlineI915(PF, 0, 31);

      Discovery discovery = discover();

      assertThat(discovery.devices()).containsExactly(gpu(PF, 0, 14248, 0));
      assertThat(discovery.skipped()).isEmpty();
      assertThat(discovery.facts()).noneMatch(GpuFacts::sriovCapable);
    }

    @ParameterizedTest
    @ValueSource(strings = {"prelim_iov", "iov"})
    void anI915ThatHasItsTreeForVfsCanMakeThem(String tree) throws Exception {
      Path device = sysfs.pfOfMainlineI915(PF, 0, 31);
      Files.createDirectories(device.resolve("drm/card0/" + tree + "/pf"));

      Discovery discovery = discover();

      assertThat(discovery.devices()).containsExactly(gpu(PF, 0, 14248, 31));
      assertThat(discovery.facts()).allMatch(GpuFacts::sriovCapable);
    }

    @Test
    void aPfOfWhichTheVfsWouldGetNoDriverCannotBeSplit() throws Exception {
      Path device = sysfs.pf(PF, 0, 31);
      sysfs.write(device.resolve("sriov_drivers_autoprobe"), "0");

      Discovery discovery = discover();

      assertThat(discovery.devices()).containsExactly(gpu(PF, 0, 14248, 0));
      assertThat(discovery.skipped()).isEmpty();
    }

    @Test
    void aPfThatTheDriverDoesNotUseAsPfCannotBeSplit() throws Exception {
      sysfs.pf(PF, 0, 0);

      assertThat(discover().devices()).containsExactly(gpu(PF, 0, 14248, 0));
    }

    @ParameterizedTest
    @CsvSource({
      "sriov_totalvfs, many",
      "sriov_totalvfs, -1",
      "sriov_totalvfs, 65536",
      "sriov_drivers_autoprobe, 2",
      "sriov_drivers_autoprobe, ''"
    })
    void aPfWithUnclearSriovFilesIsStillAWholeGpuAndTheLossOfItsVfsIsSaid(
        String file, String content) throws Exception {
      Path device = sysfs.pf(PF, 0, 31);
      sysfs.write(device.resolve(file), content);

      Discovery discovery = discover();

      assertThat(discovery.devices()).containsExactly(gpu(PF, 0, 14248, 0));
      assertThat(discovery.skipped())
          .singleElement()
          .satisfies(
              skipped -> {
                assertThat(skipped.address()).isEqualTo(address(PF));
                assertThat(skipped.reason()).isEqualTo(SkipReason.SRIOV_UNKNOWN);
                assertThat(skipped.detail()).contains(file, '"' + content + '"');
              });
    }

    @Test
    void aVfIsNamedByItsParentAndIndexAndNotByItsAddress() throws Exception {
      sysfs.pf(PF, 0, 31);
      sysfs.vf("0000:b3:00.1", 1, PF, 0);
      sysfs.vf("0000:b3:01.2", 2, PF, 9);

      Discovery discovery = discover();

      assertThat(discovery.devices())
          .extracting(device -> device.uid().toString(), Gpu::type, Gpu::maxVfs)
          .containsExactly(
              tuple(PF + "-0x56c0", DeviceType.GPU, 31),
              tuple(PF + "-0x56c0-vf0", DeviceType.VF, 0),
              tuple(PF + "-0x56c0-vf9", DeviceType.VF, 0));
      assertThat(discovery.devices())
          .extracting(device -> device.address().toString())
          .containsExactly(PF, "0000:b3:00.1", "0000:b3:01.2");
      assertThat(discovery.skipped()).isEmpty();
    }

    @Test
    void aVfHasItsOwnMemory() throws Exception {
      sysfs.pf(PF, 0, 31);
      sysfs.vf("0000:b3:00.1", 1, PF, 0);
      sysfs.write(sysfs.layout().drmCard(1).resolve("lmem_total_bytes"), Long.toString(960L << 20));

      assertThat(discover().devices()).extracting(Gpu::memoryMiB).containsExactly(14248, 960);
    }

    @Test
    void aVfThatItsParentDoesNotKnowIsSkippedAndNeverPassesForAGpu() throws Exception {
      sysfs.pf(PF, 0, 31);
      sysfs.vf("0000:b3:00.1", 1, PF, 0);
      sysfs.link(sysfs.layout().pciDevice(address(PF)).resolve("virtfn0"), "../0000:b3:00.7");

      assertSkipped("0000:b3:00.1", SkipReason.UNKNOWN_PARENT, PF);
    }

    @Test
    void aVfWithoutAReachableParentIsSkipped() throws Exception {
      vfWithParentLink("0000:b3:00.1", 1, "../" + PF);

      assertSkipped("0000:b3:00.1", SkipReason.UNKNOWN_PARENT, PF);
    }

    @Test
    void aVfOfWhichTheParentLinkMakesNoSenseIsSkipped() throws Exception {
      vfWithParentLink("0000:b3:00.1", 1, "../nonsense");

      assertSkipped("0000:b3:00.1", SkipReason.UNKNOWN_PARENT, "nonsense");
    }

    @Test
    void aVfOfWhichTheParentLinkIsAFolderIsSkipped() throws Exception {
      Path device = sysfs.gpu("0000:b3:00.1", 1);
      Files.createDirectory(device.resolve("physfn"));

      assertSkipped("0000:b3:00.1", SkipReason.UNKNOWN_PARENT, "physfn");
    }
  }

  /** Each of these devices is beside a good one, which must still be found. */
  @Nested
  class OneBadDeviceNeverHidesAnother {

    private Path bad;

    @BeforeEach
    void makeDevices() throws IOException {
      sysfs.gpu(GOOD, 1);
      bad = sysfs.gpu(PF, 0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "56c0", "0x56c", "0x56c0 0x56c0", "\0\u0001\u00ff", "0X56C0"})
    void aModelThatTheKernelWouldNotWrite(String content) throws Exception {
      sysfs.write(bad.resolve("device"), content);

      assertSkippedBesideGood(SkipReason.MALFORMED, "device");
    }

    @ParameterizedTest
    @ValueSource(
        strings = {"", "lots", "-1", "1.5", "0x10", "999999999999999999999999", "\u00e4\u00f6"})
    void memoryThatIsNoNumber(String content) throws Exception {
      sysfs.write(sysfs.layout().drmCard(0).resolve("lmem_total_bytes"), content);

      assertSkippedBesideGood(SkipReason.MALFORMED, "lmem_total_bytes");
    }

    @Test
    void aVendorOtherThanIntelBehindAnIntelDriver() throws Exception {
      sysfs.write(bad.resolve("vendor"), "0x1234");

      assertSkippedBesideGood(SkipReason.MALFORMED, "vendor");
    }

    @Test
    void aFileMuchLargerThanAnAttributeCanBe() throws Exception {
      Files.write(bad.resolve("device"), new byte[64 << 20]);

      assertSkippedBesideGood(SkipReason.UNREADABLE, "larger than 4096 bytes");
    }

    @Test
    void binaryContentIsQuotedShortlyAndOnOneLine() throws Exception {
      Files.writeString(bad.resolve("device"), "\nA\u0007\n\"" + "x".repeat(3000));

      assertSkippedBesideGood(SkipReason.MALFORMED, "A\\x07\\x0a\\x22xxx");
      assertThat(discover().skipped().getFirst().detail())
          .hasSizeLessThan(150)
          .doesNotContain("\n");
    }

    @Test
    void aFileThatIsMissing() throws Exception {
      Files.delete(bad.resolve("device"));

      assertSkippedBesideGood(SkipReason.UNREADABLE, "device: does not exist");
    }

    @Test
    void aFolderWhereAFileShouldBe() throws Exception {
      Files.delete(bad.resolve("device"));
      Files.createDirectory(bad.resolve("device"));

      assertSkippedBesideGood(SkipReason.UNREADABLE, "device: is not a regular file");
    }

    @Test
    void aDeviceNodeThatNeverEndsWhereAFileShouldBe() throws Exception {
      sysfs.link(bad.resolve("device"), "/dev/zero");

      assertSkippedBesideGood(SkipReason.UNREADABLE, "device: is not a regular file");
    }

    @Test
    void aFileWhereTheDrmFolderShouldBe() throws Exception {
      Files.move(bad.resolve("drm"), bad.resolve("drm.old"));
      Files.writeString(bad.resolve("drm"), "");

      assertSkippedBesideGood(SkipReason.UNREADABLE, "drm: is not a folder");
    }

    @Test
    void aLoopOfLinksWhereAFileShouldBe() throws Exception {
      sysfs.link(bad.resolve("device"), "device");

      assertSkippedBesideGood(SkipReason.UNREADABLE, "device: ");
    }

    @Test
    void aLoopOfLinksWhereTheDeviceShouldBe() throws Exception {
      Files.move(bad, root.resolve("elsewhere"));
      sysfs.link(bad, PF);

      assertSkippedBesideGood(SkipReason.UNREADABLE, "driver: ");
    }

    @Test
    void aLinkToNothingWhereTheDeviceShouldBeIsNoDevice() throws Exception {
      Files.move(bad, root.resolve("elsewhere"));
      sysfs.link(bad, "nowhere");

      assertThat(discover().devices()).containsExactly(gpu(GOOD, 1, 14248, 0));
      assertThat(discover().skipped()).isEmpty();
    }

    @Test
    void aDriverThatShowsNoCard() throws Exception {
      Files.move(bad.resolve("drm/card0"), root.resolve("elsewhere"));

      assertSkippedBesideGood(SkipReason.NO_DRM_CARD, "drm/card<N>");
    }

    @Test
    void aDriverThatShowsNoDrmFolder() throws Exception {
      Files.move(bad.resolve("drm"), root.resolve("elsewhere"));

      assertSkippedBesideGood(SkipReason.NO_DRM_CARD, "drm/card<N>");
    }

    @Test
    void anIntelDisplayControllerOfAnotherDriver() throws Exception {
      sysfs.bind(bad, "vfio-pci");

      assertSkippedBesideGood(SkipReason.UNSUPPORTED_DRIVER, "vfio-pci");
    }

    @Test
    void anIntelDisplayControllerWithoutDriver() throws Exception {
      Files.delete(bad.resolve("driver"));

      assertSkippedBesideGood(SkipReason.UNSUPPORTED_DRIVER, "no driver");
    }

    @Test
    void aDriverThatIsNoLink() throws Exception {
      Files.delete(bad.resolve("driver"));
      Files.createDirectory(bad.resolve("driver"));

      assertSkippedBesideGood(SkipReason.UNREADABLE, "driver: is not a symbolic link");
    }

    @ParameterizedTest
    @ValueSource(strings = {"vendor", "device"})
    void aFileThatMayNotBeRead(String file) throws Exception {
      close(bad.resolve(file));

      assertThat(OtherUser.call(GpuDiscoveryTest.this::discover))
          .satisfies(
              discovery ->
                  assertBesideGood(discovery, SkipReason.UNREADABLE, file + ": permission denied"));
    }

    @Test
    void aDrmFolderThatMayNotBeListed() throws Exception {
      close(bad.resolve("drm"));

      assertThat(OtherUser.call(GpuDiscoveryTest.this::discover))
          .satisfies(
              discovery ->
                  assertBesideGood(discovery, SkipReason.UNREADABLE, "drm: permission denied"));
    }

    @Test
    void aDeviceFolderThatMayNotBeEntered() throws Exception {
      close(bad);

      assertThat(OtherUser.call(GpuDiscoveryTest.this::discover))
          .satisfies(
              discovery -> assertBesideGood(discovery, SkipReason.UNREADABLE, "permission denied"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"vendor", "driver", "device", "drm", "physfn"})
    void aDeviceThatVanishesWhileItIsRead(String lastFileBefore) throws Exception {
      SysfsReader vanishing =
          new SysfsReader() {
            private void vanish(Path path) {
              if (path.equals(bad.resolve(lastFileBefore)) && Files.exists(bad)) {
                try {
                  Files.move(bad, root.resolve("gone"));
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              }
            }

            @Override
            public Attribute read(Path file) {
              vanish(file);
              return super.read(file);
            }

            @Override
            public Symlink readLink(Path link) {
              vanish(link);
              return super.readLink(link);
            }

            @Override
            public List<String> list(Path directory) throws IOException {
              vanish(directory);
              return super.list(directory);
            }
          };

      Discovery discovery = new GpuDiscovery(sysfs.layout(), vanishing).discover();

      assertThat(discovery.devices()).contains(gpu(GOOD, 1, 14248, 0));
      assertThat(discovery.skipped())
          .allSatisfy(
              skipped -> {
                assertThat(skipped.address()).isEqualTo(address(PF));
                assertThat(skipped.reason()).isEqualTo(SkipReason.VANISHED);
              });
    }

    private void assertSkippedBesideGood(SkipReason reason, String detail) throws Exception {
      assertBesideGood(discover(), reason, detail);
    }

    private void assertBesideGood(Discovery discovery, SkipReason reason, String detail) {
      assertThat(discovery.devices()).containsExactly(gpu(GOOD, 1, 14248, 0));
      assertThat(discovery.skipped())
          .singleElement()
          .satisfies(
              skipped -> {
                assertThat(skipped.address()).isEqualTo(address(PF));
                assertThat(skipped.reason()).isEqualTo(reason);
                assertThat(skipped.detail()).contains(detail);
              });
    }
  }

  @Nested
  class AnUnusableRoot {

    @Test
    void aRootThatIsNoSysfsIsAnErrorThatNamesThePath() {
      assertThatThrownBy(() -> new GpuDiscovery(root.resolve("nowhere")).discover())
          .isInstanceOf(UnusableSysfsException.class)
          .hasMessageContaining(root.resolve("nowhere/bus/pci/devices").toString())
          .hasMessageContaining("does not exist");
    }

    @Test
    void aFileInsteadOfTheFolderOfDevicesIsAnError() throws Exception {
      Files.delete(sysfs.layout().pciDevices());
      Files.writeString(sysfs.layout().pciDevices(), "");

      assertThatThrownBy(GpuDiscoveryTest.this::discover)
          .isInstanceOf(UnusableSysfsException.class)
          .hasMessageContaining("is not a folder");
    }

    @Test
    void aFolderOfDevicesThatMayNotBeListedIsAnError() throws Exception {
      close(sysfs.layout().pciDevices());

      assertThatThrownBy(() -> OtherUser.call(GpuDiscoveryTest.this::discover))
          .hasCauseInstanceOf(UnusableSysfsException.class)
          .hasMessageContaining("permission denied");
    }
  }

  private void vfWithParentLink(String address, int card, String target) throws IOException {
    sysfs.link(sysfs.gpu(address, card).resolve("physfn"), target);
  }

  private void assertSkipped(String address, SkipReason reason, String detail) throws Exception {
    Discovery discovery = discover();
    assertThat(discovery.devices()).extracting(Gpu::address).doesNotContain(address(address));
    assertThat(discovery.skipped())
        .singleElement()
        .satisfies(
            skipped -> {
              assertThat(skipped.address()).isEqualTo(address(address));
              assertThat(skipped.reason()).isEqualTo(reason);
              assertThat(skipped.detail()).contains(detail);
            });
  }

  private static void close(Path path) throws IOException {
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("---------"));
  }
}
