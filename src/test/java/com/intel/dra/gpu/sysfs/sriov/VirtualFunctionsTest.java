package com.intel.dra.gpu.sysfs.sriov;

import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.device.Gpu;
import com.intel.dra.gpu.device.PciDeviceId;
import com.intel.dra.gpu.device.VfProfile;
import com.intel.dra.gpu.device.VfProfiles;
import com.intel.dra.gpu.sysfs.discovery.GpuDiscovery;
import com.intel.dra.gpu.sysfs.files.FakeSysfs;
import com.intel.dra.gpu.sysfs.files.SysfsWriter;
import com.intel.dra.gpu.sysfs.sriov.FakeKernel.Driver;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class VirtualFunctionsTest {

  private static final PciDeviceId FLEX_170 = new PciDeviceId("0x56c0");
  private static final PciDeviceId MAX_1550 = new PciDeviceId("0x0bd5");
  private static final PciDeviceId UNKNOWN = new PciDeviceId("0xe212");
  private static final long MIB = 1L << 20;

  @TempDir Path root;

  private FakeKernel kernel;
  private VirtualFunctions vfs;

  @BeforeEach
  void kernel() throws IOException {
    kernel = new FakeKernel(root.resolve("sys"));
    vfs = new VirtualFunctions(kernel.root(), kernel, kernel);
  }

  @Test
  void i915GetsTheSixQuotasOfEachVfAndThenTheirNumber() throws Exception {
    Gpu gpu = kernel.add(Driver.I915, 3, FLEX_170, 16_384, 8, 1);

    assertThat(vfs.provision(gpu, profile(gpu, "flex170_m2"), 1))
        .isEqualTo(new VfProvisioning.Done(2));

    assertThat(kernel.writes().stream().map(VirtualFunctionsTest::belowTree))
        .containsExactly(
            "vf1/gt/contexts_quota=1024",
            "vf1/gt/doorbells_quota=120",
            "vf1/gt/exec_quantum_ms=32",
            "vf1/gt/ggtt_quota=2013265920",
            "vf1/gt/lmem_quota=8388608000",
            "vf1/gt/preempt_timeout_us=64000",
            "vf2/gt/contexts_quota=1024",
            "vf2/gt/doorbells_quota=120",
            "vf2/gt/exec_quantum_ms=32",
            "vf2/gt/ggtt_quota=2013265920",
            "vf2/gt/lmem_quota=8388608000",
            "vf2/gt/preempt_timeout_us=64000",
            "sriov_numvfs=2");
    assertThat(kernel.memoryOfVfs(gpu)).containsExactly(8_388_608_000L, 8_388_608_000L);
  }

  @Test
  void quotasPerTileAreAPartOfTheProfilesSoThatTheVfHasThemInTotal() throws Exception {
    Gpu gpu = kernel.add(Driver.I915, 3, MAX_1550, 131_072, 62, 2);

    vfs.provision(gpu, profile(gpu, "max_128g_c4"), 3);

    assertThat(kernel.writes().stream().map(VirtualFunctionsTest::belowTree))
        .contains(
            "vf4/gt0/contexts_quota=1024",
            "vf4/gt0/doorbells_quota=60",
            "vf4/gt1/doorbells_quota=60",
            "vf4/gt0/ggtt_quota=503316480",
            "vf4/gt0/lmem_quota=8053063680",
            "vf4/gt1/lmem_quota=8053063680",
            "vf4/gt1/exec_quantum_ms=64");
    assertThat(kernel.memoryOfVfs(gpu)).isEqualTo(Collections.nCopies(4, 15_360 * MIB));
  }

  @Test
  void theTreeMayAlsoBeCalledIov() throws Exception {
    Gpu gpu = kernel.add(Driver.I915, 3, FLEX_170, 16_384, 8, 1);
    Path card = kernel.root().resolve("bus/pci/devices/0000:03:00.0/drm/card0");
    Files.move(card.resolve("prelim_iov"), card.resolve("iov"));
    Files.createSymbolicLink(card.resolve("prelim_iov.not-this"), Path.of("iov"));
    // the fake kernel continues to use its own name
    Files.createSymbolicLink(card.resolve("prelim_iov"), Path.of("nowhere"));
    kernel.refuse("contexts_quota", "", "Input/output error");

    assertThat(failure(vfs.provision(gpu, profile(gpu, "flex170_m2"), 1)))
        .contains("drm/card0/iov/vf1/gt/contexts_quota");
  }

  @Test
  void xeGetsVramQuotaAndScheduling() throws Exception {
    Gpu gpu = kernel.add(Driver.XE, 3, FLEX_170, 16_384, 8, 1);

    assertThat(vfs.provision(gpu, profile(gpu, "flex170_m2"), 2))
        .isEqualTo(new VfProvisioning.Done(2));

    assertThat(kernel.writes())
        .containsExactly(
            "sriov_admin/vf1/profile/vram_quota=8388608000",
            "sriov_admin/vf1/profile/exec_quantum_ms=32",
            "sriov_admin/vf1/profile/preempt_timeout_us=64000",
            "sriov_admin/vf2/profile/vram_quota=8388608000",
            "sriov_admin/vf2/profile/exec_quantum_ms=32",
            "sriov_admin/vf2/profile/preempt_timeout_us=64000",
            "sriov_numvfs=2");
  }

  @ParameterizedTest
  @EnumSource(names = {"XE_WITHOUT_VRAM_QUOTA", "OLD_XE"})
  void withoutVramQuotaAsManyVfsAreMadeAsEqualSharesGiveTheProfilesMemory(Driver driver)
      throws Exception {
    Gpu gpu = kernel.add(driver, 3, FLEX_170, 16_384, 8, 1);

    // flex170_m5 has 3200 MiB; 16 GiB in 4 shares are 4096 MiB each, in 5 shares 2048 MiB
    assertThat(vfs.provision(gpu, profile(gpu, "flex170_m5"), 1))
        .isEqualTo(new VfProvisioning.Done(4));
    assertThat(kernel.writes()).containsExactly("sriov_numvfs=4");
  }

  @ParameterizedTest
  @EnumSource
  void whateverIsPlannedOfADiscoveredGpuCanBeMade(Driver driver) throws Exception {
    kernel.add(driver, 3, FLEX_170, 16_000, 16, 1);
    Gpu gpu = new GpuDiscovery(kernel.root()).discover().devices().getFirst();
    assertThat(gpu.vfProfiles()).isNotEmpty();

    for (VfProfile profile : gpu.vfProfiles()) {
      assertThat(vfs.provision(gpu, profile, profile.numVfs()))
          .as(profile.name())
          .isEqualTo(new VfProvisioning.Done(profile.numVfs()));
      assertThat(vfs.remove(gpu.address())).isEqualTo(new VfRemoval.Done());
    }
  }

  @Test
  void whatEqualSharesCannotGiveIsRefusedBeforeAnythingIsWritten() throws Exception {
    Gpu gpu = kernel.add(Driver.XE_WITHOUT_VRAM_QUOTA, 3, FLEX_170, 16_384, 8, 1);

    assertThat(failure(vfs.provision(gpu, profile(gpu, "flex170_m5"), 5)))
        .contains("equal shares", "5 VFs of 3200 MiB", "flex170_m5", "Linux 7.0");
    assertThat(kernel.writes()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void aFairShareIsTheKernelsToGive(Driver driver) throws Exception {
    Gpu gpu = kernel.add(driver, 3, UNKNOWN, 16_384, 12, 1);
    VfProfile share = VfProfiles.forGpu(UNKNOWN, 16_384, 12, false).get(1);

    assertThat(vfs.provision(gpu, share, 1)).isEqualTo(new VfProvisioning.Done(share.numVfs()));

    assertThat(kernel.writes()).containsExactly("sriov_numvfs=" + share.numVfs());
    assertThat(kernel.memoryOfVfs(gpu)).allMatch(bytes -> bytes >= share.memoryMiB() * MIB);
  }

  @ParameterizedTest
  @EnumSource
  void removingLeavesAPlainGpuAndCanBeRepeated(Driver driver) throws Exception {
    Gpu gpu = kernel.add(driver, 3, FLEX_170, 16_384, 8, 1);
    vfs.provision(gpu, profile(gpu, "flex170_m4"), 2);
    assertThat(vfs.enabled(gpu.address())).isEqualTo(new EnabledVfs.Count(4));

    assertThat(vfs.remove(gpu.address())).isEqualTo(new VfRemoval.Done());

    assertThat(kernel.isPlain(gpu)).isTrue();
    assertThat(vfs.enabled(gpu.address())).isEqualTo(new EnabledVfs.Count(0));
    int writes = kernel.writes().size();
    assertThat(vfs.remove(gpu.address())).isEqualTo(new VfRemoval.Done());
    assertThat(kernel.writes()).as("nothing was left to write").hasSize(writes);
  }

  @Test
  void vfsAreDisabledBeforeTheirQuotasAreTakenAndAutomaticProvisioningComesLast() throws Exception {
    Gpu gpu = kernel.add(Driver.I915, 3, FLEX_170, 16_384, 8, 1);
    vfs.provision(gpu, profile(gpu, "flex170_m1"), 1);
    int before = kernel.writes().size();

    vfs.remove(gpu.address());

    assertThat(kernel.writes().stream().skip(before).map(VirtualFunctionsTest::belowTree))
        .containsExactly(
            "sriov_numvfs=0",
            "vf1/gt/contexts_quota=0",
            "vf1/gt/doorbells_quota=0",
            "vf1/gt/exec_quantum_ms=0",
            "vf1/gt/ggtt_quota=0",
            "vf1/gt/lmem_quota=0",
            "vf1/gt/preempt_timeout_us=0",
            "pf/auto_provisioning=1");
  }

  @Test
  void quotasThatSomebodyLeftAreClearedFirst() throws Exception {
    Gpu gpu = kernel.add(Driver.I915, 3, FLEX_170, 16_384, 8, 1);
    vfs.provision(gpu, profile(gpu, "flex170_m8"), 8);
    kernel.write(kernel.root().resolve("bus/pci/devices/0000:03:00.0/sriov_numvfs"), "0");

    assertThat(vfs.provision(gpu, profile(gpu, "flex170_m2"), 2))
        .isEqualTo(new VfProvisioning.Done(2));

    assertThat(kernel.quota(gpu, "vf8/gt/lmem_quota")).isZero();
  }

  @Test
  void cardsThatAppearLateAreAwaited() throws Exception {
    Gpu gpu = kernel.add(Driver.I915, 3, FLEX_170, 16_384, 8, 1);
    kernel.showCardsAfter(Duration.ofSeconds(9));

    assertThat(vfs.provision(gpu, profile(gpu, "flex170_m8"), 8))
        .isEqualTo(new VfProvisioning.Done(8));
  }

  static Stream<Arguments> everyWrite() {
    return Stream.concat(
        Stream.of(
                "contexts_quota",
                "doorbells_quota",
                "exec_quantum_ms",
                "ggtt_quota",
                "lmem_quota",
                "preempt_timeout_us")
            .map(name -> Arguments.of(Driver.I915, "vf2/gt/" + name)),
        Stream.of(
            Arguments.of(Driver.I915, "sriov_numvfs"),
            Arguments.of(Driver.XE, "vf2/profile/vram_quota"),
            Arguments.of(Driver.XE, "vf1/profile/exec_quantum_ms"),
            Arguments.of(Driver.XE, "vf2/profile/preempt_timeout_us"),
            Arguments.of(Driver.XE, "sriov_numvfs"),
            Arguments.of(Driver.XE_WITHOUT_VRAM_QUOTA, "sriov_numvfs"),
            Arguments.of(Driver.OLD_XE, "sriov_numvfs")));
  }

  /** The number of writes that are needed, to test a failure of each of them. */
  private int writesToMake(Driver driver, String profile) throws Exception {
    Gpu other = kernel.add(driver, 9, FLEX_170, 16_384, 8, 1);
    vfs.provision(other, profile(other, profile), 1);
    int writes = kernel.writes().size();
    vfs.remove(other.address());
    return writes;
  }

  @ParameterizedTest
  @EnumSource
  void whicheverWriteIsRefusedItIsNamedAndEverythingUndone(Driver driver) throws Exception {
    int writes = writesToMake(driver, "flex170_m4");
    Gpu gpu = kernel.add(driver, 3, FLEX_170, 16_384, 8, 1);
    var refused = new TreeSet<String>();
    for (String errno :
        List.of("Device or resource busy", "No space left on device", "Input/output error")) {
      for (int before = 0; before < writes; before++) {
        kernel.refuseAfter(before, errno);

        VfProvisioning result = vfs.provision(gpu, profile(gpu, "flex170_m4"), 3);

        var cause = (SriovFailure.WriteRefused) ((VfProvisioning.Failed) result).cause();
        assertThat(result).isEqualTo(new VfProvisioning.Failed(cause, Optional.empty()));
        assertThat(failure(result))
            .isEqualTo(
                "writing %s to %s failed: %s"
                    .formatted(cause.value(), cause.file(), errno.toLowerCase(Locale.ROOT)));
        assertThat(kernel.isPlain(gpu)).as("after %s", cause.message()).isTrue();
        refused.add(cause.file().toString());
      }
      kernel.heal();
      assertThat(vfs.provision(gpu, profile(gpu, "flex170_m4"), 3))
          .as("the next try starts clean")
          .isEqualTo(new VfProvisioning.Done(4));
      assertThat(vfs.remove(gpu.address())).isEqualTo(new VfRemoval.Done());
    }
    assertThat(refused).as("each was another").hasSize(writes);
  }

  @ParameterizedTest
  @EnumSource
  void whicheverWriteIsRefusedTogetherWithTheUndoingIsClearedAwayLater(Driver driver)
      throws Exception {
    int writes = writesToMake(driver, "flex170_m4");
    Gpu gpu = kernel.add(driver, 3, FLEX_170, 16_384, 8, 1);
    for (int before = 0; before < writes; before++) {
      int first = kernel.writes().size() + before;
      kernel.beforeEachWrite(
          write -> {
            if (kernel.writes().size() >= first) {
              throw new IOException("Input/output error");
            }
          });

      var result = (VfProvisioning.Failed) vfs.provision(gpu, profile(gpu, "flex170_m4"), 3);

      assertThat(result.leftSomething()).isEqualTo(!kernel.isPlain(gpu));
      kernel.heal();
      assertThat(vfs.remove(gpu.address())).isEqualTo(new VfRemoval.Done());
      assertThat(kernel.isPlain(gpu)).isTrue();
    }
  }

  @ParameterizedTest
  @EnumSource
  void whicheverWriteOfTheRemovalIsRefusedItIsNamedAndTheNextTrySucceeds(Driver driver)
      throws Exception {
    Gpu gpu = kernel.add(driver, 3, FLEX_170, 16_384, 8, 1);
    boolean refused = true;
    for (int before = 0; refused; before++) {
      vfs.provision(gpu, profile(gpu, "flex170_m4"), 3);
      kernel.refuseAfter(before, "Input/output error");

      VfRemoval result = vfs.remove(gpu.address());

      refused = result instanceof VfRemoval.Failed;
      if (result instanceof VfRemoval.Failed(var cause)) {
        assertThat(cause).isInstanceOf(SriovFailure.WriteRefused.class);
        assertThat(cause.message()).contains("input/output error");
        kernel.heal();
        assertThat(vfs.remove(gpu.address())).isEqualTo(new VfRemoval.Done());
      } else {
        assertThat(before).as("some were refused").isPositive();
      }
      assertThat(kernel.isPlain(gpu)).isTrue();
    }
  }

  @ParameterizedTest
  @MethodSource("everyWrite")
  void aValueThatDoesNotReadBackIsNamedAndEverythingUndone(Driver driver, String file)
      throws Exception {
    Gpu gpu = kernel.add(driver, 3, FLEX_170, 16_384, 8, 1);
    kernel.ignore(file, "");

    VfProvisioning result = vfs.provision(gpu, profile(gpu, "flex170_m4"), 3);

    assertThat(((VfProvisioning.Failed) result).cause())
        .isInstanceOf(SriovFailure.NotReadBack.class);
    assertThat(failure(result)).contains(file, "says \"0\"");
    assertThat(kernel.isPlain(gpu)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 3})
  void aVfThatNeverAppearsIsNamedAndEverythingUndone(int index) throws Exception {
    Gpu gpu = kernel.add(Driver.I915, 3, FLEX_170, 16_384, 8, 1);
    kernel.neverShowCardOf(index);

    VfProvisioning result = vfs.provision(gpu, profile(gpu, "flex170_m4"), 1);

    assertThat(failure(result)).contains("VF " + index, "virtfn" + index + "/drm", "14 s");
    assertThat(kernel.isPlain(gpu)).isTrue();
  }

  @Test
  void anAttemptThatCannotBeUndoneSaysSo() throws Exception {
    Gpu gpu = kernel.add(Driver.I915, 3, FLEX_170, 16_384, 8, 1);
    kernel.neverShowCardOf(1);
    kernel.refuse("sriov_numvfs", "0", "Input/output error");

    VfProvisioning result = vfs.provision(gpu, profile(gpu, "flex170_m4"), 1);

    assertThat(failure(result)).contains("VF 1 did not appear", "could not be undone", "writing 0");
    assertThat(((VfProvisioning.Failed) result).leftSomething()).isTrue();
    kernel.heal();
    assertThat(vfs.remove(gpu.address())).isEqualTo(new VfRemoval.Done());
    assertThat(kernel.isPlain(gpu)).isTrue();
  }

  @Test
  void moreThanThereIsIsRefusedByTheKernelAndNamed() throws Exception {
    Gpu gpu = kernel.add(Driver.I915, 3, FLEX_170, 16_384, 8, 1);
    var tooMuch = new VfProfile("too-much", 3, 8000, profile(gpu, "flex170_m2").quotas());

    assertThat(failure(vfs.provision(gpu, tooMuch, 3)))
        .contains("vf3/gt/lmem_quota", "no space left on device", "8388608000");
    assertThat(kernel.isPlain(gpu)).isTrue();
  }

  @Test
  void vfsOfSomebodyElseAreLeftAlone() throws Exception {
    Gpu gpu = kernel.add(Driver.I915, 3, FLEX_170, 16_384, 8, 1);
    Path numVfs = kernel.root().resolve("bus/pci/devices/0000:03:00.0/sriov_numvfs");
    kernel.write(numVfs, "3");

    assertThat(failure(vfs.provision(gpu, profile(gpu, "flex170_m4"), 1)))
        .contains("there are 3 VFs already");

    assertThat(kernel.numVfs(gpu)).isEqualTo(3);
    assertThat(kernel.writes()).containsExactly("sriov_numvfs=3");
  }

  @Test
  void vfsThatSomebodyElseMadeInBetweenAreLeftAloneToo() throws Exception {
    Gpu gpu = kernel.add(Driver.OLD_XE, 3, UNKNOWN, 16_384, 12, 1);
    Path numVfs = kernel.root().resolve("bus/pci/devices/0000:03:00.0/sriov_numvfs");
    kernel.beforeNumVfs(
        () -> {
          kernel.beforeNumVfs(() -> {});
          try {
            kernel.write(numVfs, "3");
          } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
          }
        });

    VfProvisioning result =
        vfs.provision(gpu, VfProfiles.forGpu(UNKNOWN, 16_384, 12, false).getFirst(), 1);

    assertThat(failure(result)).contains("device or resource busy");
    assertThat(((VfProvisioning.Failed) result).leftSomething()).isFalse();
    assertThat(kernel.numVfs(gpu)).isEqualTo(3);
  }

  @Test
  void moreVfsThanTheGpuCanHaveAreRefusedBeforeAnythingIsWritten() throws Exception {
    Gpu gpu = kernel.add(Driver.I915, 3, FLEX_170, 16_384, 3, 1);
    VfProfile profile = VfProfiles.forGpu(FLEX_170, 16_384, 31, false).getFirst();

    assertThat(failure(vfs.provision(gpu, profile, 4))).contains("4 VFs", "can have 3");
    assertThat(kernel.writes()).isEmpty();
  }

  @Test
  void vfsThatStayAreAFailureOfTheirRemoval() throws Exception {
    Gpu gpu = kernel.add(Driver.I915, 3, FLEX_170, 16_384, 8, 1);
    vfs.provision(gpu, profile(gpu, "flex170_m4"), 1);
    kernel.keepDisabledVfs();

    VfRemoval result = vfs.remove(gpu.address());

    assertThat(result).isInstanceOf(VfRemoval.Failed.class);
    assertThat(((VfRemoval.Failed) result).cause().message())
        .contains("did not vanish within 10 s", "virtfn0");
    kernel.heal();
    assertThat(vfs.remove(gpu.address())).isEqualTo(new VfRemoval.Done());
    assertThat(kernel.isPlain(gpu)).isTrue();
  }

  @Test
  void aGpuWithoutSriovFilesIsNamed() {
    assertThat(vfs.enabled(FakeSysfs.address("0000:09:00.0")))
        .isInstanceOfSatisfying(
            EnabledVfs.Unknown.class,
            unknown -> assertThat(unknown.cause().message()).contains("sriov_numvfs"));
  }

  @Test
  void aGpuWhoseSriovWasSwitchedOffHasNoVfs() throws Exception {
    Gpu gpu = kernel.add(Driver.I915, 3, FLEX_170, 16_384, 8, 1);
    java.nio.file.Files.delete(
        kernel.root().resolve("bus/pci/devices/" + gpu.address() + "/sriov_numvfs"));

    assertThat(vfs.enabled(gpu.address())).isEqualTo(new EnabledVfs.Count(0));
  }

  @Test
  void aVfOfXeShowsItsQuotaAsItsMemory() throws Exception {
    Gpu gpu = kernel.add(Driver.XE, 3, FLEX_170, 16_384, 8, 1);
    vfs.provision(gpu, profile(gpu, "flex170_m4"), 1);

    assertThat(new GpuDiscovery(kernel.root()).discover().devices())
        .filteredOn(device -> device.uid().vfIndex().isPresent())
        .hasSize(4)
        .allMatch(vf -> vf.memoryMiB() == 4000);
  }

  @Test
  void theRealWriterNeitherCreatesNorTruncates() throws Exception {
    var writer = new SysfsWriter();
    Path file = root.resolve("attribute");
    org.assertj.core.api.Assertions.assertThatThrownBy(() -> writer.write(file, "1"))
        .isInstanceOf(java.nio.file.NoSuchFileException.class);
    Files.writeString(file, "abcdef");

    writer.write(file, "42");

    assertThat(file).content().isEqualTo("42\ndef");
  }

  private static VfProfile profile(Gpu gpu, String name) {
    return VfProfiles.named(
            VfProfiles.forGpu(gpu.uid().model(), gpu.memoryMiB(), gpu.maxVfs(), false), name)
        .orElseThrow();
  }

  private static String failure(VfProvisioning result) {
    assertThat(result).isInstanceOf(VfProvisioning.Failed.class);
    return ((VfProvisioning.Failed) result).message();
  }

  private static String belowTree(String write) {
    return write.replaceFirst("drm/card\\d+/prelim_iov/", "");
  }
}
