package com.intel.dra.gpu.structured;

import static com.intel.dra.gpu.structured.StructuredFixtures.FLEX_170;
import static com.intel.dra.gpu.structured.StructuredFixtures.FLEX_170_MIB;
import static com.intel.dra.gpu.structured.StructuredFixtures.attribute;
import static com.intel.dra.gpu.structured.StructuredFixtures.capacity;
import static com.intel.dra.gpu.structured.StructuredFixtures.facts;
import static com.intel.dra.gpu.structured.StructuredFixtures.gpu;
import static com.intel.dra.gpu.structured.StructuredFixtures.offer;
import static com.intel.dra.gpu.structured.StructuredFixtures.offered;
import static com.intel.dra.gpu.structured.StructuredFixtures.splittable;
import static com.intel.dra.gpu.structured.StructuredFixtures.type;
import static com.intel.dra.gpu.structured.StructuredFixtures.whole;
import static com.intel.dra.gpu.structured.StructuredFixtures.withheld;
import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.api.AllocatedDevice;
import com.intel.dra.gpu.device.Gpu;
import com.intel.dra.gpu.device.VfProfile;
import com.intel.dra.gpu.device.VfProfiles;
import com.intel.dra.gpu.policy.GpuSharing;
import io.fabric8.kubernetes.api.model.resource.v1.Device;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceTaint;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class GpuOfferTest {

  private static final GpuSharing SHARED = new GpuSharing.ByMemory(0, 1, 1);
  private static final GpuSharing EXCLUSIVE = new GpuSharing.Exclusive();

  @Test
  void aGpuHasTheAttributesAndCapacitiesOfTheGoDriver() {
    Device device = only(offer(List.of(whole(0xb3, FLEX_170_MIB)), EXCLUSIVE));

    assertThat(device.getName()).isEqualTo("0000-b3-00-0-0x56c0");
    assertThat(text(device))
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                "model", "Flex 170",
                "family", "Data Center Flex",
                "driver", "i915",
                "type", "gpu",
                "pciId", "0x56c0",
                "health", "Healthy",
                "pciRoot", "00",
                "resource.kubernetes.io/pcieRoot", "pci0000:00",
                "resource.kubernetes.io/pciBusID", "0000:b3:00.0"));
    assertThat(attribute(device, "sriov").getBool()).isTrue();
    assertThat(attribute(device, "resource.kubernetes.io/numaNode").getInt()).isOne();
    assertThat(capacity(device, "memory").getValue()).hasToString("14248Mi");
    assertThat(capacity(device, "millicores").getValue()).hasToString("1000");
  }

  @Test
  void aGpuHasAMonitorUnlessTheyAreSwitchedOff() {
    var gpus = List.of(whole(3, FLEX_170_MIB));

    assertThat(types(new GpuOffer(gpus, true, true))).containsExactly("gpu", "monitor");
    assertThat(types(new GpuOffer(gpus, true, false))).containsExactly("gpu");
  }

  @Test
  void aClaimThatHasAMonitorIsPreparedAfterTheyWereSwitchedOff() {
    var offer = new GpuOffer(List.of(whole(3, FLEX_170_MIB)), true, false);

    assertThat(offer.find("0000-03-00-0-0x56c0-monitor"))
        .hasValueSatisfying(
            device -> assertThat(device).isInstanceOf(PreparableDevice.Monitor.class));
  }

  private static List<String> types(GpuOffer offer) {
    return offer.inOrderOfPreference(true).getFirst().devices().stream()
        .map(StructuredFixtures::type)
        .toList();
  }

  @Test
  void aSharedGpuIsGivenWholeToWhoDoesNotAsk() {
    Device device = only(offer(List.of(whole(3, FLEX_170_MIB)), SHARED));

    assertThat(device.getAllowMultipleAllocations()).isTrue();
    var policy = capacity(device, "memory").getRequestPolicy();
    assertThat(policy.getDefault()).hasToString("14248Mi");
    assertThat(policy.getValidRange().getMin())
        .as("the scheduler counts no shares, and 256 of these are all of it")
        .hasToString("56Mi");
    assertThat(policy.getValidRange().getMax()).hasToString("14248Mi");
    assertThat(capacity(device, "millicores").getRequestPolicy().getDefault()).hasToString("0");
  }

  @Test
  void whatTheStepsDoNotReachIsNotOffered() {
    Device device = only(offer(List.of(whole(3, 1000)), new GpuSharing.ByMemory(300, 256, 256)));

    var memory = capacity(device, "memory");
    assertThat(memory.getValue()).hasToString("768Mi");
    assertThat(memory.getRequestPolicy().getDefault()).hasToString("512Mi");
  }

  @ParameterizedTest
  @CsvSource({"0, 1", "300, 1", "0, 1000", "2000, 1000"})
  void aStepOfTheLargestNumberIsOneThatNoGpuReaches(int unasked, int minimum) {
    var sharing = new GpuSharing.ByMemory(unasked, minimum, Integer.MAX_VALUE);

    var memory = capacity(only(offer(List.of(whole(3, FLEX_170_MIB)), sharing)), "memory");

    assertThat(memory.getRequestPolicy().getValidRange().getStep()).isNull();
    assertThat(memory.getValue()).hasToString(minimum + "Mi");
    assertThat(memory.getRequestPolicy().getDefault()).hasToString(minimum + "Mi");
  }

  @Test
  void theSmallestShareIsOneThatTheStepsReachAndNotMoreThanThereIs() {
    assertThat(smallest(FLEX_170_MIB, new GpuSharing.ByMemory(0, 64, 1))).isEqualTo("64Mi");
    assertThat(smallest(FLEX_170_MIB, new GpuSharing.ByMemory(0, 1, 50))).isEqualTo("101Mi");
    assertThat(smallest(FLEX_170_MIB, new GpuSharing.ByMemory(0, 1, 20_000))).isEqualTo("1Mi");
    assertThat(smallest(256, SHARED)).isEqualTo("1Mi");
    assertThat(smallest(257, SHARED)).isEqualTo("2Mi");
    assertThat(smallest(1, SHARED)).isEqualTo("1Mi");
  }

  private static String smallest(int memoryMiB, GpuSharing sharing) {
    return capacity(only(offer(List.of(whole(3, memoryMiB)), sharing)), "memory")
        .getRequestPolicy()
        .getValidRange()
        .getMin()
        .toString();
  }

  @Test
  void aGpuInUseIsOfferedAsBeforeWhateverTheSettingIsBy() {
    Device shares = only(offer(List.of(used(new OfferedGpu.Use.ByMemory())), EXCLUSIVE));
    assertThat(shares.getAllowMultipleAllocations()).isTrue();
    assertThat(capacity(shares, "memory").getRequestPolicy().getValidRange().getMin())
        .as("nobody gets another share")
        .hasToString("14248Mi");

    Device whole = only(offer(List.of(used(new OfferedGpu.Use.Whole())), SHARED));
    assertThat(whole.getAllowMultipleAllocations()).isNull();
    assertThat(
            offer(List.of(used(new OfferedGpu.Use.ByMemory())), EXCLUSIVE)
                .inOrderOfPreference(true))
        .as("where nothing can be shared nothing is")
        .last()
        .satisfies(
            way ->
                assertThat(way.devices())
                    .allMatch(device -> device.getAllowMultipleAllocations() == null));
  }

  /** The scheduler does not count shares against a GPU that is published for one claim. */
  @Test
  void aGpuThatIsUsedOtherwiseThanItIsPublishedKeepsOthersAway() {
    GpuOffer shared = offer(List.of(used(new OfferedGpu.Use.ByMemory())), SHARED);
    assertThat(only(shared).getTaints()).as("published as it is used").isEmpty();
    assertThat(shared.inOrderOfPreference(true).getLast().devices().getFirst().getTaints())
        .extracting(taint -> taint.getKey() + ":" + taint.getEffect())
        .containsExactly("gpu.intel.com/in-use:NoSchedule");
    assertThat(only(offer(List.of(used(new OfferedGpu.Use.Whole())), SHARED)).getTaints())
        .isEmpty();
    assertThat(only(offer(List.of(used(new OfferedGpu.Use.Unknown())), SHARED)).getTaints())
        .as("rebuilt from the GAS")
        .hasSize(1);
  }

  private static OfferedGpu used(OfferedGpu.Use use) {
    return StructuredFixtures.used(
        gpu(3, FLEX_170_MIB, 0), facts(), new OfferedGpu.Vfs.None(), use);
  }

  @Test
  void aGpuWithoutMemoryOfItsOwnHasSharesByCountAndWhoDoesNotAskHasItAlone() {
    Device device = only(offer(List.of(whole(3, 0)), SHARED));

    assertThat(device.getAllowMultipleAllocations()).isTrue();
    assertThat(capacity(device, "shares").getValue()).hasToString("8");
    assertThat(capacity(device, "shares").getRequestPolicy().getDefault()).hasToString("8");
    assertThat(capacity(device, "memory").getValue()).hasToString("0Mi");
    assertThat(capacity(device, "memory").getRequestPolicy().getDefault()).hasToString("0");
    assertThat(only(offer(List.of(whole(3, 0)), EXCLUSIVE)).getAllowMultipleAllocations()).isNull();
  }

  @Test
  void sharesByCountAreOneToAllOfThemAndTakeNoMemoryUnlessAsked() {
    Device device = only(offer(List.of(whole(3, FLEX_170_MIB)), new GpuSharing.ByCount(4, 1)));

    assertThat(device.getAllowMultipleAllocations()).isTrue();
    var shares = capacity(device, "shares");
    assertThat(shares.getValue()).hasToString("4");
    assertThat(shares.getRequestPolicy().getDefault()).hasToString("1");
    assertThat(shares.getRequestPolicy().getValidRange().getMin()).hasToString("1");
    assertThat(shares.getRequestPolicy().getValidRange().getMax()).hasToString("4");
    assertThat(shares.getRequestPolicy().getValidRange().getStep()).hasToString("1");
    assertThat(capacity(device, "memory").getValue()).hasToString("14248Mi");
    assertThat(capacity(device, "memory").getRequestPolicy().getDefault()).hasToString("0");
    assertThat(capacity(device, "millicores").getRequestPolicy().getDefault()).hasToString("0");
  }

  /** The API server of 1.37 refuses a step from the minimum that leads beyond the capacity. */
  @ParameterizedTest
  @CsvSource({"1, 0, 1", "2, 0, 2", "8, 0, 8"})
  void sharesThatNobodyCanHaveInPartHaveNoStep(int count, int unasked, int minimum) {
    Device device =
        only(
            offer(
                List.of(whole(3, FLEX_170_MIB)), new GpuSharing.ByCount(count, unasked, minimum)));

    var range = capacity(device, "shares").getRequestPolicy().getValidRange();
    assertThat(range.getMin()).isEqualTo(range.getMax());
    assertThat(range.getStep()).isNull();
  }

  @Test
  void anUnlimitedGpuIsCountedUpToWhatTheRecordsHold() {
    Device device = only(offer(List.of(whole(3, FLEX_170_MIB)), new GpuSharing.Unlimited()));

    assertThat(capacity(device, "shares").getValue()).hasToString("" + Gpu.MAX_SHARES);
    assertThat(capacity(device, "shares").getRequestPolicy().getDefault()).hasToString("1");
  }

  @Test
  void aGpuInUseByCountKeepsItsSharesAndGivesMoreOnlyUnderTheSamePolicy() {
    OfferedGpu inUse = used(new OfferedGpu.Use.ByCount(4));

    assertThat(smallestAndAll(inUse, new GpuSharing.ByCount(4, 2))).isEqualTo("1 of 4");
    for (GpuSharing other :
        List.of(new GpuSharing.ByCount(8, 1), new GpuSharing.Unlimited(), EXCLUSIVE, SHARED)) {
      assertThat(smallestAndAll(inUse, other)).as("%s", other).isEqualTo("4 of 4");
      assertThat(taintKeys(inUse, other)).as("%s", other).containsExactly("gpu.intel.com/in-use");
    }
    assertThat(taintKeys(inUse, new GpuSharing.ByCount(4, 2))).isEmpty();
  }

  @Test
  void aGpuInUseByMemoryGivesNoMoreIfItIsToBeSharedByCount() {
    OfferedGpu inUse = used(new OfferedGpu.Use.ByMemory());
    var byCount = new GpuSharing.ByCount(4, 1);
    Device device = only(offer(List.of(inUse), byCount));

    assertThat(device.getCapacity()).doesNotContainKey("shares");
    var range = capacity(device, "memory").getRequestPolicy().getValidRange();
    assertThat(range.getMin()).as("nobody gets another share").hasToString("14248Mi");
    assertThat(range.getStep()).as("it would lead beyond the capacity").isNull();
    assertThat(taintKeys(inUse, byCount)).containsExactly("gpu.intel.com/in-use");
    assertThat(taintKeys(inUse, SHARED)).isEmpty();
    assertThat(taintKeys(inUse, new GpuSharing.ByMemory(0, 1024, 512)))
        .as("other shares of the same kind")
        .isEmpty();
  }

  private static List<String> taintKeys(OfferedGpu gpu, GpuSharing sharing) {
    return only(offer(List.of(gpu), sharing)).getTaints().stream()
        .map(DeviceTaint::getKey)
        .toList();
  }

  private static String smallestAndAll(OfferedGpu gpu, GpuSharing sharing) {
    var shares = capacity(only(offer(List.of(gpu), sharing)), "shares");
    return shares.getRequestPolicy().getValidRange().getMin() + " of " + shares.getValue();
  }

  static Stream<OfferedGpu.Use> shares() {
    return Stream.of(new OfferedGpu.Use.ByMemory(), new OfferedGpu.Use.ByCount(4));
  }

  /**
   * Before Kubernetes 1.36.2 the scheduler does not charge shares to the counters, so the counters
   * say that all VFs are free. The agent refuses each: DoubleUse, areVfAndItsGpu.
   */
  @ParameterizedTest
  @MethodSource("shares")
  void theVfsOfAGpuOfWhichClaimsHaveSharesKeepOthersAwayWhereSharesAreNotCharged(
      OfferedGpu.Use use) {
    OfferedGpu idle = splittable(3, FLEX_170_MIB, 2);
    var inUse =
        new OfferedGpu(
            idle.gpu(),
            idle.facts(),
            idle.vfs(),
            use,
            Collections.emptySortedMap(),
            new GpuSharing.ByMemory(0, 1, 1),
            false);

    assertThat(new GpuOffer(List.of(inUse)).inOrderOfPreference(false))
        .allSatisfy(
            way ->
                assertThat(way.devices())
                    .filteredOn(device -> type(device).equals("vf"))
                    .as(way.name())
                    .allSatisfy(
                        vf ->
                            assertThat(vf.getTaints())
                                .extracting(taint -> taint.getKey() + ":" + taint.getEffect())
                                .contains("gpu.intel.com/in-use:NoSchedule")));
  }

  @Test
  void useInDifferentWaysAtOnceKeepsEverybodyAway() {
    var memory = new OfferedGpu.Use.ByMemory();
    var four = new OfferedGpu.Use.ByCount(4);

    assertThat(OfferedGpu.Use.of(Stream.of(memory, four))).isEqualTo(new OfferedGpu.Use.Unknown());
    assertThat(OfferedGpu.Use.of(Stream.of(new OfferedGpu.Use.ByCount(8), four)))
        .as("as if there were fewer")
        .isEqualTo(four);
    assertThat(OfferedGpu.Use.of(Stream.of(new OfferedGpu.Use.Whole(), four))).isEqualTo(four);
    assertThat(OfferedGpu.Use.of(Stream.of())).isEqualTo(new OfferedGpu.Use.None());
  }

  @Test
  void aGpuThatIsWithheldIsNotPublishedUnlessItIsInUse() {
    GpuOffer idle =
        offer(
            List.of(withheld(splittable(3, FLEX_170_MIB, 2)), whole(4, 1024)),
            new GpuSharing.Exclusive());
    assertThat(idle.inOrderOfPreference(true))
        .allSatisfy(
            way ->
                assertThat(way.devices())
                    .extracting(Device::getName)
                    .containsExactly("0000-04-00-0-0x56c0", "0000-04-00-0-0x56c0-monitor"));
    assertThat(idle.find("0000-03-00-0-0x56c0"))
        .as("a claim that was allocated just before gets it")
        .isPresent();

    GpuOffer inUse = offer(List.of(withheld(used(new OfferedGpu.Use.ByMemory()))), SHARED);
    assertThat(inUse.inOrderOfPreference(true).getFirst().devices())
        .singleElement()
        .satisfies(
            device ->
                assertThat(device.getTaints())
                    .extracting(taint -> taint.getKey() + ":" + taint.getEffect())
                    .containsExactly("gpu.intel.com/in-use:NoSchedule"));
  }

  @Test
  void aClaimWithAllTheSharesHasAllTheMemory() {
    var offer = offer(List.of(whole(3, 1000)), new GpuSharing.ByCount(4, 0));
    PreparableDevice gpu = offer.find("0000-03-00-0-0x56c0").orElseThrow();

    assertThat(gpu.held(charge(0, 4)).orElseThrow())
        .returns(1000, AllocatedDevice::memory)
        .returns(4, AllocatedDevice::shares)
        .returns(4, AllocatedDevice::totalShares);
    assertThat(gpu.held(charge(300, 2)).orElseThrow())
        .returns(300, AllocatedDevice::memory)
        .returns(2, AllocatedDevice::shares);
    assertThat(gpu.held(charge(0, Integer.MAX_VALUE)).orElseThrow())
        .as("as no scheduler writes")
        .returns(4, AllocatedDevice::shares);
    assertThat(
            offer(List.of(whole(3, 1000)), EXCLUSIVE)
                .find("0000-03-00-0-0x56c0")
                .flatMap(now -> now.held(charge(0, 1)))
                .orElseThrow())
        .as("the policy has changed meanwhile")
        .returns(1, AllocatedDevice::shares)
        .returns(Gpu.MAX_SHARES, AllocatedDevice::totalShares);
  }

  private static PreparableDevice.Charge charge(int memoryMiB, int shares) {
    return new PreparableDevice.Charge(Optional.of(memoryMiB), Optional.of(shares));
  }

  @Test
  void wholeGpusComeFirstThenVfsThenMonitors() {
    var offer = offer(List.of(splittable(3, FLEX_170_MIB, 2), whole(4, 1024)), EXCLUSIVE);

    assertThat(offer.inOrderOfPreference(true).getFirst().devices())
        .extracting(Device::getName)
        .containsExactly(
            "0000-03-00-0-0x56c0",
            "0000-04-00-0-0x56c0",
            "0000-03-00-0-0x56c0-vf0",
            "0000-03-00-0-0x56c0-vf1",
            "0000-03-00-0-0x56c0-monitor",
            "0000-04-00-0-0x56c0-monitor");
  }

  @Test
  void ofProfilesWithAsManyVfsThatWithTheLargestIsTaken() {
    assertThat(OfferedGpu.profileFor(4, VfProfiles.forGpu(FLEX_170, 16_000, 16, true)))
        .as("the kernel gives equal shares")
        .get()
        .returns("flex170_m4", VfProfile::name)
        .returns(3, VfProfile::numVfs);
    assertThat(OfferedGpu.profileFor(4, VfProfiles.forGpu(FLEX_170, 16_000, 3, false)))
        .as("the kernel lets it have three")
        .get()
        .returns("flex170_m4", VfProfile::name);
    assertThat(OfferedGpu.profileFor(0, VfProfiles.forGpu(FLEX_170, 16_000, 16, false))).isEmpty();
  }

  @Test
  void theWaysGoFromAllFeaturesToNone() {
    var offer = offer(List.of(splittable(3, FLEX_170_MIB, 2)), SHARED);

    assertThat(offer.inOrderOfPreference(true))
        .extracting(OfferedDevices::name)
        .containsExactly(
            "shared-vfs-on-demand",
            "exclusive-vfs-on-demand",
            "exclusive-vfs-on-demand-1.34",
            "shared",
            "exclusive");
    assertThat(offer.inOrderOfPreference(false))
        .as("shares that are found are not charged to counters before 1.36.2")
        .extracting(OfferedDevices::name)
        .containsExactly(
            "exclusive-vfs-on-demand", "exclusive-vfs-on-demand-1.34", "shared", "exclusive");
    assertThat(offer(List.of(whole(3, 1024)), SHARED).inOrderOfPreference(false))
        .as("without counters nothing can be charged wrongly")
        .extracting(OfferedDevices::name)
        .containsExactly("shared", "exclusive");
    assertThat(offer(List.of(whole(3, 1024)), EXCLUSIVE).inOrderOfPreference(true))
        .extracting(OfferedDevices::name)
        .containsExactly("exclusive");
  }

  @Test
  void vfsThatAnAdministratorMadeStandForTheirGpu() {
    Gpu host = gpu(3, FLEX_170_MIB, 16);
    var vf = new Gpu(host.uid().vf(0), host.address(), 2000, 0, host.drmNodes());
    var offer =
        offer(List.of(offered(host, facts(), new OfferedGpu.Vfs.Existing(List.of(vf)))), SHARED);

    List<Device> devices = offer.inOrderOfPreference(true).getFirst().devices();

    assertThat(devices).extracting(StructuredFixtures::type).containsExactly("vf", "monitor");
    assertThat(capacity(devices.getFirst(), "memory").getValue()).hasToString("2000Mi");
    assertThat(offer.find("0000-03-00-0-0x56c0-vf0"))
        .hasValue(new PreparableDevice.Vf(vf.uid(), 2000, ""));
    assertThat(offer.find("0000-03-00-0-0x56c0-vf1")).isEmpty();
  }

  @Test
  void anUnhealthyGpuEvictsItsPodsAndHasNoMonitor() {
    var sick =
        new DeviceFacts(
            "Flex 170",
            "Data Center Flex",
            "i915",
            true,
            Optional.empty(),
            OptionalInt.empty(),
            DeviceFacts.Condition.UNWELL);
    var offer =
        offer(List.of(offered(gpu(3, 1024, 0), sick, new OfferedGpu.Vfs.None())), EXCLUSIVE);

    List<Device> devices = offer.inOrderOfPreference(true).getFirst().devices();

    assertThat(devices.getFirst().getTaints())
        .singleElement()
        .satisfies(
            taint -> {
              assertThat(taint.getKey()).isEqualTo("gpu.intel.com/unhealthy");
              assertThat(taint.getEffect()).isEqualTo("NoExecute");
            });
    assertThat(text(devices.getFirst())).containsEntry("health", "Unhealthy");
    assertThat(devices).extracting(StructuredFixtures::type).doesNotContain("monitor");
  }

  @Test
  void vfsThatCannotBeMadeKeepOthersAwayAndThoseThatCannotBeRemovedAlsoFromTheGpu() {
    assertThat(taintKeys(failing(false), "gpu")).isEmpty();
    assertThat(taintKeys(failing(false), "vf")).containsOnly("gpu.intel.com/vfs-failed");
    assertThat(taintKeys(failing(true), "gpu")).containsOnly("gpu.intel.com/vfs-failed");
    assertThat(taintKeys(failing(true), "monitor")).isEmpty();
  }

  private static GpuOffer failing(boolean blocksTheGpu) {
    OfferedGpu gpu = splittable(3, FLEX_170_MIB, 2);
    var vfs = (OfferedGpu.Vfs.OnDemand) gpu.vfs();
    return offer(
        List.of(
            offered(
                gpu.gpu(),
                gpu.facts(),
                new OfferedGpu.Vfs.OnDemand(vfs.profile(), Optional.of("EIO"), blocksTheGpu))),
        SHARED);
  }

  private static List<String> taintKeys(GpuOffer offer, String type) {
    return offer.inOrderOfPreference(true).getFirst().devices().stream()
        .filter(device -> type(device).equals(type))
        .flatMap(device -> device.getTaints().stream())
        .map(taint -> taint.getKey())
        .toList();
  }

  @Test
  void namesAreReadBack() {
    for (String name :
        List.of(
            "0000-b3-00-0-0x56c0", "0000-b3-00-0-0x56c0-vf12", "10000-01-02-7-0x56c0-monitor")) {
      assertThat(DeviceName.parse(name)).get().hasToString(name);
    }
    assertThat(DeviceName.parse("0000-b3-00-0-0x56c0-vf1-monitor")).isEmpty();
    assertThat(DeviceName.parse("gpu0")).isEmpty();
  }

  private static Device only(GpuOffer offer) {
    return offer.inOrderOfPreference(true).getFirst().devices().getFirst();
  }

  private static Map<String, String> text(Device device) {
    return device.getAttributes().entrySet().stream()
        .filter(attribute -> attribute.getValue().getString() != null)
        .collect(
            java.util.stream.Collectors.toMap(
                Map.Entry::getKey, attribute -> attribute.getValue().getString()));
  }
}
