package com.intel.dra.gpu.e2e;

import static com.intel.dra.gpu.e2e.TestObjects.ON_NODE1;
import static com.intel.dra.gpu.e2e.TestObjects.ofTemplate;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The driver leaves default in classic mode, from kubectl to Helm, while pods run. */
class NamespaceMoveIT {

  private static final String CLASS = "deploy/resource-class.yaml";
  private static final String POLICY = "deploy/components/node-restriction/policy.yaml";

  @RegisterExtension final RealCluster cluster = new RealCluster(Topology.TWO_VF_HOSTS_I915);

  @TempDir Path folder;

  private final Driver driver = new Driver(cluster);
  private boolean hadPolicy;

  @BeforeEach
  void noteThePolicy() {
    hadPolicy = !Shell.kubectl("get", "-f", POLICY, "--ignore-not-found", "-o", "name").isBlank();
  }

  @AfterEach
  void putTheDriverBack() {
    try {
      cluster.empty();
    } finally {
      move().remove("own-namespace");
      Shell.kubectl("apply", "-f", CLASS);
      if (hadPolicy) {
        Shell.kubectl("apply", "-f", POLICY);
      }
      driver.install();
    }
  }

  private NamespaceMove move() {
    return new NamespaceMove(cluster, Topology.TWO_VF_HOSTS_I915, folder);
  }

  @Test
  void podsKeepGpusAndVfsFromKubectlToHelmThroughAnUpgradeAndBack() throws IOException {
    NamespaceMove move = move();
    driver.uninstall();
    move.prepare();
    move.installByKubectl("target/kubernetes");
    cluster.parameters("gpu", "{count: 1, memory: 1000}");
    cluster.template("gpu", "gpu");
    cluster.parameters("vf", "{type: vf, count: 1, memory: 2048}");
    cluster.template("vf", "vf");
    pod("gpu", "gpu");
    pod("vf", "vf");
    pod("ending", "vf");
    move.awaitRunning("gpu", "vf", "ending");
    var before = move.awaitPrepared("default", 3);

    move.walk("1. Make the namespace", "2. Remove what kubectl installed");
    assertThat(cluster.podsOf(RealCluster.AGENT)).isEmpty();
    assertThat(cluster.podsOf(RealCluster.CONTROLLER)).isEmpty();
    move.delete("ending");
    pod("meanwhile", "vf");
    move.walk("3. Install with Helm", "4. Clean up");

    move.awaitRunning("meanwhile");
    move.assertMoved(before);
    cluster.eventually(
        "the record has what pods hold",
        () ->
            assertThat(move.gas(NamespaceMove.NAMESPACE))
                .hasEntrySatisfying(
                    "node1",
                    gas -> assertThat(gas.getSpec().resourceClaimAllocations()).hasSize(3)));
    move.assertStartsBesideTheOthers("after", pod -> pod(pod, "vf"));
    move.delete("meanwhile");

    move.upgradeAndRollBack(pod -> pod(pod, "vf"));
    move.end();
  }

  private void pod(String name, String template) {
    cluster.pod(name, ON_NODE1, Map.of("gpu", ofTemplate(template)));
  }
}
