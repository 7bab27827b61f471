package com.intel.dra.gpu.sysfs.drm;

import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.sysfs.drm.RegionBytes.Region;
import java.lang.foreign.MemorySegment;
import java.util.OptionalLong;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class MemoryRegionsTest {

  private static final long MIB = 1L << 20;

  private static OptionalLong decode(MemoryRegions kind, byte[] answer) {
    return kind.deviceBytes(MemorySegment.ofArray(answer));
  }

  @Test
  void theLayoutOfI915IsHeader16ThenClassAndProbedSize() {
    byte[] answer = new byte[16 + 88];
    answer[0] = 1; // num_regions
    answer[16] = 1; // I915_MEMORY_CLASS_DEVICE
    answer[16 + 2] = 7; // instance
    answer[16 + 8 + 3] = 0x40; // probed_size 1 GiB
    answer[16 + 16] = 5; // unallocated_size

    assertThat(decode(MemoryRegions.I915, answer)).hasValue(1024 * MIB);
  }

  @Test
  void theLayoutOfXeIsHeader8ThenClassAndTotalSize() {
    byte[] answer = new byte[8 + 88];
    answer[0] = 1; // num_mem_regions
    answer[8] = 1; // DRM_XE_MEM_REGION_CLASS_VRAM
    answer[8 + 4 + 1] = 0x10; // min_page_size
    answer[8 + 8 + 4] = 6; // total_size 24 GiB
    answer[8 + 16] = 5; // used

    assertThat(decode(MemoryRegions.XE, answer)).hasValue(24 * 1024 * MIB);
  }

  @ParameterizedTest
  @EnumSource
  void theRegionsOfAllTilesAreSummedAndSystemMemoryIsNot(MemoryRegions kind) {
    byte[] answer =
        RegionBytes.of(
            kind, new Region(0, 65536 * MIB), new Region(1, 100 * MIB), new Region(1, 28 * MIB));

    assertThat(decode(kind, answer)).hasValue(128 * MIB);
  }

  @ParameterizedTest
  @EnumSource
  void anIntegratedGpuHasNoRegionOfItsOwn(MemoryRegions kind) {
    assertThat(decode(kind, RegionBytes.of(kind, new Region(0, 65536 * MIB)))).hasValue(0);
    assertThat(decode(kind, RegionBytes.of(kind))).hasValue(0);
  }

  @ParameterizedTest
  @EnumSource
  void anAnswerThatIsCutOffIsRefusedWhereverItIsCut(MemoryRegions kind) {
    byte[] whole = RegionBytes.of(kind, new Region(0, MIB), new Region(1, MIB));

    for (int length = 0; length < whole.length; length++) {
      byte[] cut = java.util.Arrays.copyOf(whole, length);
      assertThat(decode(kind, cut)).as("%d of %d bytes", length, whole.length).isEmpty();
    }
    assertThat(decode(kind, whole)).hasValue(MIB);
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, Long.MIN_VALUE})
  void aSizeThatTheDriverDoesNotKnowIsNoSize(long size) {
    assertThat(decode(MemoryRegions.I915, RegionBytes.of(MemoryRegions.I915, new Region(1, size))))
        .isEmpty();
  }

  @Test
  void sizesThatNoDeviceHasAreRefusedAndDoNotOverflow() {
    byte[] answer =
        RegionBytes.of(
            MemoryRegions.XE, new Region(1, Long.MAX_VALUE), new Region(1, Long.MAX_VALUE));

    assertThat(decode(MemoryRegions.XE, answer)).isEmpty();
  }

  @Property(tries = 500)
  void anyBytesAreEitherRefusedOrASize(@ForAll MemoryRegions kind, @ForAll byte[] answer) {
    OptionalLong bytes = decode(kind, answer);

    assertThat(bytes.orElse(0)).isNotNegative();
  }
}
