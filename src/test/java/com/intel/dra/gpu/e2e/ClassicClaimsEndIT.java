package com.intel.dra.gpu.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Kubernetes 1.30 becomes 1.31, which cannot read classic claims, and an administrator has
 * forgotten to delete them: the pod that has one keeps its GPU, and everything can be put right by
 * the steps of docs/operate/cluster-upgrade.md. {@code ./test --upgrade} runs this.
 */
@Tag("upgrade")
@Tag("to-structured")
class ClassicClaimsEndIT {

  private static final String TO = System.getProperty("upgrade.to", "");

  @Test
  void aPodKeepsItsGpuAndTheClusterCanBePutRight() {
    try (UpgradedCluster before = UpgradedCluster.withNewNamespace()) {
      String from = before.client().getKubernetesVersion().getGitVersion();
      int card = before.podWithGpu("first");
      var restarts = before.restartsOfTheAgents();

      UpgradedCluster.upgradeControlPlane(TO, "");

      UpgradedCluster cluster = before.asServedNow();
      cluster.eventually(
          "the agent says that it waits for the pod",
          () ->
              assertThat(Shell.kubectl("get", "events", "-n", "default"))
                  .containsPattern("ClusterChanged .*ends when the 1 claims"));
      cluster.eventually(
          "the agent without claims has been started again",
          () ->
              assertThat(cluster.restartsOfTheAgents().get("node2"))
                  .isGreaterThan(restarts.get("node2")));
      assertThat(cluster.restartsOfTheAgents()).containsEntry("node1", restarts.get("node1"));
      cluster.assertUntouched("first", card);

      cluster.deletePodAndAwaitItsEnd("first");
      cluster.eventually(
          "the agent has been started again when the claim was released",
          () ->
              assertThat(cluster.restartsOfTheAgents().get("node1"))
                  .isGreaterThan(restarts.get("node1")));

      UpgradedCluster.upgradeControlPlane(from, ""); // which can read and delete the old objects
      deleteClassicObjects();
      before.awaitNoTrace();
      deleteClassicDriver();
      UpgradedCluster.upgradeControlPlane(TO, "");
      UpgradedCluster.applyManifests();
      UpgradedCluster.upgradeKubelets(TO);

      UpgradedCluster structured = before.asServedNow();
      structured.makeTemplate();
      structured.podWithGpu("second");
      structured.deletePodAndAwaitItsEnd("second");
      structured.awaitNoTrace();
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
    Shell.kubectl("-n", "default", "delete", "lease", "intel-gpu-controller", "--ignore-not-found");
  }
}
