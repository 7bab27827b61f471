package com.intel.dra.gpu.structured;

import static com.intel.dra.gpu.structured.StructuredFixtures.type;
import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.api.AllocatedDevice;
import com.intel.dra.gpu.device.DeviceUid;
import com.intel.dra.gpu.structured.TestingStructuredScheduler.Given;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/**
 * With any feature gates of a cluster and any order in which claims come and go, the scheduler's
 * rules never allocate more of a GPU than there is.
 */
class GpuOfferPropertiesTest {

  /** A step in a cluster's life: a claim arrives, or the n-th present claim leaves. */
  private sealed interface Step {
    record Claim(String type, Optional<Integer> memoryMiB) implements Step {}

    record Release(int which) implements Step {}
  }

  @Property(tries = 500)
  void neverMoreThanThereIs(
      @ForAll("gpus") List<OfferedGpu> gpus,
      @ForAll("sharings") GpuSharing sharing,
      @ForAll boolean sharesAreCharged,
      @ForAll boolean partitionable,
      @ForAll boolean consumable,
      @ForAll("steps") List<Step> steps) {
    var offer = new GpuOffer(gpus, sharing);
    List<OfferedDevices> ways = offer.inOrderOfPreference(sharesAreCharged);
    TestingStructuredScheduler scheduler =
        ways.stream()
            .map(way -> TestingStructuredScheduler.of(way, partitionable, consumable))
            .flatMap(Optional::stream)
            .findFirst()
            .orElseThrow();

    for (Step step : steps) {
      take(step, scheduler);
      assertNothingIsGivenTwice(gpus, offer, scheduler.given());
    }
  }

  @Property(tries = 300)
  void neverMoreThanThereIsWhenTheSettingChangesWhileClaimsAreThere(
      @ForAll("gpus") List<OfferedGpu> gpus,
      @ForAll("sharings") GpuSharing before,
      @ForAll("sharings") GpuSharing after,
      @ForAll("steps") List<Step> steps,
      @ForAll("steps") List<Step> later) {
    var offer = new GpuOffer(gpus, before);
    TestingStructuredScheduler scheduler = scheduler(offer);
    steps.forEach(step -> take(step, scheduler));

    List<OfferedGpu> inUse =
        gpus.stream()
            .map(
                gpu ->
                    new OfferedGpu(gpu.gpu(), gpu.facts(), gpu.vfs(), use(gpu, scheduler.given())))
            .toList();
    var changed = new GpuOffer(inUse, after);
    TestingStructuredScheduler now = scheduler.republished(scheduler(changed));
    for (Step step : later) {
      take(step, now);
      assertNothingIsGivenTwice(inUse, changed, now.given());
    }
  }

  private static OfferedGpu.Use use(OfferedGpu gpu, List<Given> given) {
    String name = DeviceName.of(gpu.gpu().uid()).toString();
    return given.stream()
        .filter(claim -> claim.device().getName().equals(name))
        .map(claim -> claim.consumed().isEmpty() ? OfferedGpu.Use.WHOLE : OfferedGpu.Use.SHARED)
        .findFirst()
        .orElse(OfferedGpu.Use.NONE);
  }

  private static TestingStructuredScheduler scheduler(GpuOffer offer) {
    return offer.inOrderOfPreference(true).stream()
        .map(way -> TestingStructuredScheduler.of(way, true, true))
        .flatMap(Optional::stream)
        .findFirst()
        .orElseThrow();
  }

  private static void take(Step step, TestingStructuredScheduler scheduler) {
    switch (step) {
      case Step.Claim(String type, var memoryMiB) ->
          scheduler.allocate(
              device ->
                  type.isEmpty() ? !type(device).equals("monitor") : type(device).equals(type),
              memoryMiB);
      case Step.Release(int which) -> {
        List<Given> given = scheduler.given();
        if (!given.isEmpty()) {
          scheduler.release(given.get(which % given.size()));
        }
      }
    }
  }

  private static void assertNothingIsGivenTwice(
      List<OfferedGpu> gpus, GpuOffer offer, List<Given> given) {
    Map<DeviceUid, List<AllocatedDevice>> held = new HashMap<>();
    for (Given claim : given) {
      Optional<Integer> shareMiB =
          Optional.ofNullable(claim.consumed().get("memory"))
              .map(bytes -> bytes.divide(BigDecimal.valueOf(1 << 20), RoundingMode.CEILING))
              .map(BigDecimal::intValueExact);
      PreparableDevice device = offer.find(claim.device().getName()).orElseThrow();
      DeviceUid gpu = device.uid().parent().orElse(device.uid());
      device
          .held(shareMiB)
          .ifPresent(holds -> held.computeIfAbsent(gpu, _ -> new ArrayList<>()).add(holds));
    }
    for (OfferedGpu offered : gpus) {
      List<AllocatedDevice> holders = held.getOrDefault(offered.gpu().uid(), List.of());
      assertThat(holders.stream().mapToInt(AllocatedDevice::memory).sum())
          .isLessThanOrEqualTo(offered.gpu().memoryMiB());
      assertThat(holders.stream().map(AllocatedDevice::type).distinct().count())
          .as("as a GPU or as VFs, not both: %s", holders)
          .isLessThanOrEqualTo(1);
      List<String> vfs =
          holders.stream()
              .filter(holder -> holder.type().equals("vf"))
              .map(AllocatedDevice::uid)
              .toList();
      assertThat(vfs).doesNotHaveDuplicates();
      assertThat(holders.stream().map(AllocatedDevice::profile).distinct().count())
          .as("VFs of one profile, so that they can be made together")
          .isLessThanOrEqualTo(1);
    }
  }

  @Provide
  Arbitrary<List<OfferedGpu>> gpus() {
    Arbitrary<Integer> memory = Arbitraries.integers().between(1, 20_000);
    return Arbitraries.integers()
        .between(1, 4)
        .flatMap(
            count -> {
              var each = new ArrayList<Arbitrary<OfferedGpu>>();
              for (int i = 1; i <= count; i++) {
                int bus = i;
                each.add(
                    Combinators.combine(memory, Arbitraries.integers().between(0, 16))
                        .as(
                            (mib, vfs) ->
                                vfs == 0
                                    ? StructuredFixtures.whole(bus, mib)
                                    : StructuredFixtures.splittable(bus, mib, vfs)));
              }
              return Combinators.combine(each).as(list -> list);
            });
  }

  @Provide
  Arbitrary<GpuSharing> sharings() {
    return Arbitraries.oneOf(
        Arbitraries.just(new GpuSharing.Exclusive()),
        Combinators.combine(
                Arbitraries.integers().between(0, 20_000),
                Arbitraries.integers().between(1, 3_000),
                Arbitraries.integers().between(1, 3_000))
            .as(GpuSharing.ByMemory::new));
  }

  @Provide
  Arbitrary<List<Step>> steps() {
    Arbitrary<Step> claim =
        Combinators.combine(
                Arbitraries.of("", "", "gpu", "vf", "monitor"),
                Arbitraries.integers().between(1, 16_000).optional())
            .as(Step.Claim::new);
    Arbitrary<Step> release = Arbitraries.integers().between(0, 100).map(Step.Release::new);
    return Arbitraries.frequencyOf(
            net.jqwik.api.Tuple.of(3, claim), net.jqwik.api.Tuple.of(1, release))
        .list()
        .ofMaxSize(30);
  }
}
