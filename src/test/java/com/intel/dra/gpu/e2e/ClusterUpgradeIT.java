package com.intel.dra.gpu.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The cluster is upgraded while pods with GPUs run: first the control plane, to the version of the
 * system property {@code upgrade.to}, then the manifests, then the kubelets, which are older in
 * between. No pod has a claim while its kubelet is upgraded: a kubelet of 1.30 does not start with
 * the record of claims that one of 1.28 wrote. The steps are those of
 * docs/operate/cluster-upgrade.md. {@code ./test --upgrade} runs this.
 */
@Tag("upgrade")
class ClusterUpgradeIT {

  private static final String TO = System.getProperty("upgrade.to", "");

  @Test
  void podsKeepTheirGpusAndNewPodsGetTheirsAfterEachStep() {
    try (UpgradedCluster before = UpgradedCluster.withNewNamespace()) {
      int from = minor(before.client().getKubernetesVersion().getGitVersion());
      Set<Integer> first = before.podWithGpu("first");
      var restarts = before.restartsOfTheAgents();

      UpgradedCluster.upgradeControlPlane(TO, apisForKubelets(from));

      UpgradedCluster cluster = before.asServedNow();
      cluster.assertUntouched("first", first);
      Set<Integer> second =
          cluster.podWithGpu("second"); // its kubelet is older than the API server
      assertThat(second).isNotEqualTo(first);
      cluster.deletePodAndAwaitItsEnd("second");
      assertThat(cluster.restartsOfTheAgents()).as("the agents go on").isEqualTo(restarts);

      UpgradedCluster.applyManifests();
      cluster.assertUntouched("first", first);
      if (from < 36 && minor(TO) >= 36) {
        assertTheFreeGpuBecomesShared(cluster, first);
      }

      cluster.deletePodAndAwaitItsEnd("first"); // as a drain does, which each kubelet needs
      UpgradedCluster.upgradeKubelets(TO);
      Set<Integer> third = cluster.podWithGpu("third");
      Set<Integer> fourth = cluster.podWithGpu("fourth");
      assertThat(List.of(third, fourth))
          .as("all are free again")
          .contains(first)
          .doesNotHaveDuplicates();
      cluster.deletePodAndAwaitItsEnd("third");
      cluster.deletePodAndAwaitItsEnd("fourth");
      cluster.awaitNoTrace();
    }
  }

  /** The scheduler can count parts of GPUs from 1.36 on; a GPU that is held as a whole stays so. */
  private static void assertTheFreeGpuBecomesShared(UpgradedCluster cluster, Set<Integer> held) {
    Shell.kubectl("rollout", "restart", "daemonset/" + RealCluster.AGENT);
    Shell.kubectl("rollout", "status", "daemonset/" + RealCluster.AGENT, "--timeout=180s");
    cluster.eventually(
        "the GPUs that are free can be shared",
        () -> {
          assertThat(cluster.sharedDevices("node1")).hasSize(1);
          assertThat(cluster.sharedDevices("node2")).hasSize(2);
        });
    cluster.assertUntouched("first", held);
  }

  private static int minor(String version) {
    return Integer.parseInt(version.replaceFirst("^v", "").split("\\.")[1]);
  }

  /**
   * Returns what the API server must serve while kubelets of the former version are there, as the
   * page says; empty for what its version needs anyway.
   */
  private static String apisForKubelets(int kubelet) {
    return switch (kubelet) {
      case 31 ->
          "resource.k8s.io/v1alpha3=true,resource.k8s.io/v1beta1=true"
              + (minor(TO) == 33 ? ",resource.k8s.io/v1beta2=true" : "");
      case 32, 33 ->
          "resource.k8s.io/v1beta1=true" + (minor(TO) == 33 ? ",resource.k8s.io/v1beta2=true" : "");
      default -> "";
    };
  }
}
