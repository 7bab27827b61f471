package com.intel.dra.gpu.e2e;

import static com.intel.dra.gpu.e2e.TestObjects.ofTemplate;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A kernel that refuses to make VFs. */
class VfFaultIT {

  private static final Topology TOPOLOGY = Topology.VF_HOST_THAT_REFUSES;

  @RegisterExtension final RealCluster cluster = new RealCluster(TOPOLOGY);

  @Test
  void thePodIsToldWhichWriteFailedAndStartsWhenTheKernelIsWell() {
    cluster.parameters("vf", "{type: vf, count: 1, memory: 2048}");
    cluster.template("vf", "vf");
    cluster.pod("p", "", Map.of("vf", ofTemplate("vf")));

    cluster.eventually(
        "the pod is told",
        () ->
            assertThat(cluster.events(cluster.getPod("p")))
                .anySatisfy(
                    event ->
                        assertThat(event.getMessage())
                            .contains("could not be made", "sriov_numvfs", "input/output error")));
    assertThat(cluster.phase("p")).isEqualTo("Pending");
    String node = cluster.getPod("p").getSpec().getNodeName();
    String folder = VfScenarios.pciFolder(TOPOLOGY.uids().getFirst());
    assertThat(Shell.onNode(node, "cat", folder + "/sriov_numvfs").strip()).isEqualTo("0");

    assertThat(cluster.gas(node).getSpec().allocatable())
        .as("no others are planned there meanwhile")
        .hasEntrySatisfying(TOPOLOGY.uids().getFirst(), gpu -> assertThat(gpu.maxVfs()).isZero());

    TOPOLOGY.cureOn(cluster, () -> assertThat(cluster.phase("p")).isEqualTo("Running"));
  }
}
