package com.intel.dra.gpu.e2e;

import static com.intel.dra.gpu.e2e.StructuredCluster.ON_NODE1;
import static com.intel.dra.gpu.e2e.StructuredCluster.memory;
import static com.intel.dra.gpu.e2e.StructuredCluster.one;
import static com.intel.dra.gpu.e2e.StructuredCluster.template;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The driver leaves default in structured mode, with Helm or kubectl, while pods run. */
@Tag("structured")
class StructuredNamespaceMoveIT {

  private static final String OVERLAY = "deploy/overlays/structured-simulator";

  @RegisterExtension
  final StructuredCluster cluster = new StructuredCluster(Topology.TWO_VF_HOSTS_I915);

  @TempDir Path folder;

  @BeforeEach
  void makeRoom() throws IOException {
    Shell.kubectl("delete", "-k", OVERLAY, "--timeout=120s");
    cluster.eventually(
        "the agents are gone", () -> assertThat(cluster.podsOf(RealCluster.AGENT)).isEmpty());
    move().prepare();
    cluster.structuredTemplate("gpu", one("gpu.intel.com", memory("1Gi")));
    cluster.structuredTemplate("vf", one("gpu-vf.intel.com", ""));
  }

  @AfterEach
  void putTheDriverBack() {
    try {
      cluster.empty();
    } finally {
      move().remove("structured-own-namespace");
      Shell.kubectl("apply", "-f", "target/kubernetes/crds/");
      Shell.kubectl("wait", "--for=condition=Established", "crd", "--all", "--timeout=60s");
      Shell.kubectl("apply", "-k", OVERLAY);
      Shell.kubectl("rollout", "status", "daemonset/" + RealCluster.AGENT, "--timeout=180s");
    }
  }

  private NamespaceMove move() {
    return new NamespaceMove(cluster, Topology.TWO_VF_HOSTS_I915, folder);
  }

  @Test
  void podsKeepGpusAndVfsFromHelmToHelmThroughAnUpgradeAndBack() {
    NamespaceMove move = move();
    move.installByHelm(
        "controller.explain=true", "networkPolicy.enabled=true", "monitoring.services=true");
    startPods(move);
    var before = move.awaitPrepared("default", 3);

    move.walk("1. Make the namespace", "2. Remove what Helm installed");
    assertThat(cluster.podsOf(RealCluster.AGENT)).isEmpty();
    goOnWithoutAgents(move);
    move.walk("3. Install with Helm", "4. Clean up");

    move.awaitRunning("meanwhile");
    move.assertMoved(before);
    assertTheExplainerIsFound();
    move.assertStartsBesideTheOthers("after", pod -> pod(pod, "vf"));
    move.delete("meanwhile");

    move.upgradeAndRollBack(pod -> pod(pod, "vf"));
    move.end();
  }

  @Test
  void podsKeepGpusAndVfsWithKubectlAlone() {
    NamespaceMove move = move();
    move.installByKubectl("deploy/overlays/structured");
    startPods(move);
    var before = move.awaitPrepared("default", 3);

    move.walk("1. Make the namespace", "2. Remove what kubectl installed");
    goOnWithoutAgents(move);
    move.walk("3. Install with kubectl", "4. Clean up");

    move.awaitRunning("meanwhile");
    move.assertMoved(before);
    move.assertStartsBesideTheOthers("after", pod -> pod(pod, "vf"));
    move.end();
  }

  private void startPods(NamespaceMove move) {
    pod("gpu", "gpu");
    pod("vf", "vf");
    pod("ending", "vf");
    move.awaitRunning("gpu", "vf", "ending");
  }

  private void goOnWithoutAgents(NamespaceMove move) {
    move.delete("ending");
    pod("meanwhile", "vf");
  }

  /** The plugin of kubectl is not told where it is. */
  private void assertTheExplainerIsFound() {
    cluster.structuredTemplate("too-much", one("gpu.intel.com", memory("900Gi")));
    pod("waiting", "too-much");
    cluster.awaitUnschedulable("waiting");
    assertThat(Shell.run("deploy/kubectl/kubectl-gpu", "why", "waiting", "-n", cluster.namespace()))
        .contains("now: ");
  }

  private void pod(String name, String template) {
    cluster.structuredPod(name, ON_NODE1, Map.of("gpu", template(template)));
  }
}
