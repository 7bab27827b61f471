package com.intel.dra.gpu.simulator.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.tuple;

import com.intel.dra.gpu.device.PciAddress;
import com.intel.dra.gpu.device.PciDeviceId;
import com.intel.dra.gpu.simulator.fuse.Errno;
import com.intel.dra.gpu.sysfs.files.KernelDriver;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
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
  void numaNodeAndPcieRootAreReadAndOtherwiseNoneAndOneOfItsOwn() throws Exception {
    assertThat(
            read("""
            gpus:
            - {address: "0000:b3:00.0", model: "0x56c0", numaNode: 1, pcieRoot: "pci0000:b0"}
            - {address: "0000:b4:00.0", model: "0x56c0"}
            """)
                .gpus())
        .extracting(SimulatedGpu::numaNode, SimulatedGpu::pcieRoot)
        .containsExactly(
            tuple(OptionalInt.of(1), "pci0000:b0"), tuple(OptionalInt.empty(), "pci0000:b4"));
  }

  @ParameterizedTest
  @CsvSource({
    "numaNode: -1, numaNode is",
    "numaNode: 1024, from 0 to 1023",
    "pcieRoot: b0, such as",
    "pcieRoot: ../pci0000:b0, pcieRoot is"
  })
  void placesThatNoMachineHasAreRefused(String field, String problem) {
    assertThat(problems("gpus: [{address: \"0000:b3:00.0\", model: \"0x56c0\", " + field + "}]"))
        .singleElement()
        .asString()
        .contains(problem);
  }

  @Test
  void aManagementEngineIsReadAndOtherwiseThereIsNone() throws Exception {
    assertThat(
            read("""
            gpus:
            - {address: "0000:b3:00.0", model: "0x56c0", managementEngine: true}
            - {address: "0000:b4:00.0", model: "0x56c0", managementEngine: false}
            - {address: "0000:b5:00.0", model: "0x56c0"}
            """)
                .gpus())
        .extracting(SimulatedGpu::managementEngine)
        .containsExactly(true, false, false);
    assertThat(
            problems("gpus: [{address: \"0000:b3:00.0\", model: \"0x56c0\", managementEngine: 1}]"))
        .singleElement()
        .asString()
        .contains("managementEngine", "write true or false");
  }

  @Test
  void aGpuNeedsOnlyAnAddressAndAModel() throws Exception {
    assertThat(read("gpus: [{address: \"0000:00:02.0\", model: \"0x4680\"}]").gpus())
        .containsExactly(
            new SimulatedGpu(
                new PciAddress(0, 0, 2, 0), new PciDeviceId("0x4680"), 0, 0, KernelDriver.I915));
  }

  @Test
  void memoryFileIsReadAndOtherwiseTheOneOfTheCard() throws Exception {
    assertThat(
            read("""
                gpus:
                - {address: "0000:b3:00.0", model: "0xe211", driver: xe, memoryFile: dmem_capacity}
                - {address: "0000:b4:00.0", model: "0xe211", driver: xe, memoryFile: none}
                - {address: "0000:b5:00.0", model: "0xe211", driver: xe}
                - {address: "0000:b6:00.0", model: "0x56c0", memoryFile: lmem_total_bytes}
                """)
                .gpus())
        .extracting(SimulatedGpu::memoryFile)
        .containsExactly(
            MemoryFile.DMEM_CAPACITY,
            MemoryFile.NONE,
            MemoryFile.LMEM_TOTAL_BYTES,
            MemoryFile.LMEM_TOTAL_BYTES);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "xe   | mem_info      | for the driver xe write lmem_total_bytes, or dmem_capacity, or none",
        "i915 | dmem_capacity | for the driver i915 write lmem_total_bytes, or none"
      })
  void aMemoryFileThatADriverHasNotIsRefused(String driver, String memoryFile, String remedy) {
    assertThat(
            problems(
                "gpus: [{address: \"0000:b3:00.0\", model: \"0xe211\", driver: %s, memoryFile: %s}]"
                    .formatted(driver, memoryFile)))
        .singleElement()
        .hasToString("gpus[0].memoryFile is \"" + memoryFile + "\": " + remedy);
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
              assertThat(problem.found()).contains("the same as gpus[0].address");
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

  private static String withFaults(String faults) {
    return "gpus: [{address: \"0000:b3:00.0\", model: \"0x56c0\", maxVfs: 4, faults: [%s]}]"
        .formatted(faults);
  }

  @Test
  void theKernelsInterfaceAndItsFaultsAreRead() throws Exception {
    Topology topology =
        read(
            """
            gpus:
            - address: "0000:b3:00.0"
              model: "0x0bd5"
              maxVfs: 62
              tiles: 2
              faults:
              - {fault: refuse, file: sriov_numvfs, errno: EBUSY}
              - {fault: refuse, file: vf3/gt0/lmem_quota, value: 0, errno: ENOSPC, times: 2}
              - {fault: ignore, file: lmem_quota, times: 1}
              - {fault: slow, file: sriov_numvfs, value: "0", delayMs: 3000}
              - {fault: missing-vf, vf: 62}
              - {fault: vf-without-drm, vf: 1}
              - {fault: late-drm, delayMs: 500}
              - {fault: staying-vfs}
              - {fault: refuse, file: lmem_quota, percent: 20, errno: EIO, times: 9}
            - {address: "0000:b4:00.0", model: "0xe211", driver: xe}
            - {address: "0000:b5:00.0", model: "0xe211", driver: xe, quotaFiles: none}
            - {address: "0000:00:02.0", model: "0x46d1", maxVfs: 7, driver: i915, quotaFiles: none}
            - {address: "0000:b6:00.0", model: "0xe211", driver: xe,
               quotaFiles: sriov_admin_without_vram_quota, faults: []}
            """);

    assertThat(topology.gpus())
        .extracting(SimulatedGpu::quotaFiles, SimulatedGpu::tiles)
        .containsExactly(
            tuple(QuotaFiles.PRELIM_IOV, 2),
            tuple(QuotaFiles.SRIOV_ADMIN, 1),
            tuple(QuotaFiles.NONE, 1),
            tuple(QuotaFiles.NONE, 1),
            tuple(QuotaFiles.SRIOV_ADMIN_WITHOUT_VRAM_QUOTA, 1));
    assertThat(topology.faults())
        .isEqualTo(
            Map.of(
                new PciAddress(0, 0xb3, 0, 0),
                List.of(
                    new Fault.Refuse(
                        new FaultyWrites("sriov_numvfs", Optional.empty(), FaultyWrites.ALL),
                        Errno.EBUSY),
                    new Fault.Refuse(
                        new FaultyWrites("vf3/gt0/lmem_quota", Optional.of("0"), 2), Errno.ENOSPC),
                    new Fault.Ignore(new FaultyWrites("lmem_quota", Optional.empty(), 1)),
                    new Fault.Slow(
                        new FaultyWrites("sriov_numvfs", Optional.of("0"), FaultyWrites.ALL),
                        Duration.ofSeconds(3)),
                    new Fault.MissingVf(62),
                    new Fault.VfWithoutDrm(1),
                    new Fault.LateDrm(Duration.ofMillis(500)),
                    new Fault.StayingVfs(),
                    new Fault.Refuse(
                        new FaultyWrites("lmem_quota", Optional.empty(), 20, 9), Errno.EIO))));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "i915 | sriov_admin | the driver i915 has prelim_iov, or none",
        "xe | prelim_iov | the driver xe has sriov_admin, or sriov_admin_without_vram_quota, or"
            + " none",
        "xe | nonsense | the driver xe has sriov_admin, or sriov_admin_without_vram_quota, or none"
      })
  void quotaFilesThatADriverHasNotAreRefused(String driver, String files, String remedy) {
    assertThat(
            problems(
                "gpus: [{address: \"0000:b3:00.0\", model: \"0x56c0\", driver: %s, quotaFiles: %s}]"
                    .formatted(driver, files)))
        .singleElement()
        .hasToString("gpus[0].quotaFiles is \"" + files + "\": " + remedy);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "5", "-1", "two"})
  void tilesAreFromOneToFour(String tiles) {
    assertThat(
            problems(
                "gpus: [{address: \"0000:b3:00.0\", model: \"0x56c0\", tiles: %s}]"
                    .formatted(tiles)))
        .singleElement()
        .hasToString("gpus[0].tiles is \"" + tiles + "\": write the number of tiles, from 1 to 4");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{fault: explode} | fault is \"explode\": write one of refuse, ignore",
        "{vf: 1} | fault is missing: write one of refuse",
        "{fault: refuse, errno: EIO} | file is missing: write how the file's path ends",
        "{fault: refuse, file: /abs, errno: EIO} | file is \"/abs\"",
        "{fault: refuse, file: f} | errno is missing: write one of EPERM",
        "{fault: refuse, file: f, errno: eio} | errno is \"eio\"",
        "{fault: refuse, file: f, errno: EIO, percent: 101} | percent is \"101\": write the"
            + " percentage",
        "{fault: refuse, file: f, errno: EIO, times: 0} | times is \"0\": write how many writes",
        "{fault: slow, file: f} | delayMs is missing: write milliseconds, from 1 to 600000",
        "{fault: late-drm, delayMs: 600001} | delayMs is \"600001\"",
        "{fault: missing-vf, vf: 5} | vf is \"5\": write the number of a VF, from 1 to maxVfs,"
            + " which is 4",
        "{fault: vf-without-drm} | vf is missing",
        "{fault: survivability} | type is missing: write boot or runtime",
        "{fault: survivability, type: Boot} | type is \"Boot\": write boot or runtime",
        "{fault: staying-vfs, vf: 1} | vf is not a field of the fault staying-vfs: remove it",
        "{fault: ignore, file: f, errno: EIO} | errno is not a field of the fault ignore: remove it"
            + " or use file, percent, times, value",
        "{fault: staying-vfs, color: red} | color is \"red\" but there is no such field"
      })
  void aFaultThatCannotBeUsedIsNamedWithItsPlace(String fault, String problem) {
    assertThat(problems(withFaults("{fault: staying-vfs}, " + fault)))
        .singleElement()
        .satisfies(
            found -> assertThat(found.toString()).startsWith("gpus[0].faults[1]." + problem));
  }
}
