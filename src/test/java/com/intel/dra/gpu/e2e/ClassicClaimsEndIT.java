package com.intel.dra.gpu.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.controller.leader.ElectionTimes;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Kubernetes 1.30 becomes 1.31, which cannot read classic claims: the steps of
 * docs/operate/cluster-upgrade.md lead from a pod with a classic claim to one with a structured
 * claim. {@code ./test --upgrade} runs this.
 */
@Tag("upgrade")
@Tag("to-structured")
class ClassicClaimsEndIT {

  private static final String TO = System.getProperty("upgrade.to", "");

  @Test
  void theStepsOfThePageLeadToAStructuredClaim() {
    try (UpgradedCluster before = UpgradedCluster.withNewNamespace()) {
      before.podWithGpu("classic");
      before.deletePodAndAwaitItsEnd("classic");
      deleteClassicObjects();
      before.awaitNoTrace();
      deleteClassicDriver();

      UpgradedCluster.upgradeControlPlane(TO, "");
      forgetRecordsOfKubelets();
      UpgradedCluster.upgradeKubelets(TO);
      UpgradedCluster.applyManifests();

      UpgradedCluster cluster = before.asServedNow();
      cluster.makeTemplate();
      cluster.podWithGpu("structured");
      cluster.deletePodAndAwaitItsEnd("structured");
      cluster.awaitNoTrace();
      assertThat(cluster.spelling().isStructured()).isTrue();
    }
  }

  /** A kubelet of 1.31 does not start with the record of one of 1.30, even if it has no claim. */
  private static void forgetRecordsOfKubelets() {
    for (String node : RealCluster.NODES) {
      Shell.onNode(node, "rm", "/var/lib/kubelet/dra_manager_state");
    }
  }

  private static void deleteClassicObjects() {
    Shell.kubectl("delete", "resourceclaims,resourceclaimtemplates", "-A", "--all");
    Shell.kubectl("delete", "podschedulingcontexts", "-A", "--all");
    Shell.kubectl("delete", "resourceclasses", "--all");
  }

  private static void deleteClassicDriver() {
    Shell.kubectl("delete", "-k", "deploy/overlays/simulator");
    Shell.kubectl(
        "delete", "-f", "deploy/components/node-restriction/policy.yaml", "--ignore-not-found");
    Shell.kubectl("-n", "default", "delete", "lease", ElectionTimes.LEASE, "--ignore-not-found");
  }
}
