package com.intel.dra.gpu.simulator.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.device.PciAddress;
import com.intel.dra.gpu.device.PciDeviceId;
import com.intel.dra.gpu.simulator.fuse.Errno;
import com.intel.dra.gpu.simulator.topology.QuotaFiles;
import com.intel.dra.gpu.simulator.topology.SimulatedGpu;
import com.intel.dra.gpu.sysfs.files.KernelDriver;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class SriovRulesTest {

  private static final long MIB = 1 << 20;

  private static SimulatedGpu gpu(int memoryMiB, int maxVfs, QuotaFiles files, int tiles) {
    return new SimulatedGpu(
        new PciAddress(0, 3, 0, 0),
        new PciDeviceId("0x56c0"),
        memoryMiB,
        maxVfs,
        files == QuotaFiles.PRELIM_IOV ? KernelDriver.I915 : KernelDriver.XE,
        files,
        tiles);
  }

  private static PfState i915() {
    return PfState.initial(gpu(16_384, 8, QuotaFiles.PRELIM_IOV, 1));
  }

  private static PfState mainlineI915() {
    return PfState.initial(
        new SimulatedGpu(
            PciAddress.parse("0000:00:02.0").orElseThrow(),
            new PciDeviceId("0x46d1"),
            0,
            7,
            KernelDriver.I915,
            QuotaFiles.NONE,
            1));
  }

  /** The PCI core does the same for a driver without sriov_configure. */
  @Test
  void theMainlineI915CanMakeNoVfs() {
    PfState pf = mainlineI915();

    assertThat(next(numVfs(pf, "0"))).isEqualTo(pf);
    assertRefused(numVfs(pf, "1"), Errno.ENOENT);
    assertRefused(numVfs(pf, "7"), Errno.ENOENT);
    assertRefused(numVfs(pf, "8"), Errno.ERANGE);
    assertThat(VfQuota.of(pf.gpu())).isEmpty();
  }

  private static PfState xe(QuotaFiles files) {
    return PfState.initial(gpu(16_384, 8, files, 1));
  }

  private static SriovRules.Decision numVfs(PfState pf, String text) {
    return SriovRules.write(pf, new PfFile.NumVfs(), text, false);
  }

  private static SriovRules.Decision auto(PfState pf, String text) {
    return SriovRules.write(pf, new PfFile.AutoProvisioning(), text, false);
  }

  private static SriovRules.Decision give(PfState pf, int vf, VfQuota.Kind kind, long value) {
    return give(pf, new VfQuota(vf, 0, kind), Long.toString(value));
  }

  private static SriovRules.Decision give(PfState pf, VfQuota quota, String value) {
    return SriovRules.write(pf, new PfFile.OfQuota(quota), value, false);
  }

  private static PfState next(SriovRules.Decision decision) {
    return switch (decision) {
      case SriovRules.Changed(PfState next) -> next;
      case SriovRules.Enabled(PfState next) -> next;
      case SriovRules.Disabled(PfState next) -> next;
      case SriovRules.Refused refused -> throw new AssertionError(refused.toString());
    };
  }

  private static void assertRefused(SriovRules.Decision decision, Errno errno) {
    assertThat(decision)
        .isInstanceOfSatisfying(
            SriovRules.Refused.class,
            refused -> {
              assertThat(refused.errno()).isEqualTo(errno);
              assertThat(refused.why()).isNotBlank();
            });
  }

  private static PfState withAllResources(PfState pf, int vf, long memoryBytes) {
    PfState state = pf;
    for (VfQuota quota : VfQuota.of(pf.gpu())) {
      if (quota.vf() == vf && quota.kind().isResource()) {
        state = next(give(state, quota, quota.kind().isMemory() ? "" + memoryBytes : "8"));
      }
    }
    return state;
  }

  @Nested
  class SriovNumvfs {

    @Test
    void goesFromZeroToAnyCountAndBackToZeroOnly() {
      PfState four = next(numVfs(i915(), "4"));

      assertThat(numVfs(i915(), "4")).isInstanceOf(SriovRules.Enabled.class);
      assertThat(four.numVfs()).isEqualTo(4);
      assertRefused(numVfs(four, "5"), Errno.EBUSY);
      assertRefused(numVfs(four, "3"), Errno.EBUSY);
      assertThat(numVfs(four, "4")).isEqualTo(new SriovRules.Changed(four));
      assertThat(numVfs(four, "0")).isInstanceOf(SriovRules.Disabled.class);
      assertThat(next(numVfs(four, "0"))).isEqualTo(i915());
    }

    @Test
    void hasItsLimitsCheckedBeforeAnythingElse() {
      PfState eight = next(numVfs(i915(), "8"));

      assertRefused(numVfs(eight, "9"), Errno.ERANGE);
      assertRefused(numVfs(eight, "65536"), Errno.EINVAL);
      assertRefused(numVfs(eight, "-1"), Errno.EINVAL);
      assertRefused(numVfs(eight, "all"), Errno.EINVAL);
    }

    @Test
    void isBusyWhileOldVfsAreThere() {
      assertRefused(SriovRules.write(i915(), new PfFile.NumVfs(), "2", true), Errno.EBUSY);
    }
  }

  @Nested
  class PrelimIov {

    @Test
    void dividesEverythingInEqualSharesByItself() {
      PfState two = next(numVfs(i915(), "2"));

      assertThat(two.quota(new VfQuota(1, 0, VfQuota.Kind.LMEM))).isEqualTo(8192 * MIB);
      assertThat(two.quota(new VfQuota(2, 0, VfQuota.Kind.GGTT))).isEqualTo(2048 * MIB);
      assertThat(two.quota(new VfQuota(2, 0, VfQuota.Kind.CONTEXTS))).isEqualTo(32_768);
      assertThat(two.quota(new VfQuota(2, 0, VfQuota.Kind.DOORBELLS))).isEqualTo(128);
      assertThat(two.quota(new VfQuota(3, 0, VfQuota.Kind.LMEM))).isZero();
      assertThat(two.autoProvisioning()).isTrue();
    }

    @Test
    void leavesDividingToTheAdministratorOnceAQuotaIsWritten() {
      PfState given = next(give(i915(), 1, VfQuota.Kind.EXEC_QUANTUM, 5));
      assertThat(given.autoProvisioning()).isFalse();

      PfState enabled = next(numVfs(given, "1"));
      assertThat(enabled.memoryBytes(1)).as("late provisioning").isZero();

      PfState disabled = next(numVfs(enabled, "0"));
      assertThat(disabled).as("quotas of the administrator are kept").isEqualTo(given);
    }

    @Test
    void takesAutoProvisioningBackOnlyWhenNothingIsGiven() {
      PfState given = next(give(i915(), 1, VfQuota.Kind.LMEM, 512 * MIB));

      assertRefused(auto(given, "1"), Errno.ESTALE);
      assertThat(next(auto(given, "0"))).isEqualTo(given);
      PfState empty = next(give(given, 1, VfQuota.Kind.LMEM, 0));
      assertThat(next(auto(empty, "on"))).isEqualTo(i915());
      assertRefused(auto(empty, "perhaps"), Errno.EINVAL);
    }

    @Test
    void mayBeSwitchedToAutomaticAgainWhileItIs() {
      PfState two = next(numVfs(i915(), "2"));

      assertThat(next(auto(two, "1"))).isEqualTo(two);
    }

    @Test
    void refusesVfsOfWhichOnlySomeAreProvisioned() {
      PfState one = withAllResources(i915(), 1, 512 * MIB);

      assertThat(next(numVfs(one, "1")).memoryBytes(1)).isEqualTo(512 * MIB);
      assertRefused(numVfs(one, "2"), Errno.EIO);
      assertRefused(numVfs(next(give(one, 1, VfQuota.Kind.GGTT, 0)), "1"), Errno.EIO);
    }

    @Test
    void refusesMoreMemoryThanThereIs() {
      PfState most = next(give(i915(), 1, VfQuota.Kind.LMEM, 16_383 * MIB));

      assertThat(most.memoryBytes(1)).as("whole pages").isEqualTo(16_384 * MIB);
      assertRefused(give(most, 2, VfQuota.Kind.LMEM, 1), Errno.ENOSPC);
      assertRefused(give(most, 2, VfQuota.Kind.LMEM, Long.MAX_VALUE), Errno.ENOSPC);
      assertThat(next(give(most, 1, VfQuota.Kind.LMEM, 8192 * MIB)).memoryBytes(1))
          .isEqualTo(8192 * MIB);
    }

    @Test
    void hasMemoryByTile() {
      PfState pf = PfState.initial(gpu(2048, 2, QuotaFiles.PRELIM_IOV, 2));

      assertRefused(give(pf, 1, VfQuota.Kind.LMEM, 1025 * MIB), Errno.ENOSPC);
      PfState first = next(give(pf, 1, VfQuota.Kind.LMEM, 1024 * MIB));
      PfState both = next(give(first, new VfQuota(1, 1, VfQuota.Kind.LMEM), "" + 1024 * MIB));
      assertThat(both.memoryBytes(1)).isEqualTo(2048 * MIB);
    }

    @Test
    void refusesToResizeVfsThatAreEnabledButNotToScheduleThem() {
      PfState one = next(numVfs(i915(), "1"));

      assertRefused(give(one, 1, VfQuota.Kind.LMEM, 0), Errno.EBUSY);
      assertThat(next(give(one, 1, VfQuota.Kind.EXEC_QUANTUM, 10)).numVfs()).isEqualTo(1);
      assertThat(give(one, 2, VfQuota.Kind.LMEM, 0)).isInstanceOf(SriovRules.Changed.class);
    }

    @Test
    void refusesAmountsThatAreNone() {
      assertRefused(give(i915(), new VfQuota(1, 0, VfQuota.Kind.LMEM), "1Gi"), Errno.EINVAL);
      assertRefused(
          give(i915(), new VfQuota(1, 0, VfQuota.Kind.EXEC_QUANTUM), "4294967296"), Errno.ERANGE);
    }
  }

  @Nested
  class SriovAdmin {

    @Test
    void givesAPowerOfTwoByItselfAndTakesItBack() {
      PfState three = next(numVfs(xe(QuotaFiles.SRIOV_ADMIN), "3"));

      assertThat(three.memoryBytes(3)).isEqualTo(4096 * MIB);
      assertThat(next(numVfs(three, "0"))).isEqualTo(xe(QuotaFiles.SRIOV_ADMIN));
    }

    @Test
    void givesWhatIsAskedForAndTakesTheMemoryBackButNotTheScheduling() {
      PfState given = next(give(xe(QuotaFiles.SRIOV_ADMIN), 1, VfQuota.Kind.VRAM, 6000 * MIB));
      given = next(give(given, 1, VfQuota.Kind.EXEC_QUANTUM, 20));

      PfState enabled = next(numVfs(given, "1"));
      assertThat(enabled.memoryBytes(1)).isEqualTo(6000 * MIB);
      PfState disabled = next(numVfs(enabled, "0"));
      assertThat(disabled.memoryBytes(1)).isZero();
      assertThat(disabled.quota(new VfQuota(1, 0, VfQuota.Kind.EXEC_QUANTUM))).isEqualTo(20);
      assertRefused(numVfs(given, "2"), Errno.EIO);
    }

    @Test
    void doesNotDivideByItselfOnceAnyVfWasGivenMemory() {
      PfState given = next(give(xe(QuotaFiles.SRIOV_ADMIN), 5, VfQuota.Kind.VRAM, 512 * MIB));

      assertRefused(numVfs(given, "2"), Errno.EIO);
    }

    @Test
    void givesEqualSharesWhereThereIsNoVramQuota() {
      for (QuotaFiles files : List.of(QuotaFiles.SRIOV_ADMIN_WITHOUT_VRAM_QUOTA, QuotaFiles.NONE)) {
        assertThat(next(numVfs(xe(files), "4")).memoryBytes(4)).isEqualTo(4096 * MIB);
        assertThat(VfQuota.of(xe(files).gpu())).noneMatch(quota -> quota.kind().isMemory());
      }
    }

    @Test
    void refusesMoreMemoryThanThereIs() {
      assertRefused(
          give(xe(QuotaFiles.SRIOV_ADMIN), 1, VfQuota.Kind.VRAM, 16_385 * MIB), Errno.ENOSPC);
    }
  }

  @Test
  void anIntegratedGpuHasNoMemoryToGive() {
    for (QuotaFiles files : QuotaFiles.values()) {
      SimulatedGpu integrated = gpu(0, 4, files, 1);
      assertThat(VfQuota.of(integrated)).noneMatch(quota -> quota.kind().isMemory());
      PfState enabled = next(numVfs(PfState.initial(integrated), "4"));
      assertThat(enabled.numVfs()).isEqualTo(4);
      assertThat(enabled.memoryBytes(1)).isZero();
      assertThat(next(numVfs(enabled, "0"))).isEqualTo(PfState.initial(integrated));
    }
  }

  /** A write to any existing file. */
  record Write(PfFile file, String text) {}

  record Story(SimulatedGpu gpu, List<Write> writes) {}

  @Provide
  Arbitrary<Story> stories() {
    return Combinators.combine(
            Arbitraries.of(0, 1000, 16_384),
            Arbitraries.of(1, 3, 8),
            Arbitraries.of(QuotaFiles.class),
            Arbitraries.of(1, 2))
        .as(SriovRulesTest::gpu)
        .flatMap(gpu -> writes(gpu).list().ofMaxSize(40).map(list -> new Story(gpu, list)));
  }

  private static Arbitrary<Write> writes(SimulatedGpu gpu) {
    Arbitrary<Write> numVfs =
        Arbitraries.integers()
            .between(0, gpu.maxVfs() + 1)
            .map(count -> new Write(new PfFile.NumVfs(), "" + count));
    Arbitrary<Write> auto =
        Arbitraries.of("0", "1").map(text -> new Write(new PfFile.AutoProvisioning(), text));
    List<VfQuota> quotas = VfQuota.of(gpu);
    if (quotas.isEmpty()) {
      return numVfs;
    }
    Arbitrary<Write> quota =
        Combinators.combine(
                Arbitraries.of(quotas),
                Arbitraries.of(0L, 1L, 200 * MIB, 5000 * MIB, 16_384 * MIB, Long.MAX_VALUE))
            .as((some, value) -> new Write(new PfFile.OfQuota(some), "" + value));
    return gpu.quotaFiles() == QuotaFiles.PRELIM_IOV
        ? Arbitraries.oneOf(numVfs, auto, quota)
        : Arbitraries.oneOf(numVfs, quota);
  }

  @Property
  void whateverIsWrittenTheStateHoldsTogether(@ForAll("stories") Story story) {
    PfState state = PfState.initial(story.gpu());
    for (Write write : story.writes()) {
      SriovRules.Decision decision = SriovRules.write(state, write.file(), write.text(), false);
      if (decision instanceof SriovRules.Refused) {
        continue;
      }
      PfState next = next(decision);

      assertThat(next.numVfs()).isBetween(0, story.gpu().maxVfs());
      assertThat(next.quotas().values()).allMatch(value -> value > 0);
      assertThat(IntStream.rangeClosed(1, story.gpu().maxVfs()).mapToLong(next::memoryBytes).sum())
          .isLessThanOrEqualTo(story.gpu().memoryMiB() * MIB);
      if (state.numVfs() != 0 && next.numVfs() != state.numVfs()) {
        assertThat(next.numVfs()).as("all or none").isZero();
      }
      if (next.autoProvisioning()
          && next.numVfs() == 0
          && state.gpu().quotaFiles() == QuotaFiles.PRELIM_IOV) {
        assertThat(next.quotas()).as("automatic means nothing is kept").isEmpty();
      }
      state = next;
    }
  }

  @Property
  void everythingCanBeTakenBack(@ForAll("stories") Story story) {
    PfState state = PfState.initial(story.gpu());
    for (Write write : story.writes()) {
      SriovRules.Decision decision = SriovRules.write(state, write.file(), write.text(), false);
      state = decision instanceof SriovRules.Refused ? state : next(decision);
    }

    state = next(numVfs(state, "0"));
    for (VfQuota quota : VfQuota.of(story.gpu())) {
      state = next(give(state, quota, "0"));
    }
    if (story.gpu().quotaFiles() == QuotaFiles.PRELIM_IOV) {
      state = next(auto(state, "1"));
    }

    assertThat(state).isEqualTo(PfState.initial(story.gpu()));
  }
}
