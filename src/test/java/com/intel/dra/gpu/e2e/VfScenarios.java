package com.intel.dra.gpu.e2e;

import static com.intel.dra.gpu.e2e.TestObjects.ofClaim;
import static com.intel.dra.gpu.e2e.TestObjects.ofTemplate;
import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.api.AllocatableDevice;
import com.intel.dra.gpu.api.GpuAllocationState;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * The driver makes VFs on an unused GPU when claims need them, and removes them when no claim needs
 * them. Each node has two Flex 170, of 14248 MiB with ECC and up to 16 VFs.
 */
abstract class VfScenarios {

  /**
   * The memory per VF of the smallest fitting profile of a Flex 170 with ECC: 5 VFs of 2708 MiB.
   */
  private static final int MIB_OF_2048 = 2708;

  @RegisterExtension final RealCluster cluster;
  private final List<String> gpus;

  VfScenarios(Topology topology) {
    cluster = new RealCluster(topology);
    gpus = topology.uids();
  }

  /** Deletes the test's pods and claims first, because the extension does that only later. */
  @AfterEach
  void allVfsAreGoneAndTheGpusAreWhole() {
    cluster.empty();
    for (String node : RealCluster.NODES) {
      awaitPlainGpus(node);
    }
  }

  private void awaitPlainGpus(String node) {
    cluster.eventually(
        node + " offers its GPUs as a whole, without VFs",
        () -> {
          assertThat(cluster.gas(node).getSpec().allocatable().keySet())
              .containsExactlyElementsOf(gpus);
          for (String gpu : gpus) {
            assertThat(numVfs(node, gpu)).isZero();
          }
        });
  }

  /** Returns the number of VFs that the kernel of that node shows. */
  private static int numVfs(String node, String gpu) {
    return Integer.parseInt(Shell.onNode(node, "cat", pciFolder(gpu) + "/sriov_numvfs").strip());
  }

  /** Runs a command as an administrator of that node. */
  static void inPciFolder(String node, String gpu, String command) {
    Shell.onNode(node, "sh", "-c", "cd %s && %s".formatted(pciFolder(gpu), command));
  }

  static String pciFolder(String gpu) {
    return "/run/intel-gpu-simulator/sysfs/bus/pci/devices/"
        + gpu.substring(0, gpu.indexOf('-', 5));
  }

  private void vfTemplate(String name, int count, int memoryMiB) {
    cluster.parameters(name, "{type: vf, count: %d, memory: %d}".formatted(count, memoryMiB));
    cluster.template(name, name);
  }

  private String nodeOf(String pod) {
    return cluster.getPod(pod).getSpec().getNodeName();
  }

  private Map<String, AllocatableDevice> vfsOn(String node) {
    var vfs = new TreeMap<>(cluster.gas(node).getSpec().allocatable());
    vfs.values().removeIf(device -> !device.type().equals("vf"));
    return vfs;
  }

  /** Returns the UIDs of the devices that the claim of that pod holds. */
  private List<String> devices(String pod, String podClaimName) {
    return cluster.devicesOf(cluster.claimOf(cluster.getPod(pod), podClaimName)).stream()
        .map(nodeAndUid -> nodeAndUid.substring(nodeAndUid.indexOf(' ') + 1))
        .toList();
  }

  private static String parent(String vf) {
    return vf.substring(0, vf.lastIndexOf("-vf"));
  }

  private void awaitCards(String pod, int count) {
    cluster.eventually(
        pod + " sees so many cards",
        () -> {
          List<String> words = List.of(cluster.log(pod, "main").split("\\s+"));
          assertThat(words.stream().filter(word -> word.startsWith("card"))).hasSize(count);
          assertThat(words.stream().filter(word -> word.startsWith("renderD"))).hasSize(count);
        });
  }

  @Test
  @Tag("core")
  void aPodGetsAVfThatIsMadeForItAndRemovedAfterIt() {
    vfTemplate("vf", 1, 2048);
    cluster.pod("p", "", Map.of("vf", ofTemplate("vf")));
    cluster.awaitRunning("p");
    awaitCards("p", 1);

    String vf = devices("p", "vf").getFirst();
    String node = nodeOf("p");
    cluster.eventually(
        "the VF and its siblings are in the GAS",
        () -> {
          assertThat(vfsOn(node)).hasSize(5).containsKey(vf);
          assertThat(vfsOn(node).values())
              .allSatisfy(
                  device -> {
                    assertThat(device.parentUid()).isEqualTo(parent(vf));
                    assertThat(device.memory()).isEqualTo(MIB_OF_2048);
                    assertThat(device.maxVfs()).isZero();
                  });
        });
    assertThat(numVfs(node, parent(vf))).isEqualTo(5);
    assertThat(cluster.log("p", "main")).doesNotContain("card0").doesNotContain("card1");

    cluster.deletePod("p");
    awaitPlainGpus(node);
  }

  @Test
  void eightVfsInOneClaim() {
    vfTemplate("eight", 8, 1500);
    cluster.pod("p", "", Map.of("vfs", ofTemplate("eight")));
    cluster.awaitRunning("p");

    awaitCards("p", 8);
    assertThat(devices("p", "vfs")).hasSize(8).doesNotHaveDuplicates();
  }

  @Test
  void twoClaimsOfDifferentSizeInOnePod() {
    vfTemplate("small", 1, 2048);
    vfTemplate("large", 1, 4096);
    cluster.pod("p", "", new TreeMap<>(Map.of("a", ofTemplate("small"), "b", ofTemplate("large"))));
    cluster.awaitRunning("p");

    awaitCards("p", 2);
    GpuAllocationState gas = cluster.gas(nodeOf("p"));
    assertThat(memory(gas, devices("p", "a").getFirst())).isGreaterThanOrEqualTo(2048);
    assertThat(memory(gas, devices("p", "b").getFirst())).isGreaterThanOrEqualTo(4096);
  }

  private static int memory(GpuAllocationState gas, String uid) {
    AllocatableDevice device = gas.getSpec().allocatable().get(uid);
    return device == null ? -1 : device.memory();
  }

  @Test
  void aVfAndAGpuInOnePodAreOfDifferentGpus() {
    vfTemplate("vf", 1, 2048);
    cluster.parameters("gpu", "{count: 1, memory: 1000}");
    cluster.template("gpu", "gpu");
    cluster.pod("p", "", new TreeMap<>(Map.of("vf", ofTemplate("vf"), "gpu", ofTemplate("gpu"))));
    cluster.awaitRunning("p");

    awaitCards("p", 2);
    assertThat(parent(devices("p", "vf").getFirst())).isNotEqualTo(devices("p", "gpu").getFirst());
  }

  @Test
  void twoPodsShareTheVfOfOneClaimAndTheLastOneEndsIt() {
    cluster.parameters("vf", "{type: vf, count: 1, memory: 2048}");
    cluster.claim("shared", "vf", "WaitForFirstConsumer");
    cluster.pod("one", "", Map.of("vf", ofClaim("shared")));
    cluster.pod("two", "", Map.of("vf", ofClaim("shared")));
    cluster.awaitRunning("one", "two");
    String node = nodeOf("one");
    assertThat(nodeOf("two")).isEqualTo(node);
    String vf = cluster.devicesOf(cluster.getClaim("shared")).getFirst();

    cluster.deletePod("one");
    cluster.eventually(
        "one is gone", () -> assertThat(cluster.reservedFor("shared")).containsExactly("two"));
    assertThat(cluster.phase("two")).isEqualTo("Running");
    assertThat(cluster.devicesOf(cluster.getClaim("shared"))).containsExactly(vf);
    assertThat(numVfs(node, parent(vf.substring(vf.indexOf(' ') + 1)))).isEqualTo(5);

    cluster.deletePod("two");
    awaitPlainGpus(node);
  }

  @Test
  void podsThatRaceForOneParentAreMadeTogether() {
    vfTemplate("vf", 1, 2048);
    String[] pods = IntStream.range(0, 5).mapToObj(i -> "racer-" + i).toArray(String[]::new);
    for (String pod : pods) {
      cluster.pod(
          pod, "nodeSelector: {kubernetes.io/hostname: node1}", Map.of("vf", ofTemplate("vf")));
    }
    cluster.awaitRunning(pods);

    assertThat(List.of(pods).stream().map(pod -> devices(pod, "vf").getFirst()))
        .hasSize(5)
        .doesNotHaveDuplicates();
    List<String> hosts =
        List.of(pods).stream()
            .map(pod -> parent(devices(pod, "vf").getFirst()))
            .distinct()
            .toList();
    for (String host : hosts) {
      assertThat(numVfs("node1", host)).isEqualTo(5);
    }
  }

  @Test
  void aGpuClaimWaitsUntilTheVfHostsAreWholeAgain() {
    vfTemplate("both", 5, 2048);
    String onNode1 = "nodeSelector: {kubernetes.io/hostname: node1}";
    cluster.pod("vfs-1", onNode1, Map.of("vfs", ofTemplate("both")));
    cluster.pod("vfs-2", onNode1, Map.of("vfs", ofTemplate("both")));
    cluster.awaitRunning("vfs-1", "vfs-2");

    cluster.parameters("gpu", "{count: 1, memory: 1000}");
    cluster.template("gpu", "gpu");
    cluster.pod("gpu", onNode1, Map.of("gpu", ofTemplate("gpu")));
    assertThat(cluster.awaitWarning(cluster.getPod("gpu"), "NoSuitableNode")).contains("node1");

    cluster.deletePod("vfs-1");
    cluster.awaitRunning("gpu");
    assertThat(parent(devices("vfs-2", "vfs").getFirst()))
        .isNotEqualTo(devices("gpu", "gpu").getFirst());
  }

  @Test
  void siblingsKeepTheirVfsInWhateverOrderPodsEnd() {
    vfTemplate("vf", 1, 2048);
    String onNode1 = "nodeSelector: {kubernetes.io/hostname: node1}";
    String[] pods = {"first", "second", "third"};
    for (String pod : pods) {
      cluster.pod(pod, onNode1, Map.of("vf", ofTemplate("vf")));
      cluster.awaitRunning(pod);
    }
    String host = parent(devices("first", "vf").getFirst());
    String third = devices("third", "vf").getFirst();
    assertThat(parent(third)).isEqualTo(host); // existing VFs come before new ones

    cluster.deletePod("second");
    cluster.deletePod("first");
    cluster.eventually("two claims are gone", () -> assertThat(cluster.claims()).hasSize(1));
    assertThat(numVfs("node1", host)).isEqualTo(5);
    assertThat(devices("third", "vf")).containsExactly(third);

    cluster.pod("fourth", onNode1, Map.of("vf", ofTemplate("vf")));
    cluster.awaitRunning("fourth");
    assertThat(parent(devices("fourth", "vf").getFirst())).isEqualTo(host);
    assertThat(devices("fourth", "vf").getFirst()).isNotEqualTo(third);
  }
}
