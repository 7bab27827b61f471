package com.intel.dra.gpu.structured;

import static com.intel.dra.gpu.structured.StructuredFixtures.type;
import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.api.AllocatedDevice;
import com.intel.dra.gpu.device.DeviceUid;
import com.intel.dra.gpu.device.Gpu;
import com.intel.dra.gpu.policy.GpuSharing;
import com.intel.dra.gpu.structured.TestingStructuredScheduler.Given;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
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
    record Claim(String type, Optional<Integer> memoryMiB, Optional<Integer> shares)
        implements Step {}

    record Release(int which) implements Step {}
  }

  @Property(tries = 500)
  void neverMoreThanThereIs(
      @ForAll("gpus") List<OfferedGpu> gpus,
      @ForAll boolean sharesAreCharged,
      @ForAll boolean partitionable,
      @ForAll boolean consumable,
      @ForAll("steps") List<Step> steps) {
    var offer = new GpuOffer(gpus);
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
  void neverMoreThanThereIsWhenThePolicyChangesWhileClaimsAreThere(
      @ForAll("gpus") List<OfferedGpu> gpus,
      @ForAll("sharings") GpuSharing after,
      @ForAll boolean withheld,
      @ForAll("steps") List<Step> steps,
      @ForAll("steps") List<Step> later) {
    var offer = new GpuOffer(gpus);
    TestingStructuredScheduler scheduler = scheduler(offer);
    steps.forEach(step -> take(step, scheduler));

    List<OfferedGpu> inUse =
        gpus.stream()
            .map(
                gpu ->
                    new OfferedGpu(
                        gpu.gpu(),
                        gpu.facts(),
                        gpu.vfs(),
                        use(gpu, scheduler.given()),
                        heldVfs(gpu, scheduler.given()),
                        after,
                        withheld))
            .toList();
    var changed = new GpuOffer(inUse);
    TestingStructuredScheduler now = scheduler.republished(scheduler(changed));
    int before = now.given().size();
    for (Step step : later) {
      take(step, now);
      assertThat(!withheld || now.given().size() <= before)
          .as("nothing of a GPU that is withheld is given")
          .isTrue();
      assertNothingIsGivenTwice(inUse, changed, now.given());
    }
  }

  private static OfferedGpu.Use use(OfferedGpu gpu, List<Given> given) {
    String name = DeviceName.of(gpu.gpu().uid()).toString();
    return given.stream()
        .filter(claim -> claim.device().getName().equals(name))
        .<OfferedGpu.Use>map(
            claim -> {
              if (claim.consumed().isEmpty()) {
                return new OfferedGpu.Use.Whole();
              }
              return claim.consumed().containsKey("shares")
                  ? new OfferedGpu.Use.ByCount(
                      TestingStructuredScheduler.amount(
                              StructuredFixtures.capacity(claim.device(), "shares").getValue())
                          .intValueExact())
                  : new OfferedGpu.Use.ByMemory();
            })
        .findFirst()
        .orElse(new OfferedGpu.Use.None());
  }

  private static SortedMap<Integer, OfferedGpu.HeldVf> heldVfs(OfferedGpu gpu, List<Given> given) {
    var held = new TreeMap<Integer, OfferedGpu.HeldVf>();
    for (Given claim : given) {
      DeviceUid uid = DeviceName.parse(claim.device().getName()).orElseThrow().uid();
      if (uid.parent().equals(Optional.of(gpu.gpu().uid()))) {
        held.put(uid.vfIndex().orElseThrow(), new OfferedGpu.HeldVf(1, DeviceFacts.Condition.WELL));
      }
    }
    return held;
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
      case Step.Claim(String type, var memoryMiB, var shares) ->
          scheduler.allocate(
              device ->
                  type.isEmpty() ? !type(device).equals("monitor") : type(device).equals(type),
              memoryMiB,
              shares);
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
      var charge =
          new PreparableDevice.Charge(
              Optional.ofNullable(claim.consumed().get("memory"))
                  .map(bytes -> bytes.divide(BigDecimal.valueOf(1 << 20), RoundingMode.CEILING))
                  .map(BigDecimal::intValueExact),
              Optional.ofNullable(claim.consumed().get("shares")).map(BigDecimal::intValueExact));
      PreparableDevice device = offer.find(claim.device().getName()).orElseThrow();
      DeviceUid gpu = device.uid().parent().orElse(device.uid());
      device
          .held(charge)
          .ifPresent(holds -> held.computeIfAbsent(gpu, _ -> new ArrayList<>()).add(holds));
    }
    for (OfferedGpu offered : gpus) {
      List<AllocatedDevice> holders = held.getOrDefault(offered.gpu().uid(), List.of());
      assertThat(holders.stream().mapToInt(AllocatedDevice::memory).sum())
          .isLessThanOrEqualTo(offered.gpu().memoryMiB());
      assertThat(holders.stream().mapToInt(AllocatedDevice::shares).sum())
          .as("shares: %s", holders)
          .isLessThanOrEqualTo(
              holders.stream().mapToInt(AllocatedDevice::totalShares).min().orElse(0));
      if (given.stream().anyMatch(claim -> isWhole(claim, offered))) {
        assertThat(holders).as("a claim has the whole GPU").hasSize(1);
      }
      assertThat(holders.size()).isLessThanOrEqualTo(Gpu.MAX_SHARES);
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

  private static boolean isWhole(Given claim, OfferedGpu gpu) {
    return claim.device().getName().equals(DeviceName.of(gpu.gpu().uid()).toString())
        && claim.consumed().isEmpty();
  }

  @Provide
  Arbitrary<List<OfferedGpu>> gpus() {
    Arbitrary<Integer> memory =
        Arbitraries.oneOf(Arbitraries.integers().between(1, 20_000), Arbitraries.just(0));
    return Arbitraries.integers()
        .between(1, 4)
        .flatMap(
            count -> {
              var each = new ArrayList<Arbitrary<OfferedGpu>>();
              for (int i = 1; i <= count; i++) {
                int bus = i;
                each.add(
                    Combinators.combine(memory, Arbitraries.integers().between(0, 16), sharings())
                        .as(
                            (mib, vfs, sharing) ->
                                StructuredFixtures.shared(
                                    vfs == 0 || mib == 0
                                        ? StructuredFixtures.whole(bus, mib)
                                        : StructuredFixtures.splittable(bus, mib, vfs),
                                    sharing)));
              }
              return Combinators.combine(each).as(list -> list);
            });
  }

  @Provide
  Arbitrary<GpuSharing> sharings() {
    return Arbitraries.oneOf(
        Arbitraries.just(new GpuSharing.Exclusive()),
        Arbitraries.just(new GpuSharing.Unlimited()),
        Arbitraries.integers()
            .between(1, 10)
            .flatMap(
                count ->
                    Arbitraries.integers()
                        .between(0, count)
                        .map(unasked -> new GpuSharing.ByCount(count, unasked))),
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
                Arbitraries.integers().between(1, 16_000).optional(),
                Arbitraries.integers().between(1, 11).optional(0.3))
            .as(Step.Claim::new);
    Arbitrary<Step> release = Arbitraries.integers().between(0, 100).map(Step.Release::new);
    return Arbitraries.frequencyOf(
            net.jqwik.api.Tuple.of(3, claim), net.jqwik.api.Tuple.of(1, release))
        .list()
        .ofMaxSize(30);
  }
}
