package com.intel.dra.gpu.sysfs.drm;

import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.device.DrmNodes;
import com.intel.dra.gpu.sysfs.drm.RegionBytes.Region;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class DrmMemoryQueryTest {

  private static final long MIB = 1L << 20;
  private static final Path DRI = Path.of("/dev/dri");
  private static final DrmNodes NODES = new DrmNodes(0, OptionalInt.of(128));

  private static FakeDrm driver(MemoryRegions kind) {
    return new FakeDrm(
        kind == MemoryRegions.I915 ? "i915" : "xe",
        RegionBytes.of(kind, new Region(0, 1000 * MIB), new Region(1, 16256 * MIB)));
  }

  private static LocalMemory query(FakeDrm drm) {
    LocalMemory memory = new DrmMemoryQuery(DRI, drm).of(NODES);
    assertThat(drm.open).as("nodes left open").isZero();
    return memory;
  }

  @ParameterizedTest
  @EnumSource
  void theRenderNodeIsAskedAndTheCardLeftAlone(MemoryRegions kind) {
    FakeDrm drm = driver(kind);

    assertThat(query(drm)).isEqualTo(new LocalMemory.Known(16256 * MIB, "renderD128"));
    assertThat(drm.opened).containsExactly("renderD128");
  }

  @ParameterizedTest
  @EnumSource
  void theCardIsAskedWhereTheRenderNodeMayNotBe(MemoryRegions kind) {
    assertThat(query(driver(kind).failingToAnswer("renderD128", DrmErrno.EACCES)))
        .isEqualTo(new LocalMemory.Known(16256 * MIB, "card0"));
    assertThat(query(driver(kind).failingToOpen("renderD128", DrmErrno.EACCES)))
        .isEqualTo(new LocalMemory.Known(16256 * MIB, "card0"));
  }

  @Test
  void aGpuWithoutRenderNodeIsAskedOnItsCard() {
    FakeDrm drm = driver(MemoryRegions.XE);

    assertThat(new DrmMemoryQuery(DRI, drm).of(new DrmNodes(3, OptionalInt.empty())))
        .isEqualTo(new LocalMemory.Known(16256 * MIB, "card3"));
  }

  @ParameterizedTest
  @ValueSource(ints = {DrmErrno.ENOENT, DrmErrno.ENXIO, DrmErrno.ENODEV})
  void nodesWithoutDriverAreNoDevice(int errno) {
    FakeDrm drm =
        driver(MemoryRegions.XE).failingToOpen("renderD128", errno).failingToOpen("card0", errno);

    assertThat(query(drm))
        .isInstanceOfSatisfying(
            LocalMemory.NoSuchDevice.class,
            missing -> assertThat(missing.why()).contains("/dev/dri/renderD128"));
  }

  @ParameterizedTest
  @ValueSource(ints = {DrmErrno.EACCES, DrmErrno.EPERM})
  void nodesThatMayNotBeOpenedAreDenied(int errno) {
    FakeDrm drm =
        driver(MemoryRegions.I915).failingToOpen("renderD128", errno).failingToOpen("card0", errno);

    assertThat(query(drm)).isInstanceOf(LocalMemory.Denied.class);
  }

  @ParameterizedTest
  @EnumSource
  void anErrorInPlaceOfAnAnswerIsAFailure(MemoryRegions kind) {
    FakeDrm drm =
        driver(kind)
            .failingToAnswer("renderD128", DrmErrno.EINVAL)
            .failingToAnswer("card0", DrmErrno.EINVAL);

    assertThat(query(drm))
        .isInstanceOfSatisfying(
            LocalMemory.Failed.class, failed -> assertThat(failed.why()).contains("EINVAL"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"amdgpu", "", "a-driver-with-quite-a-long-name"})
  void theNodeOfAnotherDriverIsNotAsked(String other) {
    assertThat(query(new FakeDrm(other, new byte[16]))).isInstanceOf(LocalMemory.Failed.class);
  }

  @ParameterizedTest
  @EnumSource
  void anAnswerThatMakesNoSenseIsAFailure(MemoryRegions kind) {
    byte[] tooMany = RegionBytes.of(kind);
    tooMany[0] = 1; // and no region

    String name = kind == MemoryRegions.I915 ? "i915" : "xe";
    assertThat(query(new FakeDrm(name, tooMany))).isInstanceOf(LocalMemory.Failed.class);
    assertThat(query(new FakeDrm(name, new byte[0]))).isInstanceOf(LocalMemory.Failed.class);
    assertThat(query(new FakeDrm(name, new byte[1 << 20]))).isInstanceOf(LocalMemory.Failed.class);
  }

  /** Calls libc, as far as that is possible without a GPU. */
  @Test
  void theKernelsOwnAnswersComeThrough(@TempDir Path dri) throws Exception {
    var query = new DrmMemoryQuery(dri, new SystemDrmFiles());
    assertThat(query.of(NODES))
        .isInstanceOfSatisfying(
            LocalMemory.NoSuchDevice.class,
            missing -> assertThat(missing.why()).contains("renderD128", "ENOENT"));

    Files.createFile(dri.resolve("renderD128"));
    assertThat(query.of(NODES))
        .as("an ordinary file takes no ioctl")
        .isInstanceOfSatisfying(
            LocalMemory.Failed.class, failed -> assertThat(failed.why()).contains("ENOTTY"));

    Files.delete(dri.resolve("renderD128"));
    Files.createSymbolicLink(dri.resolve("renderD128"), Path.of("/dev/null"));
    assertThat(query.of(NODES))
        .as("a device of another kind takes no such ioctl")
        .isInstanceOfSatisfying(
            LocalMemory.Failed.class, failed -> assertThat(failed.why()).contains("ENOTTY"));
  }

  @Test
  void noDescriptorIsLeftOpen(@TempDir Path dri) throws Exception {
    Path node = Files.createFile(dri.resolve("renderD128"));
    var query = new DrmMemoryQuery(dri, new SystemDrmFiles());

    query.of(NODES);

    try (var descriptors = Files.list(Path.of("/proc/self/fd"))) {
      assertThat(descriptors.filter(fd -> pointsTo(fd, node))).isEmpty();
    }
  }

  private static boolean pointsTo(Path descriptor, Path file) {
    try {
      return Files.readSymbolicLink(descriptor).equals(file);
    } catch (java.io.IOException closedMeanwhile) {
      return false;
    }
  }
}
