package com.intel.dra.gpu.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.intel.dra.gpu.device.PciAddress;
import com.intel.dra.gpu.device.PciDeviceId;
import com.intel.dra.gpu.sysfs.KernelDriver;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TopologyReaderTest {

  private static final String FILE = "topology.yaml";

  private static Topology read(String yaml) throws InvalidTopologyException {
    return TopologyReader.read(FILE, yaml.getBytes(StandardCharsets.UTF_8));
  }

  private static List<TopologyProblem> problems(String yaml) {
    return assertThatExceptionOfType(InvalidTopologyException.class)
        .isThrownBy(() -> read(yaml))
        .actual()
        .problems();
  }

  @Test
  void everyFieldIsRead() throws Exception {
    assertThat(
            read(
                """
                gpus:
                - {address: "0000:b3:00.0", model: "0x56c0", memoryMiB: 14248, maxVfs: 16, driver: i915}
                - address: 0001:b4:1f.7
                  model: 0xe211
                  memoryMiB: 24480
                  driver: xe
                """))
        .isEqualTo(
            new Topology(
                List.of(
                    new SimulatedGpu(
                        new PciAddress(0, 0xb3, 0, 0),
                        new PciDeviceId("0x56c0"),
                        14248,
                        16,
                        KernelDriver.I915),
                    new SimulatedGpu(
                        new PciAddress(1, 0xb4, 0x1f, 7),
                        new PciDeviceId("0xe211"),
                        24480,
                        0,
                        KernelDriver.XE))));
  }

  @Test
  void aGpuNeedsOnlyAnAddressAndAModel() throws Exception {
    assertThat(read("gpus: [{address: \"0000:00:02.0\", model: \"0x4680\"}]").gpus())
        .containsExactly(
            new SimulatedGpu(
                new PciAddress(0, 0, 2, 0), new PciDeviceId("0x4680"), 0, 0, KernelDriver.I915));
  }

  @Test
  void aNodeMayHaveNoGpus() throws Exception {
    assertThat(read("gpus: []").gpus()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "# nothing\n", "gpus:", "gpus: ~", "{}"})
  void aFileWithoutGpusIsRefused(String yaml) {
    assertThat(problems(yaml))
        .singleElement()
        .hasToString("gpus is missing: list the GPUs, or write gpus: [] for none");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "address: '0000:B3:00.0', model: '0x56c0'    | address   | 0000:B3:00.0",
        "address: 'b3:00.0', model: '0x56c0'         | address   | b3:00.0",
        "address: '', model: '0x56c0'                | address   | ''",
        "address: '0000:b3:00.0', model: '56c0'      | model     | 56c0",
        "address: '0000:b3:00.0', model: '0x56C0'    | model     | 0x56C0",
        "address: '0000:b3:00.0', model: 22208       | model     | 22208",
        "address: '0000:b3:00.0', model: '0x56c0', memoryMiB: lots       | memoryMiB | lots",
        "address: '0000:b3:00.0', model: '0x56c0', memoryMiB: -1         | memoryMiB | -1",
        "address: '0000:b3:00.0', model: '0x56c0', memoryMiB: 1.5        | memoryMiB | 1.5",
        "address: '0000:b3:00.0', model: '0x56c0', memoryMiB: 9999999999 | memoryMiB | 9999999999",
        "address: '0000:b3:00.0', model: '0x56c0', memoryMiB: 16Gi       | memoryMiB | 16Gi",
        "address: '0000:b3:00.0', model: '0x56c0', maxVfs: 64            | maxVfs    | 64",
        "address: '0000:b3:00.0', model: '0x56c0', driver: amdgpu        | driver    | amdgpu",
        "address: '0000:b3:00.0', model: '0x56c0', memory: 5             | memory    | 5",
      })
  void aWrongValueIsNamedWithItsFieldAndARemedy(String gpu, String field, String value) {
    String yaml = "gpus:\n- {address: \"0000:03:00.0\", model: \"0x56c0\"}\n- {" + gpu + "}\n";

    assertThat(problems(yaml))
        .singleElement()
        .satisfies(
            problem -> {
              assertThat(problem.field()).isEqualTo("gpus[1]." + field);
              assertThat(problem.found()).contains(value);
              assertThat(problem.remedy()).isNotBlank();
            });
  }

  @Test
  void everyProblemIsSaidAtOnceAndEachNamesTheFile() {
    assertThatExceptionOfType(InvalidTopologyException.class)
        .isThrownBy(() -> read("nodes: 3\ngpus: [{model: x, maxVfs: -1, size: {a: b}}, ~]"))
        .satisfies(
            e -> {
              assertThat(e.problems())
                  .extracting(TopologyProblem::field)
                  .containsExactlyInAnyOrder(
                      "nodes",
                      "gpus[0].size",
                      "gpus[0].address",
                      "gpus[0].model",
                      "gpus[0].maxVfs",
                      "gpus[1]");
              assertThat(e.getMessage().lines())
                  .hasSize(6)
                  .allSatisfy(line -> assertThat(line).startsWith(FILE + ": "));
            });
  }

  @Test
  void twoGpusAtOneAddressAreRefused() {
    assertThat(
            problems(
                """
                gpus:
                - {address: "0000:b3:00.0", model: "0x56c0"}
                - {address: "00000000:b3:00.0", model: "0x56c1"}
                """))
        .singleElement()
        .satisfies(
            problem -> {
              assertThat(problem.field()).isEqualTo("gpus[1].address");
              assertThat(problem.found()).contains("like gpus[0].address");
            });
  }

  @Test
  void moreGpusThanTheKernelHasCardsForAreRefused() {
    String gpus =
        IntStream.range(0, 65)
            .mapToObj("- {address: \"0000:%02x:00.0\", model: \"0x56c0\"}"::formatted)
            .collect(Collectors.joining("\n"));

    assertThat(problems("gpus:\n" + gpus))
        .singleElement()
        .satisfies(problem -> assertThat(problem.found()).contains("65"));
  }

  @Test
  void anAddressThatYamlTakesForANumberIsExplained() {
    assertThat(problems("gpus: [{address: 0000:03:00.0, model: 0x56c0}]"))
        .singleElement()
        .satisfies(
            problem -> {
              assertThat(problem.field()).isEqualTo("gpus[0].address");
              assertThat(problem.found()).contains("0000:03:00.0", "line 1");
              assertThat(problem.remedy()).contains("quotes");
            });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "gpus: [",
        "gpus: 5",
        "gpus: {a: b}",
        "gpus: [x]",
        "- 1",
        "just text",
        "gpus: []\ngpus: []",
        "gpus: []\n---\ngpus: []",
        "gpus: [{address: [a]}]",
        "\0\1\2",
        "\ufffe\uffff",
        "gpus: &a [*a]"
      })
  void whatIsNoTopologyAtAllIsRefusedWithARemedy(String yaml) {
    assertThat(problems(yaml))
        .isNotEmpty()
        .allSatisfy(problem -> assertThat(problem.remedy()).isNotBlank());
  }
}
