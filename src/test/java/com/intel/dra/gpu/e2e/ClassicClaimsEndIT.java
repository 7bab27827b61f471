package com.intel.dra.gpu.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
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

  /** An agent that cannot start is started again after a pause that grows to 5 minutes. */
  private static final Duration AGENTS_COME_BACK = Duration.ofMinutes(7);

  private final Daemons daemons = new Daemons();

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

      // 1.31 drops the names of a classic pod's claims, so that no kubelet can end the pod
      Shell.kubectl("delete", "pod", "first", "-n", before.namespace(), "--force");
      UpgradedCluster.upgradeControlPlane(from, ""); // which can read and delete the old objects
      deleteClassicObjects();
      daemons.cutPower("node1");
      daemons.boot("node1");
      before.eventually(
          "no GAS has a trace of a claim",
          AGENTS_COME_BACK,
          () -> assertThat(before.claimUidsInAnyGas()).isEmpty());
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
