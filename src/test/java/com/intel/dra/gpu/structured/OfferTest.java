package com.intel.dra.gpu.structured;

import static com.intel.dra.gpu.structured.StructuredFixtures.FLEX_170;
import static com.intel.dra.gpu.structured.StructuredFixtures.FLEX_170_MIB;
import static com.intel.dra.gpu.structured.StructuredFixtures.attribute;
import static com.intel.dra.gpu.structured.StructuredFixtures.capacity;
import static com.intel.dra.gpu.structured.StructuredFixtures.facts;
import static com.intel.dra.gpu.structured.StructuredFixtures.gpu;
import static com.intel.dra.gpu.structured.StructuredFixtures.splittable;
import static com.intel.dra.gpu.structured.StructuredFixtures.type;
import static com.intel.dra.gpu.structured.StructuredFixtures.whole;
import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.device.Gpu;
import com.intel.dra.gpu.device.VfProfile;
import com.intel.dra.gpu.device.VfProfiles;
import io.fabric8.kubernetes.api.model.resource.v1.Device;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class OfferTest {

  private static final GpuSharing SHARED = new GpuSharing.ByMemory(0, 1, 1);
  private static final GpuSharing EXCLUSIVE = new GpuSharing.Exclusive();

  @Test
  void aGpuHasTheAttributesAndCapacitiesOfTheGoDriver() {
    Device device = only(new Offer(List.of(whole(0xb3, FLEX_170_MIB)), EXCLUSIVE));

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
                "resource.kubernetes.io/pcieRoot", "pci0000:00",
                "resource.kubernetes.io/pciBusID", "0000:b3:00.0"));
    assertThat(attribute(device, "sriov").getBool()).isTrue();
    assertThat(attribute(device, "resource.kubernetes.io/numaNode").getInt()).isOne();
    assertThat(capacity(device, "memory").getValue()).hasToString("14248Mi");
    assertThat(capacity(device, "millicores").getValue()).hasToString("1000");
  }

  @Test
  void aSharedGpuIsGivenWholeToWhoDoesNotAsk() {
    Device device = only(new Offer(List.of(whole(3, FLEX_170_MIB)), SHARED));

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
    Device device =
        only(new Offer(List.of(whole(3, 1000)), new GpuSharing.ByMemory(300, 256, 256)));

    var memory = capacity(device, "memory");
    assertThat(memory.getValue()).hasToString("768Mi");
    assertThat(memory.getRequestPolicy().getDefault()).hasToString("512Mi");
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
    return capacity(only(new Offer(List.of(whole(3, memoryMiB)), sharing)), "memory")
        .getRequestPolicy()
        .getValidRange()
        .getMin()
        .toString();
  }

  @Test
  void aGpuInUseIsOfferedAsBeforeWhateverTheSettingIsBy() {
    Device shares = only(new Offer(List.of(used(OfferedGpu.Use.SHARED)), EXCLUSIVE));
    assertThat(shares.getAllowMultipleAllocations()).isTrue();
    assertThat(capacity(shares, "memory").getRequestPolicy().getValidRange().getMin())
        .as("nobody gets another share")
        .hasToString("14248Mi");

    Device whole = only(new Offer(List.of(used(OfferedGpu.Use.WHOLE)), SHARED));
    assertThat(whole.getAllowMultipleAllocations()).isNull();
    assertThat(new Offer(List.of(used(OfferedGpu.Use.SHARED)), EXCLUSIVE).inOrderOfPreference(true))
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
    Offer shared = new Offer(List.of(used(OfferedGpu.Use.SHARED)), SHARED);
    assertThat(only(shared).getTaints()).as("published as it is used").isEmpty();
    assertThat(shared.inOrderOfPreference(true).getLast().devices().getFirst().getTaints())
        .extracting(taint -> taint.getKey() + ":" + taint.getEffect())
        .containsExactly("gpu.intel.com/in-use:NoSchedule");
    assertThat(only(new Offer(List.of(used(OfferedGpu.Use.WHOLE)), SHARED)).getTaints()).isEmpty();
    assertThat(only(new Offer(List.of(used(OfferedGpu.Use.UNKNOWN)), SHARED)).getTaints())
        .as("rebuilt from the GAS")
        .hasSize(1);
  }

  private static OfferedGpu used(OfferedGpu.Use use) {
    return new OfferedGpu(gpu(3, FLEX_170_MIB, 0), facts(), new OfferedGpu.Vfs.None(), use);
  }

  @Test
  void anIntegratedGpuIsForOneClaim() {
    Device device = only(new Offer(List.of(whole(3, 0)), SHARED));

    assertThat(device.getAllowMultipleAllocations()).isNull();
    assertThat(capacity(device, "memory").getValue()).hasToString("0Mi");
  }

  @Test
  void wholeGpusComeFirstThenVfsThenMonitors() {
    var offer = new Offer(List.of(splittable(3, FLEX_170_MIB, 2), whole(4, 1024)), EXCLUSIVE);

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
    var offer = new Offer(List.of(splittable(3, FLEX_170_MIB, 2)), SHARED);

    assertThat(offer.inOrderOfPreference(true))
        .extracting(OfferedDevices::name)
        .containsExactly("shared-vfs-on-demand", "exclusive-vfs-on-demand", "shared", "exclusive");
    assertThat(offer.inOrderOfPreference(false))
        .as("shares that are found are not charged to counters before 1.36.2")
        .extracting(OfferedDevices::name)
        .containsExactly("exclusive-vfs-on-demand", "shared", "exclusive");
    assertThat(new Offer(List.of(whole(3, 1024)), SHARED).inOrderOfPreference(false))
        .as("without counters nothing can be charged wrongly")
        .extracting(OfferedDevices::name)
        .containsExactly("shared", "exclusive");
    assertThat(new Offer(List.of(whole(3, 1024)), EXCLUSIVE).inOrderOfPreference(true))
        .extracting(OfferedDevices::name)
        .containsExactly("exclusive");
  }

  @Test
  void vfsThatAnAdministratorMadeStandForTheirGpu() {
    Gpu host = gpu(3, FLEX_170_MIB, 16);
    var vf = new Gpu(host.uid().vf(0), host.address(), 2000, 0, host.drmNodes());
    var offer =
        new Offer(
            List.of(new OfferedGpu(host, facts(), new OfferedGpu.Vfs.Existing(List.of(vf)))),
            SHARED);

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
        new Offer(
            List.of(new OfferedGpu(gpu(3, 1024, 0), sick, new OfferedGpu.Vfs.None())), EXCLUSIVE);

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

  private static Offer failing(boolean blocksTheGpu) {
    OfferedGpu gpu = splittable(3, FLEX_170_MIB, 2);
    var vfs = (OfferedGpu.Vfs.OnDemand) gpu.vfs();
    return new Offer(
        List.of(
            new OfferedGpu(
                gpu.gpu(),
                gpu.facts(),
                new OfferedGpu.Vfs.OnDemand(vfs.profile(), Optional.of("EIO"), blocksTheGpu))),
        SHARED);
  }

  private static List<String> taintKeys(Offer offer, String type) {
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

  private static Device only(Offer offer) {
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
