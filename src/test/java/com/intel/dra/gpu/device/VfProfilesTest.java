package com.intel.dra.gpu.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.intel.dra.gpu.device.VfProfile.Quotas;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class VfProfilesTest {

  private static final PciDeviceId FLEX_170 = new PciDeviceId("0x56c0");
  private static final PciDeviceId UNKNOWN = new PciDeviceId("0xe211");

  private static List<VfProfile> flex170(int memoryMiB) {
    return VfProfiles.forGpu(FLEX_170, memoryMiB, 16, false);
  }

  @ParameterizedTest
  @CsvSource({
    "0, flex170_m16",
    "1000, flex170_m16",
    "1001, flex170_m8",
    "2000, flex170_m8",
    "2001, flex170_m5",
    "3201, flex170_m4",
    "4001, flex170_m2",
    "8001, flex170_m1",
    "16000, flex170_m1"
  })
  void smallestProfileThatFitsIsPicked(int askedMiB, String expected) {
    assertThat(VfProfiles.smallest(flex170(16256), askedMiB))
        .get()
        .extracting(VfProfile::name)
        .isEqualTo(expected);
  }

  @Test
  void moreMemoryThanTheLargestProfileIsNotPossible() {
    assertThat(VfProfiles.smallest(flex170(16256), 16001)).isEmpty();
  }

  @Test
  void gpuThatShowsLessMemoryThanItIsSoldWithHasEccAndSmallerVfs() {
    // the Go driver's test: 13500 MiB with ECC
    var profile = VfProfiles.smallest(flex170(14248), 13500).orElseThrow();

    assertThat(profile.name()).isEqualTo("flex170_m1");
    assertThat(profile.memoryMiB()).isEqualTo(13542);
    assertThat(profile.quotas())
        .contains(new Quotas(1024, 240, 4_026_531_840L, 14_199_816_192L, 64, 128_000));
  }

  @Test
  void profileIsFoundByItsNameAndNoOtherIs() {
    assertThat(VfProfiles.named(flex170(16256), "flex170_m4"))
        .get()
        .returns(4, VfProfile::numVfs)
        .returns(4000, VfProfile::memoryMiB);
    assertThat(VfProfiles.named(flex170(16256), "flex140_m3")).isEmpty();
    assertThat(VfProfiles.named(flex170(16256), "")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0x56c0", "0x56c1", "0x0b69", "0x0bd0", "0x0bd5", "0x0bd6", "0x0bd9", "0x0bda", "0x0bdb"
      })
  void modelsOfTheTableHaveProfilesWithQuotas(String model) {
    assertThat(VfProfiles.forGpu(new PciDeviceId(model), 131_072, 63, false))
        .hasSizeGreaterThanOrEqualTo(4)
        .allSatisfy(profile -> assertThat(profile.quotas()).isPresent());
  }

  @Test
  void kernelsLimitAndTheGpusMemoryLimitTheNumberOfVfs() {
    assertThat(VfProfiles.forGpu(FLEX_170, 16256, 3, false))
        .extracting(VfProfile::numVfs)
        .containsOnly(3, 2, 1);
    assertThat(flex170(4000))
        .as("a quarter of the memory, with ECC")
        .extracting(VfProfile::name, VfProfile::numVfs)
        .containsExactly(
            tuple("flex170_m16", 4),
            tuple("flex170_m8", 2),
            tuple("flex170_m5", 1),
            tuple("flex170_m4", 1));
    assertThat(flex170(100)).isEmpty();
    assertThat(VfProfiles.forGpu(FLEX_170, 16256, 0, false)).isEmpty();
  }

  @Test
  void whereTheKernelGivesEqualSharesAProfileHasOnlyThoseVfsThatGetItsMemory() {
    // 15 GiB of the 16000 MiB can be divided: four VFs get 2048 MiB each, three get 4096
    assertThat(VfProfiles.forGpu(FLEX_170, 16_000, 16, true))
        .extracting(VfProfile::name, VfProfile::numVfs)
        .containsExactly(
            tuple("flex170_m16", 15),
            tuple("flex170_m8", 7),
            tuple("flex170_m5", 3),
            tuple("flex170_m4", 3),
            tuple("flex170_m2", 1));
    assertThat(VfProfiles.forGpu(UNKNOWN, 24_480, 12, true))
        .as("fair shares are what they are")
        .isEqualTo(VfProfiles.forGpu(UNKNOWN, 24_480, 12, false));
  }

  @Property
  void anEqualShareIsNoLessThanAProfileSays(
      @ForAll @IntRange(max = 200_000) int memoryMiB, @ForAll @IntRange(max = 70) int maxVfs) {
    assertThat(VfProfiles.forGpu(FLEX_170, memoryMiB, maxVfs, true))
        .allSatisfy(
            profile ->
                assertThat(VfProfiles.fairShareMiB(memoryMiB, profile.numVfs()))
                    .isGreaterThanOrEqualTo(profile.memoryMiB()));
  }

  @Test
  void unknownModelIsSplitIntoTheKernelsFairShares() {
    var profiles = VfProfiles.forGpu(UNKNOWN, 24_480, 12, false);

    // 23 GiB can be divided: a twelfth is 1962 MiB, of which the kernel gives 1024
    assertThat(profiles)
        .extracting(VfProfile::name, VfProfile::memoryMiB)
        .containsExactly(
            tuple("fairShare_12", 1024),
            tuple("fairShare_11", 2048),
            tuple("fairShare_5", 4096),
            tuple("fairShare_2", 8192),
            tuple("fairShare_1", 16384));
    assertThat(profiles).allSatisfy(profile -> assertThat(profile.quotas()).isEmpty());
  }

  @Test
  void integratedGpuIsSplitIntoVfsWithoutMemory() {
    assertThat(VfProfiles.forGpu(UNKNOWN, 0, 7, false))
        .singleElement()
        .returns("fairShare_7", VfProfile::name)
        .returns(7, VfProfile::numVfs)
        .returns(0, VfProfile::memoryMiB);
  }

  @Property
  void profilesGrowInMemoryAndShrinkInNumberAndNeverExceedTheGpu(
      @ForAll @IntRange(max = 200_000) int memoryMiB,
      @ForAll @IntRange(max = 70) int maxVfs,
      @ForAll boolean known,
      @ForAll boolean equalShares) {
    var profiles = VfProfiles.forGpu(known ? FLEX_170 : UNKNOWN, memoryMiB, maxVfs, equalShares);

    for (int i = 0; i < profiles.size(); i++) {
      var profile = profiles.get(i);
      assertThat(profile.numVfs()).isBetween(1, maxVfs);
      assertThat((long) profile.numVfs() * profile.memoryMiB()).isLessThanOrEqualTo(memoryMiB);
      if (i > 0) {
        assertThat(profile.memoryMiB()).isGreaterThan(profiles.get(i - 1).memoryMiB());
        assertThat(profile.numVfs()).isLessThanOrEqualTo(profiles.get(i - 1).numVfs());
      }
    }
  }
}
