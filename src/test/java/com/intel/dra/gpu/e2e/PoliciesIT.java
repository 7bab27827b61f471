package com.intel.dra.gpu.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Which GPUs three small claims get under each policy of the controller. */
class PoliciesIT {

  private static final String FLEX = " " + RealCluster.FLEX_170;
  private static final String ARC = " " + RealCluster.ARC_A770;

  @RegisterExtension final RealCluster cluster = new RealCluster();

  private final Driver driver = new Driver(cluster);

  @AfterEach
  void restoreTheDefault() {
    driver.setPolicy("");
  }

  /** The GPU with the least memory is the Arc: 14000 MiB instead of 14248. */
  @Test
  void packedFillsTheGpuWithTheLeastRoom() {
    driver.setPolicy("packed");

    assertThat(placedOneByOne()).containsExactly("node1" + ARC, "node1" + ARC, "node1" + ARC);
  }

  @Test
  void firstTakesTheFirstThatFits() {
    driver.setPolicy("first");

    assertThat(placedOneByOne()).containsExactly("node1" + FLEX, "node1" + FLEX, "node1" + FLEX);
  }

  @Test
  void balancedTakesTheGpuWithTheMostRoom() {
    driver.setPolicy("balanced");

    assertThat(placedOneByOne()).containsExactly("node1" + FLEX, "node2" + FLEX, "node1" + ARC);
  }

  private List<String> placedOneByOne() {
    cluster.parameters("p", "{count: 1, memory: 1000}");
    var devices = new ArrayList<String>();
    for (String claim : List.of("first", "second", "third")) {
      cluster.claim(claim, "p", "Immediate");
      cluster.awaitAllocated(claim);
      devices.addAll(cluster.devicesOf(cluster.getClaim(claim)));
    }
    return devices;
  }
}
