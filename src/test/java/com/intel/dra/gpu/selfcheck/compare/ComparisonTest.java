package com.intel.dra.gpu.selfcheck.compare;

import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.api.AllocatableDevice;
import com.intel.dra.gpu.device.DeviceUid;
import com.intel.dra.gpu.mode.DraMode;
import com.intel.dra.gpu.selfcheck.look.NodeSnapshot;
import com.intel.dra.gpu.selfcheck.look.Observed;
import com.intel.dra.gpu.selfcheck.look.SnapshotParts;
import com.intel.dra.gpu.structured.DeviceName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import net.jqwik.api.Assume;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;

/** The disagreements that are found in pictures of a node, and those that are not. */
class ComparisonTest {

  @Property(tries = 300)
  void aNodeOfWhichAllSayTheSameShowsNoDisagreement(
      @ForAll DraMode mode,
      @ForAll @Size(max = 6) List<SnapshotParts.Split> gpus,
      @ForAll Random random) {
    assertThat(Comparison.of(healthy(mode, gpus, random).snapshot())).isEmpty();
  }

  @Property(tries = 500)
  void oneThingThatIsWrongIsFoundWhateverTheNodeIs(
      @ForAll DraMode mode,
      @ForAll @Size(max = 6) List<SnapshotParts.Split> gpus,
      @ForAll Random random,
      @ForAll SnapshotFault fault) {
    SnapshotParts node = healthy(mode, gpus, random);
    Assume.that(fault.plant(node, random));

    assertThat(Comparison.of(node.snapshot())).hasAtLeastOneElementOfType(fault.kind());
  }

  @Example
  void aGpuThatARuleWithholdsNeedNotBePublished() {
    SnapshotParts node = SnapshotParts.rich(DraMode.STRUCTURED);
    String uid =
        node.allocatable.values().stream()
            .filter(device -> device.type().equals("gpu"))
            .map(AllocatableDevice::uid)
            .filter(gpu -> node.published.contains(published(gpu)))
            .findFirst()
            .orElseThrow();
    node.published.removeIf(name -> name.startsWith(published(uid)));
    assertThat(Comparison.of(node.snapshot()))
        .hasAtLeastOneElementOfType(DeviceDisagreement.DeviceNotPublished.class);

    node.allocatable.computeIfPresent(
        uid,
        (_, was) ->
            new AllocatableDevice(
                was.maxVfs(),
                was.equalShares(),
                was.memory(),
                was.model(),
                was.parentUid(),
                was.type(),
                was.uid(),
                AllocatableDevice.WITHHELD,
                0,
                "kept"));
    assertThat(Comparison.of(node.snapshot()))
        .doesNotHaveAnyElementsOfTypes(DeviceDisagreement.DeviceNotPublished.class);
  }

  private static String published(String uid) {
    return DeviceName.of(DeviceUid.parse(uid).orElseThrow()).toString();
  }

  @Example
  void monitorsAreMissedOnlyWhereTheyAreSwitchedOn() {
    SnapshotParts node = SnapshotParts.rich(DraMode.STRUCTURED);
    node.published.removeIf(name -> name.endsWith("-monitor"));

    assertThat(Comparison.of(node.snapshot()))
        .isNotEmpty()
        .hasOnlyElementsOfType(DeviceDisagreement.DeviceNotPublished.class);

    node.monitors = false;
    assertThat(Comparison.of(node.snapshot())).isEmpty();
  }

  @Example
  void everyKindOfDisagreementIsFound() {
    Set<Class<?>> found =
        Arrays.stream(DraMode.values())
            .flatMap(
                mode ->
                    Arrays.stream(SnapshotFault.values())
                        .flatMap(fault -> found(mode, fault).stream()))
            .map(Disagreement::getClass)
            .collect(Collectors.toSet());

    assertThat(found).containsExactlyInAnyOrderElementsOf(kinds());
  }

  /** The records that implement {@link Disagreement}, of all its kinds. */
  private static List<Class<?>> kinds() {
    return Arrays.stream(Disagreement.class.getPermittedSubclasses())
        .<Class<?>>flatMap(subject -> Arrays.stream(subject.getPermittedSubclasses()))
        .toList();
  }

  private static List<Disagreement> found(DraMode mode, SnapshotFault fault) {
    SnapshotParts node = SnapshotParts.rich(mode);
    if (!fault.plant(node, new Random(1))) {
      return List.of();
    }
    List<Disagreement> found = Comparison.of(node.snapshot());
    assertThat(found).as("%s in %s", fault, mode).hasAtLeastOneElementOfType(fault.kind());
    assertThat(found)
        .allSatisfy(
            disagreement -> {
              assertThat(disagreement.line()).hasLineCount(1).startsWith(disagreement.kind());
              assertThat(disagreement.description().remedy()).isNotBlank();
            });
    return found;
  }

  @Example
  void everyKindOfDisagreementIsInTheDocumentation() throws IOException {
    List<String> rows =
        Files.readAllLines(Path.of("docs/operate/self-check.md")).stream()
            .filter(line -> line.startsWith("| `"))
            .map(line -> line.substring(3, line.indexOf('`', 3)))
            .toList();

    assertThat(rows).containsAll(kinds().stream().map(Class::getSimpleName).toList());
  }

  @Example
  void whatWasNotSeenIsComparedWithNothing() {
    NodeSnapshot seen = SnapshotParts.rich(DraMode.STRUCTURED).snapshot();
    var blind =
        new NodeSnapshot(
            seen.gasName(),
            seen.mode(),
            false,
            new Observed.NotSeen<>("no sysfs"),
            new Observed.NotSeen<>("no CDI"),
            seen.prepared(),
            seen.vfHosts(),
            new Observed.NotSeen<>("no API server"),
            new Observed.NotSeen<>("no API server"),
            new Observed.NotSeen<>("no API server"),
            new Observed.NotSeen<>("no folder"),
            List.of());

    assertThat(Comparison.of(blind)).isEmpty();
  }

  @Example
  void claimsThatNobodyMayListAreNotTakenForGone() {
    SnapshotParts node = SnapshotParts.rich(DraMode.CLASSIC);
    node.allClaims = false;
    node.claims.clear();

    assertThat(Comparison.of(node.snapshot())).isEmpty();
  }

  @Example
  void aGpuOfWhichOthersUseTheVfsMayBeOfferedWithoutMemoryAndAnyWithoutVfs() {
    var node = new SnapshotParts(DraMode.CLASSIC);
    DeviceUid foreign = node.addGpu(SnapshotParts.Split.BY_SOMEBODY_ELSE);
    node.allocatable.computeIfPresent(
        foreign.toString(), (uid, was) -> new AllocatableDevice(0, 0, was.model(), "", "gpu", uid));

    assertThat(Comparison.of(node.snapshot())).isEmpty();
  }

  @Example
  void ofAClaimThatHasOneShareByItsRecordAndAnotherAsPreparedTheLargerCounts() {
    var node = new SnapshotParts(DraMode.CLASSIC);
    DeviceUid gpu = node.addGpu(SnapshotParts.Split.NO);
    node.addClaim("a", gpu, SnapshotParts.GPU_MIB, true);
    node.addClaim("a", gpu, SnapshotParts.GPU_MIB / 2, false);

    assertThat(Comparison.of(node.snapshot()))
        .noneMatch(ClaimDisagreement.DeviceOvercommitted.class::isInstance);
  }

  /** Places claims as an allocator would. */
  private static SnapshotParts healthy(
      DraMode mode, List<SnapshotParts.Split> gpus, Random random) {
    var node = new SnapshotParts(mode);
    int claim = 0;
    for (SnapshotParts.Split split : gpus) {
      DeviceUid gpu = node.addGpu(split);
      switch (split) {
        case NO -> {
          int left = SnapshotParts.GPU_MIB;
          while (random.nextInt(3) > 0) {
            int memoryMiB = random.nextInt(left + 1);
            left -= memoryMiB;
            node.addClaim("claim-" + claim++, gpu, memoryMiB, random.nextBoolean());
          }
        }
        case BY_THE_DRIVER, BY_SOMEBODY_ELSE -> {
          boolean needsOne = split == SnapshotParts.Split.BY_THE_DRIVER;
          for (int index = 0; index < SnapshotParts.VFS; index++) {
            if ((needsOne && index == 0) || random.nextBoolean()) {
              node.addClaim(
                  "claim-" + claim++,
                  gpu.vf(index),
                  random.nextInt(SnapshotParts.VF_MIB + 1),
                  random.nextBoolean());
            }
          }
        }
      }
    }
    return node;
  }
}
