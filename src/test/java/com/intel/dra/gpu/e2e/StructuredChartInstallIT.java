package com.intel.dra.gpu.e2e;

import static com.intel.dra.gpu.e2e.StructuredCluster.one;
import static com.intel.dra.gpu.e2e.StructuredCluster.template;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The Helm chart in structured mode, instead of the driver that the other tests use. */
@Tag("structured")
class StructuredChartInstallIT {

  private static final String OVERLAY = "deploy/overlays/structured-simulator";

  @RegisterExtension final StructuredCluster cluster = new StructuredCluster(Topology.USUAL);

  @BeforeEach
  void makeRoom() {
    Shell.kubectl("delete", "-k", OVERLAY, "--timeout=120s");
    cluster.eventually(
        "the agents are gone", () -> assertThat(cluster.podsOf(RealCluster.AGENT)).isEmpty());
  }

  @AfterEach
  void putTheDriverBack() {
    Chart.remove();
    Shell.kubectl("apply", "-f", "target/kubernetes/crds/");
    Shell.kubectl("wait", "--for=condition=Established", "crd", "--all", "--timeout=60s");
    Shell.kubectl("apply", "-k", OVERLAY);
    Shell.kubectl("rollout", "status", "daemonset/" + RealCluster.AGENT, "--timeout=180s");
  }

  @Test
  void podsGetGpusAndUninstallingLeavesTheDefinitionAndWhatRuns() {
    Shell.kubectl("delete", "-f", "target/kubernetes/crds/", "--ignore-not-found");
    Chart.install();
    cluster.structuredTemplate("gpu", one("gpu.intel.com", ""));
    cluster.structuredPod("holder", "", Map.of("gpu", template("gpu")));
    cluster.awaitRunning("holder");

    Chart.uninstall();

    // the kubelets delete the slices after a while
    Chart.assertLeavesTheDefinitionsAlone(cluster, 1);
    Chart.assertKeepsItsGpu(cluster, "holder");
  }
}
