package com.intel.dra.gpu.e2e;

import static com.intel.dra.gpu.e2e.StructuredCluster.ON_NODE1;
import static com.intel.dra.gpu.e2e.StructuredCluster.one;
import static com.intel.dra.gpu.e2e.StructuredCluster.template;
import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.api.AllocatableDevice;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** GPUs whose kernel gives all VFs the same memory: every VF that is offered can be made. */
@Tag("structured")
class StructuredEqualSharesIT {

  @RegisterExtension
  final StructuredCluster cluster = new StructuredCluster(Topology.TWO_VF_HOSTS_OLD_XE);

  @Test
  void asManyVfsAreOfferedAsGetTheirMemoryAndAllCanBeUsed() {
    assertThat(cluster.gas("node1").getSpec().allocatable().values())
        .allMatch(AllocatableDevice::equalShares);
    // of the 14248 MiB, 13 GiB can be divided: with four VFs each would get 2048 MiB, but 3384 are
    // promised
    assertThat(cluster.deviceNames("node1"))
        .filteredOn(name -> name.contains("-vf"))
        .hasSize(2 * 3);
    cluster.structuredTemplate(
        "vf",
        one(
            "gpu-vf.intel.com",
            "selectors: [{cel: {expression:"
                + " 'device.capacity[\"gpu.intel.com\"].memory.compareTo(quantity(\"3384Mi\")) >="
                + " 0'}}]"));
    String[] pods = IntStream.range(0, 6).mapToObj(i -> "pod-" + i).toArray(String[]::new);
    for (String pod : pods) {
      cluster.structuredPod(pod, ON_NODE1, Map.of("vf", template("vf")));
    }

    cluster.awaitRunning(pods);

    cluster.structuredPod("one-more", ON_NODE1, Map.of("vf", template("vf")));
    cluster.awaitUnschedulable("one-more");
  }
}
