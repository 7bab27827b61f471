package com.intel.dra.gpu.simulator.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import com.intel.dra.gpu.device.Gpu;
import com.intel.dra.gpu.device.PciAddress;
import com.intel.dra.gpu.device.PciDeviceId;
import com.intel.dra.gpu.simulator.folder.DeviceNodes;
import com.intel.dra.gpu.simulator.folder.UnusableRootException;
import com.intel.dra.gpu.simulator.fuse.Errno;
import com.intel.dra.gpu.simulator.fuse.FuseMount;
import com.intel.dra.gpu.simulator.kernel.VirtualTime;
import com.intel.dra.gpu.simulator.topology.Fault;
import com.intel.dra.gpu.simulator.topology.FaultyWrites;
import com.intel.dra.gpu.simulator.topology.SimulatedGpu;
import com.intel.dra.gpu.simulator.topology.Topology;
import com.intel.dra.gpu.sysfs.discovery.GpuDiscovery;
import com.intel.dra.gpu.sysfs.files.KernelDriver;
import com.intel.dra.gpu.sysfs.files.OtherUser;
import com.intel.dra.kit.time.SleepingClock;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Mounts a real file system and uses it with ordinary file I/O, as the agent and an administrator
 * do. Skipped without root and FUSE.
 */
class FuseNodeTest {

  private static final SimulatedGpu FLEX = gpu("0000:b3:00.0", 14248, 16, KernelDriver.I915);
  private static final SimulatedGpu BATTLEMAGE = gpu("0000:b4:00.0", 24480, 4, KernelDriver.XE);

  @TempDir Path temporary;
  private Path root;
  private final VirtualTime time = new VirtualTime();
  private final List<String> log = Collections.synchronizedList(new ArrayList<>());
  private Optional<FuseNode> node = Optional.empty();

  private static SimulatedGpu gpu(String address, int memoryMiB, int maxVfs, KernelDriver driver) {
    return new SimulatedGpu(
        PciAddress.parse(address).orElseThrow(),
        new PciDeviceId("0x56c0"),
        memoryMiB,
        maxVfs,
        driver);
  }

  @BeforeEach
  void requireFuse() throws IOException {
    root = temporary.toRealPath().resolve("root");
    assumeThat(FusePossible.whyNot()).as("why FUSE cannot be tried here").isEmpty();
  }

  @AfterEach
  void unmount() throws IOException {
    if (node.isPresent()) {
      node.get().close();
    }
    FuseMount.detach(root.resolve("sysfs"));
  }

  private FuseNode serve(Topology topology) throws IOException {
    return serve(topology, time);
  }

  private FuseNode serve(Topology topology, SleepingClock clock) throws IOException {
    FuseNode served = FuseNode.create(root, topology, DeviceNodes.PLAIN_FILES, clock, log::add);
    node = Optional.of(served);
    return served;
  }

  private static Topology topology(SimulatedGpu... gpus) {
    return new Topology(List.of(gpus));
  }

  private static Topology flexWith(Fault... faults) {
    return new Topology(List.of(FLEX), Map.of(FLEX.address(), List.of(faults)));
  }

  private Path device(SimulatedGpu gpu) {
    return root.resolve("sysfs/bus/pci/devices/" + gpu.address());
  }

  private Path numVfs() {
    return device(FLEX).resolve("sriov_numvfs");
  }

  private Path quota(int vf, String name) {
    return device(FLEX).resolve("drm/card0/prelim_iov/vf%d/gt/%s".formatted(vf, name));
  }

  private static void write(Path file, Object value) throws IOException {
    Files.writeString(
        file, value.toString(), StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING);
  }

  private static void assertRefused(Path file, Object value, String reason) {
    assertThatThrownBy(() -> write(file, value)).hasMessageContaining(reason);
  }

  private static List<String> list(Path folder) throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
    }
  }

  @Nested
  class TheTree {

    @Test
    void isWhatDiscoveryUnderstands() throws Exception {
      serve(topology(FLEX, BATTLEMAGE));

      assertThat(new GpuDiscovery(root.resolve("sysfs")).discover().devices())
          .extracting(Gpu::address, Gpu::memoryMiB, Gpu::maxVfs, gpu -> gpu.drmNodes().cardIndex())
          .containsExactly(
              tuple(FLEX.address(), 14248, 16, 0), tuple(BATTLEMAGE.address(), 24480, 4, 1));
    }

    @ParameterizedTest
    @EnumSource(KernelDriver.class)
    void isTheSameAsInPlainFiles(KernelDriver driver) throws Exception {
      SimulatedGpu gpu = gpu("0000:b3:00.0", 5068, 12, driver);
      List<String> plain;
      try (FolderNode files = FolderNode.create(root, topology(gpu), DeviceNodes.PLAIN_FILES)) {
        plain = everything(files.sysfsRoot());
      }

      serve(topology(gpu));

      assertThat(everything(root.resolve("sysfs"))).isEqualTo(plain).hasSizeGreaterThan(60);
    }

    private static List<String> everything(Path top) throws IOException {
      try (Stream<Path> below = Files.walk(top)) {
        return below
            .skip(1)
            .map(path -> top.relativize(path) + " " + describe(path))
            .sorted()
            .toList();
      }
    }

    private static String describe(Path path) {
      try {
        return Files.isSymbolicLink(path)
            ? "-> " + Files.readSymbolicLink(path)
            : PosixFilePermissions.toString(Files.getPosixFilePermissions(path))
                + (Files.isDirectory(path) ? "" : " " + Files.readString(path));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Test
    void hasNoLinkThatLeadsNowhereOrOutOfTheRoot() throws Exception {
      serve(topology(FLEX, BATTLEMAGE));
      write(numVfs(), 16);
      write(device(BATTLEMAGE).resolve("sriov_numvfs"), 4);

      try (Stream<Path> entries = Files.walk(root.resolve("sysfs"))) {
        List<Path> links = entries.filter(Files::isSymbolicLink).toList();
        assertThat(links).hasSizeGreaterThan(200);
        for (Path link : links) {
          assertThat(Files.readSymbolicLink(link)).isRelative();
          assertThat(link.toRealPath()).startsWith(root.resolve("sysfs"));
        }
      }
    }

    @Test
    void letsNobodyChangeItsShape() throws Exception {
      serve(topology(FLEX));
      Path vendor = device(FLEX).resolve("vendor");

      assertThatThrownBy(() -> write(vendor, "0x8087")).isInstanceOf(AccessDeniedException.class);
      assertThatThrownBy(() -> Files.createFile(device(FLEX).resolve("mine")))
          .isInstanceOf(AccessDeniedException.class);
      assertThatThrownBy(() -> Files.createDirectory(device(FLEX).resolve("mine")))
          .isInstanceOf(FileSystemException.class)
          .hasMessageContaining("Operation not permitted");
      assertThatThrownBy(() -> Files.delete(vendor)).hasMessageContaining("not permitted");
      assertThatThrownBy(
              () ->
                  Files.setPosixFilePermissions(
                      vendor, PosixFilePermissions.fromString("rw-rw-rw-")))
          .hasMessageContaining("not permitted");
      assertThat(vendor).hasContent("0x8086");
    }

    @Test
    void isReadableForAllAndWritableForRoot() throws Exception {
      serve(topology(FLEX));
      Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rwxr-xr-x"));

      OtherUser.call(
          () -> {
            assertThat(numVfs()).hasContent("0");
            assertThatThrownBy(() -> write(numVfs(), 1)).isInstanceOf(AccessDeniedException.class);
            return "";
          });
    }

    @Test
    void isReadFromAnyOffsetAndAnewEachTime() throws Exception {
      serve(topology(FLEX));

      try (RandomAccessFile file = new RandomAccessFile(numVfs().toFile(), "r")) {
        assertThat(file.read()).isEqualTo('0');
        assertThat(file.read()).isEqualTo('\n');
        assertThat(file.read()).isEqualTo(-1);
        write(numVfs(), 7);
        file.seek(0);
        assertThat(file.readLine()).isEqualTo("7");
      }
    }
  }

  @Nested
  class Vfs {

    @Test
    void appearWithTheirNodesAndVanishAgain() throws Exception {
      serve(topology(FLEX));

      write(numVfs(), 2);

      assertThat(numVfs()).hasContent("2");
      Path vf = device(FLEX).resolve("virtfn1");
      assertThat(vf.toRealPath().getFileName()).hasToString("0000:b3:00.2");
      assertThat(vf.resolve("physfn").toRealPath()).isEqualTo(device(FLEX).toRealPath());
      assertThat(vf.resolve("drm/card2/dev")).hasContent("226:2");
      assertThat(list(root.resolve("dev/dri")))
          .containsExactly("card0", "card1", "card2", "renderD128", "renderD129", "renderD130");

      write(numVfs(), 0);

      assertThat(list(device(FLEX))).noneMatch(name -> name.startsWith("virtfn"));
      assertThat(Files.exists(vf, LinkOption.NOFOLLOW_LINKS)).isFalse();
      assertThat(list(root.resolve("dev/dri"))).containsExactly("card0", "renderD128");
    }

    @Test
    void areRefusedWithTheKernelsErrnos() throws Exception {
      serve(topology(FLEX));
      write(numVfs(), 2);

      assertRefused(numVfs(), 3, "Device or resource busy");
      assertRefused(numVfs(), 17, "Numerical result out of range");
      assertRefused(numVfs(), "many", "Invalid argument");
      assertRefused(quota(1, "lmem_quota"), 1, "Device or resource busy");
      assertRefused(quota(3, "lmem_quota"), Long.MAX_VALUE, "No space left on device");
      write(quota(3, "exec_quantum_ms"), 5);
      assertRefused(
          device(FLEX).resolve("drm/card0/prelim_iov/pf/auto_provisioning"),
          1,
          "Stale file handle");
      assertThatThrownBy(() -> write(quota(17, "lmem_quota"), 1))
          .isInstanceOf(NoSuchFileException.class);
      assertThat(numVfs()).hasContent("2");
    }

    @Test
    void ofXeGetTheirVramQuota() throws Exception {
      serve(topology(BATTLEMAGE));
      Path profile = device(BATTLEMAGE).resolve("sriov_admin/vf1/profile");

      write(profile.resolve("vram_quota"), 3_000_000_000L);
      write(profile.resolve("preempt_timeout_us"), 128_000);
      write(device(BATTLEMAGE).resolve("sriov_numvfs"), 1);

      assertThat(profile.resolve("vram_quota")).hasContent("3001024512");
      assertThat(device(BATTLEMAGE).resolve("virtfn0/drm/card1/lmem_total_bytes"))
          .hasContent("3001024512");
      write(device(BATTLEMAGE).resolve("sriov_numvfs"), 0);
      assertThat(profile.resolve("vram_quota")).hasContent("0");
      assertThat(profile.resolve("preempt_timeout_us")).hasContent("128000");
    }
  }

  @Nested
  class Faults {

    @ParameterizedTest
    @EnumSource(names = {"EBUSY", "ENOSPC", "EIO", "EPERM", "ENODEV", "ETIMEDOUT"})
    void refuseWithAnyErrno(Errno errno) throws Exception {
      serve(
          flexWith(
              new Fault.Refuse(
                  new FaultyWrites("sriov_numvfs", Optional.of("4"), FaultyWrites.ALL), errno)));

      assertThatThrownBy(() -> write(numVfs(), 4)).isInstanceOf(IOException.class);
      assertThat(log).last().asString().contains("refused with " + errno);
      write(numVfs(), 3);
      assertThat(numVfs()).hasContent("3");
    }

    @Test
    void swallowAWrite() throws Exception {
      serve(flexWith(new Fault.Ignore(new FaultyWrites("lmem_quota", Optional.empty(), 1))));

      write(quota(1, "lmem_quota"), 2 << 20);
      assertThat(quota(1, "lmem_quota")).hasContent("0");
      write(quota(1, "lmem_quota"), 2 << 20);
      assertThat(quota(1, "lmem_quota")).hasContent("2097152");
    }

    @Test
    void letVfsBeMissingOrHaveNoCard() throws Exception {
      FuseNode served = serve(flexWith(new Fault.MissingVf(1), new Fault.VfWithoutDrm(2)));

      write(numVfs(), 3);

      assertThat(list(device(FLEX))).contains("virtfn1", "virtfn2").doesNotContain("virtfn0");
      assertThat(list(device(FLEX).resolve("virtfn1"))).doesNotContain("drm");
      assertThat(list(device(FLEX).resolve("virtfn2"))).contains("drm");
      served.apply(flexWith());
      assertThat(list(device(FLEX).resolve("virtfn0/drm"))).contains("card2");
      assertThat(list(device(FLEX).resolve("virtfn1/drm"))).contains("card3");
    }

    @Test
    void letCardsComeLateAlsoWhenNobodyLooksAtTheTree() throws Exception {
      FuseNode served = serve(flexWith(new Fault.LateDrm(Duration.ofSeconds(30))));
      write(numVfs(), 1);
      assertThat(list(root.resolve("dev/dri"))).containsExactly("card0", "renderD128");

      time.pass(Duration.ofSeconds(30));
      served.tick();

      assertThat(list(root.resolve("dev/dri"))).contains("card1", "renderD129");
    }

    @Test
    void letDisabledVfsStay() throws Exception {
      FuseNode served = serve(flexWith(new Fault.StayingVfs()));
      write(numVfs(), 1);

      write(numVfs(), 0);

      assertThat(list(device(FLEX))).contains("virtfn0");
      assertRefused(numVfs(), 1, "busy");
      served.apply(flexWith());
      assertThat(list(device(FLEX))).doesNotContain("virtfn0");
    }

    @Test
    void makeTheKernelSlowForWhoWritesAndNobodyElse() throws Exception {
      SlowClock slow = new SlowClock();
      serve(
          flexWith(
              new Fault.Slow(
                  new FaultyWrites("sriov_numvfs", Optional.empty(), 1), Duration.ofHours(1))),
          slow);

      CompletableFuture<Void> writer =
          CompletableFuture.runAsync(
              () -> {
                try {
                  write(numVfs(), 2);
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
      assertThat(slow.asleep.await(30, TimeUnit.SECONDS)).isTrue();

      assertThat(quota(1, "lmem_quota")).hasContent("0");
      assertThat(list(device(FLEX))).contains("sriov_numvfs").doesNotContain("virtfn0");
      assertThat(writer).isNotDone();
      slow.wake.countDown();
      writer.get(30, TimeUnit.SECONDS);
      assertThat(list(device(FLEX))).contains("virtfn0", "virtfn1");
    }

    private static final class SlowClock implements SleepingClock {
      final CountDownLatch asleep = new CountDownLatch(1);
      final CountDownLatch wake = new CountDownLatch(1);

      @Override
      public long nanoTime() {
        return 0;
      }

      @Override
      public void sleep(Duration duration) throws InterruptedException {
        asleep.countDown();
        wake.await();
      }
    }
  }

  @Nested
  class TheMount {

    @Test
    void goesWithTheNodeAlsoWhileAFileIsOpen() throws Exception {
      FuseNode served = serve(topology(FLEX));
      write(numVfs(), 3);
      assertThat(FuseMount.isMounted(root.resolve("sysfs"))).isTrue();

      try (RandomAccessFile file = new RandomAccessFile(numVfs().toFile(), "r")) {
        served.close();
        served.close();
        assertThatThrownBy(file::read).isInstanceOf(IOException.class);
      }

      assertThat(FuseMount.isMounted(root.resolve("sysfs"))).isFalse();
      assertThat(root).doesNotExist();
    }

    @Test
    void goesWhileAWriteIsBeingDone() throws Exception {
      CountDownLatch asleep = new CountDownLatch(1);
      SleepingClock forever =
          new SleepingClock() {
            @Override
            public long nanoTime() {
              return 0;
            }

            @Override
            public void sleep(Duration duration) throws InterruptedException {
              asleep.countDown();
              new CountDownLatch(1).await();
            }
          };
      FuseNode served = serve(topology(FLEX), forever);
      CompletableFuture<Boolean> writer =
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  write(numVfs(), 3);
                  return true;
                } catch (IOException e) {
                  return false;
                }
              });
      assertThat(asleep.await(30, TimeUnit.SECONDS)).isTrue();

      served.close();

      assertThat(writer.get(30, TimeUnit.SECONDS)).as("the write worked").isFalse();
      assertThat(root).doesNotExist();
    }

    @Test
    void isRefusedOverTheFilesOfOthers() throws Exception {
      Files.createDirectories(root.resolve("sysfs/theirs"));
      Files.writeString(root.resolve("sysfs/theirs/file"), "");

      assertThatThrownBy(() -> serve(topology(FLEX))).isInstanceOf(UnusableRootException.class);

      assertThat(root.resolve("sysfs/theirs/file")).exists();
    }

    @Test
    void servesManyCallersAtOnce() throws Exception {
      serve(topology(FLEX, BATTLEMAGE));
      List<CompletableFuture<Void>> callers =
          Stream.of(FLEX, BATTLEMAGE, FLEX, BATTLEMAGE, FLEX, FLEX)
              .map(gpu -> CompletableFuture.runAsync(() -> toggle(gpu)))
              .toList();

      CompletableFuture.allOf(callers.toArray(CompletableFuture[]::new)).get(60, TimeUnit.SECONDS);

      await().untilAsserted(() -> assertThat(numVfs()).hasContent("0"));
      assertThat(list(root.resolve("dev/dri")))
          .containsExactly("card0", "card1", "renderD128", "renderD129");
    }

    private void toggle(SimulatedGpu gpu) {
      for (int i = 0; i < 20; i++) {
        try {
          Path file = device(gpu).resolve("sriov_numvfs");
          try {
            write(file, 1 + i % 4);
          } catch (IOException e) {
            assertThat(e).hasMessageContaining("busy");
          }
          list(device(gpu));
          Files.readString(file);
          write(file, 0);
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
    }
  }
}
