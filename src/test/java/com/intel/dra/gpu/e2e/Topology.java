package com.intel.dra.gpu.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.api.GpuAllocationState;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.core.ThrowingRunnable;

/** The simulated GPUs of every node. */
enum Topology {

  /** e2e/topology.yaml: a Flex 170 and an Arc A770. */
  USUAL(List.of(RealCluster.FLEX_170, RealCluster.ARC_A770)) {
    @Override
    String yaml() {
      try {
        return Files.readString(Path.of("e2e/topology.yaml"));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  },

  NO_GPU(List.of()),

  /** As many GPUs as one claim can have, each a Flex 170. */
  EIGHT_GPUS(IntStream.range(0, 8).mapToObj(i -> "0000:1%d:00.0-0x56c0".formatted(i)).toList()),

  /** As many GPUs, each of which can have VFs, below two PCIe roots. */
  EIGHT_VF_HOSTS(
      IntStream.range(0, 8)
          .mapToObj(i -> "0000:%s%d:00.0-0x56c0".formatted(i < 4 ? "a" : "b", i))
          .toList()) {
    @Override
    String yaml() {
      return yaml("maxVfs: 16, driver: i915, pcieRoot: \"pci0000:a0\"")
          .replaceAll("(0000:b\\d:[^}]*)pci0000:a0", "$1pci0000:b0");
    }
  },

  /**
   * Two Flex 170 that can have VFs, under the out-of-tree i915, which shows a management engine of
   * the second one.
   */
  TWO_VF_HOSTS_I915(List.of("0000:b3:00.0-0x56c0", "0000:b4:00.0-0x56c0")) {
    @Override
    String yaml() {
      return yaml("maxVfs: 16, driver: i915, pcieRoot: \"pci0000:b0\"")
          .replaceAll("0000:b4[^}]*", "$0, managementEngine: true");
    }
  },

  /** The same under xe of Linux 7.0; at other addresses, so that a GAS shows the difference. */
  TWO_VF_HOSTS_XE(List.of("0000:c3:00.0-0x56c0", "0000:c4:00.0-0x56c0")) {
    @Override
    String yaml() {
      return yaml("maxVfs: 16, driver: xe, quotaFiles: sriov_admin");
    }
  },

  /** The same under an older xe, which gives all VFs of a GPU the same memory. */
  TWO_VF_HOSTS_OLD_XE(List.of("0000:e3:00.0-0x56c0", "0000:e4:00.0-0x56c0")) {
    @Override
    String yaml() {
      return yaml("maxVfs: 16, driver: xe, quotaFiles: none");
    }
  },

  /**
   * Under xe of Linux 7.0, which states the GPUs' memory in the control groups and nowhere else.
   */
  XE_MEMORY_IN_THE_CONTROL_GROUPS(List.of("0000:f3:00.0-0x56c0", "0000:f4:00.0-0x56c0")) {
    @Override
    String yaml() {
      return yaml("maxVfs: 16, driver: xe, memoryFile: dmem_capacity");
    }
  },

  /** The GPU of a processor, and a Flex 170 that can have VFs. */
  INTEGRATED_AND_VF_HOST(List.of("0000:00:02.0-0xa7a0", RealCluster.FLEX_170)) {
    @Override
    String yaml() {
      return """
      gpus:
        - {address: "0000:00:02.0", model: "0xa7a0", driver: i915, numaNode: 0}
        - {address: "0000:b3:00.0", model: "0x56c0", memoryMiB: 14248, maxVfs: 16, driver: i915, numaNode: 1}
      """;
    }
  },

  /** For the soak: VFs under both interfaces, and a GPU without VFs. */
  SOAK(List.of("0000:b3:00.0-0x56c0", "0000:b4:00.0-0x56c0", "0000:b5:00.0-0x56a0")) {
    @Override
    String yaml() {
      return """
      gpus:
        - {address: "0000:b3:00.0", model: "0x56c0", memoryMiB: 14248, maxVfs: 16, driver: i915}
        - {address: "0000:b4:00.0", model: "0x56c0", memoryMiB: 14248, maxVfs: 16, driver: xe, quotaFiles: sriov_admin}
        - {address: "0000:b5:00.0", model: "0x56a0", memoryMiB: 14248, driver: i915}
      """;
    }
  },

  /** A GPU whose kernel refuses to make VFs. */
  VF_HOST_THAT_REFUSES(List.of("0000:d3:00.0-0x56c0")) {
    @Override
    String yaml() {
      return yaml("maxVfs: 16, driver: i915, " + REFUSES);
    }
  };

  private static final String REFUSES =
      "faults: [{fault: refuse, file: sriov_numvfs, value: \"5\", errno: EIO}]";

  private static final String BROKEN = "faults: [{fault: survivability, type: boot}]";

  private static final String CONFIG_MAP = "intel-gpu-simulator-topology";
  private static final Duration NUDGE_AGAIN = Duration.ofSeconds(5);

  private final List<String> uids;

  Topology(List<String> uids) {
    this.uids = uids;
  }

  /** Returns the UIDs of a node's GPUs, in the order of their cards: card0 is the first. */
  List<String> uids() {
    return uids;
  }

  String yaml() {
    return yaml("driver: i915");
  }

  /**
   * @param more fields of every GPU
   */
  final String yaml(String more) {
    return uids.stream()
        .map(
            uid -> {
              int end = uid.lastIndexOf('-');
              return "{address: \"%s\", model: \"%s\", memoryMiB: %d, %s}"
                  .formatted(
                      uid.substring(0, end),
                      uid.substring(end + 1),
                      RealCluster.FLEX_170_MIB,
                      more);
            })
        .collect(Collectors.joining(", ", "gpus: [", "]\n"));
  }

  /** Sets these GPUs on every node, unless they are set, and waits until every GAS shows them. */
  void showOn(RealCluster cluster) {
    if (isShownOn(cluster)) {
      return;
    }
    change(cluster, yaml(), () -> assertThat(isShownOn(cluster)).isTrue());
  }

  /** Removes the GPUs' faults, which would otherwise stay, and waits until that shows. */
  void cureOn(RealCluster cluster, ThrowingRunnable shows) {
    change(cluster, yaml().replace(", " + REFUSES, ""), shows);
  }

  /**
   * Sets the first GPU of every node to need a flash of its firmware, and waits until that shows.
   */
  void breakFirstOn(RealCluster cluster, ThrowingRunnable shows) {
    change(
        cluster,
        yaml().replaceFirst("driver: i915([,}])", "driver: i915, " + BROKEN + "$1"),
        shows);
  }

  /**
   * Makes the kernel of every node refuse that many of a hundred writes that make or remove VFs,
   * from some time within the next minute.
   */
  void refuseSomeWritesOn(RealCluster cluster, int percent) {
    String faults =
        Stream.of("sriov_numvfs", "lmem_quota", "vram_quota")
            .map(
                file ->
                    "{fault: refuse, file: %s, percent: %d, errno: EIO}".formatted(file, percent))
            .collect(Collectors.joining(", ", ", faults: [", "]"));
    change(cluster, yaml().replaceAll("maxVfs: [^}]*", "$0" + faults), () -> {});
  }

  /** Sets the GPUs of every node as they should be, and waits until that shows. */
  void repairOn(RealCluster cluster, ThrowingRunnable shows) {
    change(cluster, yaml(), shows);
  }

  private void change(RealCluster cluster, String yaml, ThrowingRunnable shows) {
    cluster
        .client()
        .configMaps()
        .inNamespace(RealCluster.DRIVER_NAMESPACE)
        .withName(CONFIG_MAP)
        .edit(map -> new ConfigMapBuilder(map).withData(Map.of("topology.yaml", yaml)).build());
    var nudge = new Nudge(cluster);
    cluster.eventually(
        "the nodes show " + this,
        () -> {
          nudge.now();
          shows.run();
        });
  }

  private boolean isShownOn(RealCluster cluster) {
    return RealCluster.NODES.stream()
        .map(cluster::findGas)
        .allMatch(
            gas ->
                gas.isPresent()
                    && GpuAllocationState.READY.equals(gas.get().getStatus())
                    && List.copyOf(gas.get().getSpec().allocatable().keySet()).equals(uids));
  }

  /**
   * Changes a pod, because the kubelet reads mounted ConfigMaps once a minute and whenever the pod
   * changes.
   */
  private static final class Nudge {
    private final RealCluster cluster;
    private Instant last = Instant.MIN;

    Nudge(RealCluster cluster) {
      this.cluster = cluster;
    }

    void now() {
      Instant now = Instant.now();
      if (last.isAfter(now.minus(NUDGE_AGAIN))) {
        return;
      }
      last = now;
      for (String node : RealCluster.NODES) {
        cluster
            .client()
            .resource(cluster.agentOn(node))
            .patch("{\"metadata\":{\"annotations\":{\"e2e/nudged-at\":\"%s\"}}}".formatted(now));
      }
    }
  }
}
