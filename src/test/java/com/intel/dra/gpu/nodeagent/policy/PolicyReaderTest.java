package com.intel.dra.gpu.nodeagent.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.intel.dra.gpu.device.PciAddress;
import com.intel.dra.gpu.device.PciDeviceId;
import com.intel.dra.gpu.policy.GpuSharing;
import com.intel.dra.gpu.policy.PolicyRule;
import com.intel.dra.gpu.policy.PolicyRules;
import com.intel.dra.gpu.policy.RuleMatch;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PolicyReaderTest {

  private static final GpuSharing.ByMemory BY_MEMORY = new GpuSharing.ByMemory(64, 32, 16);

  private static PolicyRules read(String yaml) throws InvalidPolicyException {
    return PolicyReader.read(yaml.getBytes(StandardCharsets.UTF_8), BY_MEMORY);
  }

  private static void assertRefused(String yaml, String... words) {
    assertThatThrownBy(() -> read(yaml))
        .as(yaml)
        .isInstanceOf(InvalidPolicyException.class)
        .hasMessageContainingAll(words);
  }

  @Test
  void everyFieldIsRead() throws InvalidPolicyException {
    PolicyRules rules =
        read(
            """
            # what the desks have
            rules:
              - name: desks
                match:
                  nodes: [pc-1, pc-2]
                  nodeLabels: {pool: desks}
                  pciAddresses: ["0000:B3:00.0"]
                  ids: ["0x56C0"]
                  models: [Flex 170]
                  integrated: false
                offer: true
                sharing: {shares: 4, default: 1}
                vfs: none
              - {sharing: memory, vfs: 7}
              - {offer: false}
            """);

    assertThat(rules.rules())
        .containsExactly(
            new PolicyRule(
                "desks",
                new RuleMatch(
                    Set.of("pc-1", "pc-2"),
                    Map.of("pool", "desks"),
                    Set.of(new PciAddress(0, 0xb3, 0, 0)),
                    Set.of(new PciDeviceId("0x56c0")),
                    Set.of("Flex 170"),
                    Optional.of(false)),
                Optional.of(true),
                Optional.of(new GpuSharing.ByCount(4, 1)),
                Optional.of(0)),
            new PolicyRule(
                "rule-2",
                RuleMatch.EVERYTHING,
                Optional.empty(),
                Optional.of(BY_MEMORY),
                Optional.of(7)),
            new PolicyRule(
                "rule-3",
                RuleMatch.EVERYTHING,
                Optional.of(false),
                Optional.empty(),
                Optional.empty()));
    assertThat(rules.needLabels()).isTrue();
  }

  /** Labels for the role of a node have no value. */
  @Test
  void aLabelMayHaveAnEmptyValue() throws InvalidPolicyException {
    PolicyRules rules =
        read("rules: [{match: {nodeLabels: {node-role.kubernetes.io/gpu: ''}}, offer: false}]");

    assertThat(rules.rules())
        .singleElement()
        .satisfies(
            rule ->
                assertThat(rule.match().nodeLabels())
                    .isEqualTo(Map.of("node-role.kubernetes.io/gpu", "")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "# nothing", "rules: []", "---\n"})
  void noRulesAreNoMistake(String yaml) throws InvalidPolicyException {
    assertThat(read(yaml)).isEqualTo(PolicyRules.NONE);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{sharing: {shares: 0}} | sharing.shares is 0 | 1 to 256",
        "{sharing: {shares: 1000000}} | sharing.shares is 1000000 | 1 to 256",
        "{sharing: {shares: -1}} | sharing.shares is -1 | 1 to 256",
        "{sharing: {shares: 1.5}} | sharing.shares is 1.5 | 1 to 256",
        "{sharing: {shares: 99999999999999999999}} | sharing.shares is | 1 to 256",
        "{sharing: {shares: four}} | sharing.shares is \"four\" | 1 to 256",
        "{sharing: {shares: 4, default: 5}} | sharing.default is 5, more than shares | 1 to 4",
        "{sharing: {default: 1}} | sharing.shares is missing | how many",
        "{sharing: {shares: 4, default: 0}} | sharing.default is 0 | 1 to 256",
        "{sharing: {shares: 4, of: 2}} | sharing.of is 2, but there is no such field | shares, default",
        "{sharing: both} | sharing is \"both\" | memory, exclusive, unlimited",
        "{sharing: [memory]} | sharing is a list | memory, exclusive, unlimited",
        "{sharing: 4} | sharing is 4 | memory, exclusive, unlimited",
        "{sharing: } | sharing is null | memory, exclusive, unlimited",
        "{vfs: 0} | vfs is 0 | none or 1 to 128",
        "{vfs: 1000000} | vfs is 1000000 | none or 1 to 128",
        "{vfs: some} | vfs is \"some\" | none or 1 to 128",
        "{vfs: {}} | vfs is an object | none or 1 to 128",
        "{offer: yes please} | offer is \"yes please\" | true or false",
        "{offer: false, vfs: 4} | vfs contradicts offer: false | remove one",
        "{offer: false, sharing: memory} | sharing contradicts offer: false | remove one",
        "{ofer: false} | ofer is false, but there is no such field | offer",
        "{match: {node: a}} | match.node is \"a\", but there is no such field | nodes",
        "{match: {nodes: a}} | match.nodes is \"a\" | list",
        "{match: {nodes: []}} | match.nodes is empty | name some",
        "{match: {nodes: [1]}} | match.nodes has 1 | names of nodes",
        "{match: {nodeLabels: {}}} | match.nodeLabels is empty | name a label",
        "{match: {nodeLabels: {gpu: true}}} | match.nodeLabels.gpu is true | in quotes",
        "{match: {nodeLabels: [a]}} | match.nodeLabels is a list | object",
        "{match: {pciAddresses: ['b3:00.0']}} | match.pciAddresses has \"b3:00.0\" | 0000:b3:00.0",
        "{match: {ids: ['56c0']}} | match.ids has \"56c0\" | 0x56c0",
        "{match: {models: [Flex 171]}} | match.models has \"Flex 171\" | attribute model",
        "{match: {integrated: 1}} | match.integrated is 1 | true or false",
        "{match: everything} | match is \"everything\" | object",
        "{name: 'a b'} | name is \"a b\" | letters",
        "flex | is \"flex\" | match and sharing",
      })
  void aMistakeIsToldWithRuleFieldValueAndRemedy(String rule, String found, String remedy) {
    assertRefused("rules:\n  - {offer: true}\n  - " + rule, "rule 2", found, remedy);
  }

  @Test
  void aRuleIsToldByItsNameToo() {
    assertRefused("rules: [{name: flex, vfs: 0}]", "rule 1 (flex), vfs is 0");
    assertRefused("rules: [{name: a}, {name: a}]", "rule 2, name is a, as that of rule 1");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "rules: [",
        "rules: []\nrules: []",
        "\t",
        "just a text",
        "[]",
        "rules: {a: b}",
        "rules: 4",
        "rules:",
        "rule: []",
        "rules: []\n---\nrules: []",
        "a: &a [*a]",
      })
  void whatIsNoPolicyIsRefusedAsAWhole(String yaml) {
    assertRefused(yaml, "the policy");
  }

  @Test
  void manyMistakesAreToldShortly() {
    String yaml = "rules:\n" + "  - {vfs: 0}\n".repeat(50);

    assertRefused(yaml, "rule 5", "and 45 more mistakes");
  }

  @Test
  void whatIsTooLongOrTooDeepIsRefused() {
    assertRefused("#" + "x".repeat(PolicyReader.MAX_BYTES), "larger than");
    assertRefused("rules:\n" + "- {}\n".repeat(PolicyReader.MAX_RULES + 1), "1001 entries");
    assertRefused("rules: " + "[".repeat(200_000), "the policy");
    assertRefused("rules: " + "{a: ".repeat(50_000), "the policy");
    assertRefused("rules: [{name: " + "x".repeat(100_000) + "}]", "…");
  }

  @Property(tries = 300)
  void anyBytesAreReadOrRefused(@ForAll @Size(max = 200) byte[] content) {
    try {
      assertThat(PolicyReader.read(content, BY_MEMORY)).isNotNull();
    } catch (InvalidPolicyException e) {
      assertThat(e.getMessage()).isNotBlank();
    }
  }
}
