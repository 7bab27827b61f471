package com.intel.dra.gpu.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The plugin of kubectl and the columns of {@code kubectl get gas}, with pods of the cluster. */
class KubectlGpuIT {

  @RegisterExtension final RealCluster cluster = new RealCluster();

  @Test
  void topClaimsAndTheColumnsShowWhoHoldsWhat() {
    cluster.parameters("p", "{count: 1, memory: 7000}");
    cluster.template("p", "p");
    cluster.pod("worker", "", Map.of("gpu", RealCluster.ofTemplate("p")));
    cluster.awaitRunning("worker");
    var pod = cluster.getPod("worker");
    String node = pod.getSpec().getNodeName();
    var claim = cluster.claimOf(pod, "gpu");
    String device = cluster.devicesOf(claim).getFirst().substring(node.length() + 1);

    cluster.eventually(
        "the claim is prepared and shown",
        () ->
            assertThat(gpu("claims", "-n", pod.getMetadata().getNamespace()).lines())
                .anySatisfy(
                    line ->
                        assertThat(line.split(" {3,}"))
                            .containsExactly(
                                pod.getMetadata().getNamespace(),
                                claim.getMetadata().getName(),
                                "prepared",
                                node,
                                device,
                                "7000",
                                "worker")));
    assertThat(gpu("top", node).lines())
        .anySatisfy(line -> assertThat(line).contains(device, "[####", " 7000/"));
    assertThat(Shell.kubectl("get", "gas", node).lines().toList())
        .first()
        .asString()
        .matches("NAME +STATUS +GPUS +VFS +CLAIMS +USED MIB +TOTAL MIB +AGE");
    assertThat(Shell.kubectl("get", "gas", node, "--no-headers"))
        .matches("(?s)" + node + " +Ready +2 +0 +1 +7000 +28248 +.*");
  }

  @Test
  void whySaysWhatThePodAsksForAndWhatEachNodeAnswers() {
    cluster.parameters("p", "{count: 1, memory: 100000}");
    cluster.template(
        "p", "gpu.dra.intel.com/v1alpha", "p"); // many manifests write the group in this way
    cluster.pod("waits", "", Map.of("gpu", RealCluster.ofTemplate("p")));
    cluster.awaitWarning(cluster.getPod("waits"), "NoSuitableNode");

    String why = gpu("why", "waits", "-n", cluster.getPod("waits").getMetadata().getNamespace());

    assertThat(why)
        .contains("GpuClaimParameters/p: 1 device of type gpu with 100000 MiB each, on one node")
        .contains("Pod  NoSuitableNode: no node suits the claims");
    for (String node : new String[] {"node1", "node2"}) {
      assertThat(why)
          .containsPattern(
              node
                  + " +Ready +not enough memory on any GPU: asked for 100000 MiB, largest free 14248");
    }
  }

  @Test
  void whyShowsNoEventsOfAPodThatHadTheNameBefore() {
    cluster.parameters("too-much", "{count: 1, memory: 100000}");
    cluster.template("too-much", "too-much");
    cluster.parameters("p", "{count: 1, memory: 1000}");
    cluster.template("p", "p");
    cluster.pod("again", "", Map.of("gpu", RealCluster.ofTemplate("too-much")));
    cluster.awaitWarning(cluster.getPod("again"), "NoSuitableNode");
    cluster.deletePod("again");
    cluster.pod("again", "", Map.of("gpu", RealCluster.ofTemplate("p")));
    cluster.awaitRunning("again");

    assertThat(gpu("why", "again", "-n", cluster.getPod("again").getMetadata().getNamespace()))
        .contains("Pod  Started: ")
        .doesNotContain("NoSuitableNode");
  }

  @Test
  void whySaysThatWaitingForVfsIsInVainWhereThereCanBeNone() {
    cluster.parameters("p", "{type: vf, count: 1}");
    cluster.template("p", "p");
    cluster.pod("waits", "", Map.of("gpu", RealCluster.ofTemplate("p")));
    cluster.awaitWarning(cluster.getPod("waits"), "NoSuitableNode");

    assertThat(gpu("why", "waits", "-n", cluster.getPod("waits").getMetadata().getNamespace()))
        .containsPattern("node1 +Ready +has no VF, and no GPU that can be split into VFs");
  }

  @Test
  void whyNamesTheParametersThatAreMissing() {
    cluster.template("p", "nowhere");
    cluster.pod("waits", "", Map.of("gpu", RealCluster.ofTemplate("p")));
    cluster.eventually("its claim is there", () -> assertThat(cluster.claims()).hasSize(1));

    assertThat(gpu("why", "waits", "-n", cluster.getPod("waits").getMetadata().getNamespace()))
        .contains("there is no GpuClaimParameters/nowhere in namespace");
  }

  @Test
  void whatIsNotThereIsNamed() {
    assertThatThrownBy(() -> gpu("top", "nowhere"))
        .hasMessageContaining("node nowhere has no GpuAllocationState");
    assertThatThrownBy(() -> gpu("why", "nobody")).hasMessageContaining("\"nobody\" not found");
    assertThatThrownBy(() -> gpu("shake")).hasMessageContaining("unknown command: shake");
  }

  @Test
  void inClassicModeACheckIsPossibleAndADrainIsNot() {
    assertThat(gpu("check").lines().map(line -> line.split(" {3,}")))
        .noneMatch(line -> line[0].equals("not ok"))
        .anyMatch(line -> line[2].endsWith("classic DRA, through v1alpha2"))
        .contains(new String[] {"ok", "pods' claims", "pods can name claims"})
        .anyMatch(line -> line[1].equals("node1, node2") && line[2].equals("Ready, 2 GPUs"));
    assertThatThrownBy(() -> gpu("drain", "node1/0000:b3:00.0"))
        .hasMessageContaining("exit code 1")
        .hasMessageContaining("classic DRA")
        .hasMessageContaining("kubectl cordon node1");
  }

  private static String gpu(String... arguments) {
    String[] command = new String[arguments.length + 1];
    command[0] = "deploy/kubectl/kubectl-gpu";
    System.arraycopy(arguments, 0, command, 1, arguments.length);
    return Shell.run(command);
  }
}
