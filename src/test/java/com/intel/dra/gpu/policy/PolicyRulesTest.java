package com.intel.dra.gpu.policy;

import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.device.DeviceUid;
import com.intel.dra.gpu.device.DrmNodes;
import com.intel.dra.gpu.device.Gpu;
import com.intel.dra.gpu.device.PciAddress;
import com.intel.dra.gpu.device.PciDeviceId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PolicyRulesTest {

  private static final GpuPolicy SETTINGS = new GpuPolicy(new GpuSharing.ByMemory(0, 1, 1), 4);
  private static final NodeTraits NODE = new NodeTraits("node1", Map.of("pool", "desktops"));
  private static final GpuTraits FLEX = GpuTraits.of(gpu(0xb3, 0, "0x56c0", 14_248));
  private static final GpuTraits INTEGRATED = GpuTraits.of(gpu(0, 2, "0x46a6", 0));

  private static Gpu gpu(int bus, int device, String id, int memoryMiB) {
    var address = new PciAddress(0, bus, device, 0);
    return new Gpu(
        DeviceUid.gpu(address, new PciDeviceId(id)),
        address,
        memoryMiB,
        0,
        new DrmNodes(0, OptionalInt.empty()));
  }

  private static PolicyRule rule(String name, RuleMatch match) {
    return new PolicyRule(
        name, match, Optional.empty(), Optional.of(new GpuSharing.Exclusive()), Optional.empty());
  }

  private static RuleMatch match(Set<String> nodes, Map<String, String> labels) {
    return new RuleMatch(nodes, labels, Set.of(), Set.of(), Set.of(), Optional.empty());
  }

  private static Optional<String> followed(RuleMatch match, GpuTraits gpu) {
    return new PolicyRules(List.of(rule("r", match))).followedBy(NODE, gpu, SETTINGS).rule();
  }

  @Test
  void withoutARuleTheSettingsHold() {
    assertThat(PolicyRules.NONE.followedBy(NODE, FLEX, SETTINGS))
        .isEqualTo(new PolicyRules.Followed(SETTINGS, Optional.empty()));
  }

  @Test
  void theFirstRuleThatIsForAGpuHoldsAloneAndWhatItDoesNotSayIsAsTheSettingsSay() {
    var rules =
        new PolicyRules(
            List.of(
                rule("elsewhere", match(Set.of("node2"), Map.of())),
                rule("first", RuleMatch.EVERYTHING),
                new PolicyRule(
                    "hidden",
                    RuleMatch.EVERYTHING,
                    Optional.of(false),
                    Optional.empty(),
                    Optional.of(0))));

    PolicyRules.Followed followed = rules.followedBy(NODE, FLEX, SETTINGS);

    assertThat(followed.rule()).hasValue("first");
    assertThat(followed.policy()).isEqualTo(new GpuPolicy(true, new GpuSharing.Exclusive(), 4));
  }

  @Test
  void everyConditionMustHold() {
    assertThat(followed(match(Set.of("node1"), Map.of("pool", "desktops")), FLEX)).isPresent();
    assertThat(followed(match(Set.of("node1"), Map.of("pool", "servers")), FLEX)).isEmpty();
    assertThat(followed(match(Set.of(), Map.of("other", "desktops")), FLEX)).isEmpty();
    assertThat(followed(match(Set.of("node2", "node3"), Map.of()), FLEX)).isEmpty();
  }

  @Test
  void aGpuIsChosenByAddressIdModelOrWhetherItIsIntegrated() {
    var address =
        new RuleMatch(
            Set.of(),
            Map.of(),
            Set.of(new PciAddress(0, 0xb3, 0, 0)),
            Set.of(),
            Set.of(),
            Optional.empty());
    var id =
        new RuleMatch(
            Set.of(),
            Map.of(),
            Set.of(),
            Set.of(new PciDeviceId("0x56c0")),
            Set.of(),
            Optional.empty());
    var model =
        new RuleMatch(Set.of(), Map.of(), Set.of(), Set.of(), Set.of("Flex 170"), Optional.empty());
    var integrated =
        new RuleMatch(Set.of(), Map.of(), Set.of(), Set.of(), Set.of(), Optional.of(true));
    for (RuleMatch ofTheFlex : List.of(address, id, model)) {
      assertThat(followed(ofTheFlex, FLEX)).isPresent();
      assertThat(followed(ofTheFlex, INTEGRATED)).isEmpty();
    }
    assertThat(followed(integrated, FLEX)).isEmpty();
    assertThat(followed(integrated, INTEGRATED)).isPresent();
  }

  @Test
  void memoryThatIsNotThereIsSharedByCount() {
    var byMemory = new GpuSharing.ByMemory(0, 100, 1);

    assertThat(byMemory.on(0)).isEqualTo(new GpuSharing.ByCount(8, 0));
    assertThat(byMemory.on(99)).isEqualTo(new GpuSharing.Exclusive());
    assertThat(byMemory.on(100)).isEqualTo(byMemory);
    assertThat(new GpuSharing.Exclusive().on(0)).isEqualTo(new GpuSharing.Exclusive());
  }
}
