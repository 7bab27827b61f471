package com.intel.dra.gpu.sysfs.discovery;

import static com.intel.dra.gpu.sysfs.files.FakeSysfs.address;
import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.device.DeviceUid;
import com.intel.dra.gpu.device.Gpu;
import com.intel.dra.gpu.sysfs.dmem.DmemAmounts;
import com.intel.dra.gpu.sysfs.dmem.DmemFile;
import com.intel.dra.gpu.sysfs.files.FakeSysfs;
import com.intel.dra.gpu.sysfs.files.SysfsLayout;
import com.intel.dra.gpu.sysfs.files.SysfsReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Comparator;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterTry;
import net.jqwik.api.lifecycle.BeforeTry;
import org.jspecify.annotations.Nullable;

/**
 * Whatever the files of one device contain, discovery answers, and the device beside it is found.
 */
class HostileContentTest {

  private static final String GOOD = "0000:03:00.0";
  private static final String BAD = "0000:b3:00.0";

  private Path root = Path.of("");

  @BeforeTry
  void makeRoot() throws IOException {
    root = Files.createTempDirectory("hostile-sysfs");
  }

  @AfterTry
  void deleteRoot() throws IOException {
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException e)
              throws IOException {
            Files.delete(folder);
            return FileVisitResult.CONTINUE;
          }
        });
  }

  @Provide
  Arbitrary<String> fileNames() {
    return Arbitraries.of(
        "vendor", "device", "class", "sriov_totalvfs", "sriov_drivers_autoprobe", "lmem");
  }

  @Provide
  Arbitrary<byte[]> contents() {
    return Arbitraries.oneOf(
        Arbitraries.bytes().array(byte[].class).ofMaxSize(6000),
        Arbitraries.strings()
            .withChars("0123456789abcdefx- \n\0")
            .ofMaxLength(24)
            .map(text -> text.getBytes(StandardCharsets.ISO_8859_1)));
  }

  @Property(tries = 300)
  void oneDeviceWithAnyContentInAnyFileNeverHidesAnother(
      @ForAll("fileNames") String file, @ForAll("contents") byte[] content) throws IOException {
    FakeSysfs sysfs = new FakeSysfs(root);
    sysfs.gpu(GOOD, 1);
    Path bad = sysfs.pf(BAD, 0, 31);
    Files.write(
        file.equals("lmem")
            ? sysfs.layout().drmCard(0).resolve(SysfsLayout.LMEM_TOTAL_BYTES)
            : bad.resolve(file),
        content);

    Discovery discovery = new GpuDiscovery(root).discover();

    assertThat(discovery.devices()).extracting(Gpu::address).contains(address(GOOD));
    for (Gpu gpu : discovery.devices()) {
      assertThat(gpu.memoryMiB()).isNotNegative();
      assertThat(gpu.maxVfs()).isBetween(0, 65535);
      assertThat(DeviceUid.parse(gpu.uid().toString())).isEqualTo(Optional.of(gpu.uid()));
    }
    // The device with the file is found or reported, in words that fit into one log line.
    boolean found = discovery.devices().stream().map(Gpu::address).anyMatch(address(BAD)::equals);
    assertThat(found || !discovery.skipped().isEmpty()).isTrue();
    assertThat(discovery.skipped())
        .allSatisfy(
            skipped -> {
              assertThat(skipped.address()).isEqualTo(address(BAD));
              assertThat(skipped.detail()).hasSizeLessThan(350).matches("[\\x20-\\x7e]+");
            });
  }

  @Provide
  Arbitrary<byte[]> capacities() {
    Arbitrary<String> lines =
        Combinators.combine(
                Arbitraries.of("drm/", "drm//", "", "cma/", "\u001b[31m"),
                Arbitraries.of(BAD, "0000:AB:00.0", "0000:ff:1f.7", "x", "0".repeat(5000)),
                Arbitraries.of("/vram0 ", "/vram1 ", "/vram999999 ", "/stolen ", "/vram0", " "),
                Arbitraries.of(
                    "", "-1", "1", "4294967296", "9".repeat(18), "9".repeat(40), "0x10", "lots"))
            .as((start, device, region, value) -> start + device + region + value);
    return Arbitraries.oneOf(
        contents(),
        lines
            .list()
            .ofMaxSize(12)
            .map(all -> String.join("\n", all).getBytes(StandardCharsets.ISO_8859_1)),
        // larger than the agent reads
        Arbitraries.of("drm/%s/vram0 1\n".formatted(BAD).repeat(20_000))
            .map(text -> text.getBytes(StandardCharsets.ISO_8859_1)));
  }

  @Property(tries = 150)
  void anyContentInTheFileOfTheControlGroupsHidesNoDevice(@ForAll("capacities") byte[] content)
      throws IOException {
    FakeSysfs sysfs = new FakeSysfs(root);
    sysfs.gpu(GOOD, 1);
    sysfs.pf(BAD, 0, 31);
    Files.createDirectories(sysfs.layout().cgroup());
    Files.write(sysfs.layout().cgroup().resolve(SysfsLayout.DMEM_CAPACITY), content);

    Discovery discovery = new GpuDiscovery(root).discover();

    assertThat(discovery.devices())
        .extracting(Gpu::address)
        .containsExactly(address(GOOD), address(BAD));
    assertThat(discovery.devices().getFirst().memoryMiB()).isEqualTo(14248);
    assertThat(discovery.devices().getLast().memoryMiB()).isNotNegative();
    assertThat(discovery.skipped()).isEmpty();
    discovery
        .passedOver()
        .ifPresent(
            problem ->
                assertThat(problem)
                    .contains(SysfsLayout.DMEM_CAPACITY)
                    .hasSizeLessThan(root.toString().length() + 350)
                    .matches("[\\x20-\\x7e]+"));
  }

  @Property(tries = 150)
  void anyContentInTheFileOfOnePodsControlGroupHidesNoOtherDevice(
      @ForAll("capacities") byte[] content) throws IOException {
    Path group = Files.createDirectories(root.resolve("kubepods/pod"));
    Path file = group.resolve(SysfsLayout.DMEM_CURRENT);
    Files.write(file, content);
    boolean isReadable = content.length < 1 << 17;
    Files.writeString(file, "\ndrm/%s/vram0 42".formatted(GOOD), StandardOpenOption.APPEND);

    DmemAmounts used = DmemFile.inUse(new SysfsReader(), group).orElseThrow();

    assertThat(used.of(address(GOOD)).orElse(-1)).isEqualTo(isReadable ? 42 : -1);
    used.problem()
        .ifPresent(
            problem ->
                assertThat(problem)
                    .startsWith(file + ": ")
                    .hasSizeLessThan(root.toString().length() + 350)
                    .matches("[\\x20-\\x7e]+"));
  }

  /** What can happen to a file or folder below a device's folder. */
  enum Damage {
    GONE,
    FOLDER_WITHIN,
    LOOP,
    DANGLING,
    HUGE,
    EMPTY,
    LINK_TO_A_HOSTILE_NAME
  }

  @Provide
  Arbitrary<String> entries() {
    return Arbitraries.of(
        "vendor",
        "device",
        "class",
        "driver",
        "drm",
        "sriov_totalvfs",
        "sriov_numvfs",
        "sriov_drivers_autoprobe",
        "numa_node",
        "survivability_mode",
        "physfn",
        "virtfn0");
  }

  @Property(tries = 200)
  void oneDeviceWithAnythingInPlaceOfAnyFileNeverHidesAnother(
      @ForAll("entries") String entry, @ForAll Damage damage) throws IOException {
    FakeSysfs sysfs = new FakeSysfs(root);
    sysfs.gpu(GOOD, 1);
    Path bad = sysfs.pf(BAD, 0, 31);
    doTo(bad.resolve(entry), damage);

    Discovery discovery = new GpuDiscovery(root).discover();

    assertThat(discovery.devices()).extracting(Gpu::address).contains(address(GOOD));
    assertThat(discovery.facts())
        .allSatisfy(
            facts -> {
              assertThat(facts.driver().orElse("i915")).matches("[A-Za-z0-9_.-]{1,64}");
              assertThat(facts.health().reason()).hasSizeLessThan(400).matches("[\\x20-\\x7e]+");
            });
    assertThat(discovery.skipped())
        .allSatisfy(skipped -> assertThat(skipped.detail()).matches("[\\x20-\\x7e]+"));
  }

  private void doTo(Path path, Damage damage) throws IOException {
    delete(path);
    switch (damage) {
      case GONE -> {}
      case FOLDER_WITHIN -> Files.createDirectories(path.resolve("inside"));
      case LOOP -> Files.createSymbolicLink(path, path.getFileName());
      case DANGLING -> Files.createSymbolicLink(path, Path.of("../nowhere"));
      case HUGE -> Files.write(path, new byte[1 << 20]);
      case EMPTY -> Files.createFile(path);
      case LINK_TO_A_HOSTILE_NAME ->
          Files.createSymbolicLink(path, Path.of("../a\n\u001b[31m" + "x".repeat(200)));
    }
  }

  private static void delete(Path path) throws IOException {
    if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
      try (var files = Files.walk(path)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    } else {
      Files.deleteIfExists(path);
    }
  }
}
