package com.intel.dra.gpu.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Compares the rights in docs/operate/security.md with what the kernel and the API server report.
 */
class RightsIT {

  private static final String LEVEL = "pod-security.kubernetes.io/enforce";
  private static final List<String> LEVELS = List.of("restricted", "baseline", "privileged");
  private static final String JAVA = "quarkus-run.jar";

  @RegisterExtension final RealCluster cluster = RealCluster.withWhateverGpus();

  @Test
  void theControllerIsNoRootAndHasNoCapability() {
    Path process = Processes.of(cluster.podsOf(RealCluster.CONTROLLER).getFirst(), JAVA);

    assertThat(Processes.status(process, "Uid")).isEqualTo("10001 10001 10001 10001");
    assertThat(Processes.status(process, "Gid")).isEqualTo("10001 10001 10001 10001");
    assertHasNoPrivilege(process);
  }

  @Test
  void theAgentIsRootWithoutAnyCapability() {
    for (String node : RealCluster.NODES) {
      Path process = Processes.of(cluster.agentOn(node), JAVA);

      assertThat(Processes.status(process, "Uid")).isEqualTo("0 0 0 0");
      assertHasNoPrivilege(process);
      // the mounts from the host; nothing else of the host is writable
      assertThat(Processes.writableMounts(process))
          .filteredOn(mount -> !mount.startsWith("/dev") && !mount.startsWith("/proc"))
          // the pod's own mounts, made by the kubelet and by the container runtime (cgroup v1)
          .filteredOn(mount -> !Set.of("/etc/hosts", "/sys/fs/cgroup").contains(mount))
          .containsExactlyInAnyOrder(
              "/host/sys/devices",
              "/run/intel-gpu-simulator",
              "/run/intel-gpu-simulator/sysfs",
              "/tmp",
              "/var/lib/kubelet/plugins/gpu.dra.intel.com",
              "/var/lib/kubelet/plugins_registry",
              "/var/run/cdi");
    }
  }

  private static void assertHasNoPrivilege(Path process) {
    for (String set : List.of("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")) {
      assertThat(Processes.status(process, set)).as(set).isEqualTo("0000000000000000");
    }
    assertThat(Processes.status(process, "NoNewPrivs")).isEqualTo("1");
    assertThat(Processes.status(process, "Seccomp")).as("a filter").isEqualTo("2");
    assertThat(Processes.writableMounts(process)).doesNotContain("/");
  }

  @Test
  void theControllerFitsTheRestrictedLevelAndTheAgentThePrivilegedOneOnly() {
    LEVELS.forEach(this::makeNamespace);
    Pod controller = cluster.podsOf(RealCluster.CONTROLLER).getFirst();
    Pod agent = cluster.agentOn("node1");

    assertThatCode(() -> admit(controller, "restricted")).doesNotThrowAnyException();
    assertThatThrownBy(() -> admit(agent, "baseline"))
        .isInstanceOf(KubernetesClientException.class)
        .hasMessageContaining("hostPath volumes");
    assertThatCode(() -> admit(agent, "privileged")).doesNotThrowAnyException();
  }

  /** Makes the pod as a controller of that namespace would, without the injected fields. */
  private void admit(Pod pod, String level) {
    cluster
        .client()
        .resource(
            new PodBuilder()
                .withNewMetadata()
                .withName("candidate")
                .withNamespace(namespace(level))
                .endMetadata()
                .withNewSpecLike(pod.getSpec())
                .withNodeName(null)
                .withPriority(null)
                .withServiceAccountName("default")
                .withServiceAccount("default")
                .removeMatchingFromVolumes(volume -> volume.getName().startsWith("kube-api-access"))
                .withContainers(
                    pod.getSpec().getContainers().stream().map(RightsIT::asWritten).toList())
                .endSpec()
                .build())
        .dryRun()
        .create();
  }

  private void makeNamespace(String level) {
    cluster.apply(
        """
        apiVersion: v1
        kind: Namespace
        metadata: {name: %s, labels: {%s: %s}}
        """
            .formatted(namespace(level), LEVEL, level));
    cluster.eventually(
        "the service account of " + namespace(level),
        () ->
            assertThat(
                    cluster
                        .client()
                        .serviceAccounts()
                        .inNamespace(namespace(level))
                        .withName("default")
                        .get())
                .isNotNull());
  }

  private static Container asWritten(Container container) {
    return new ContainerBuilder(container)
        .removeMatchingFromVolumeMounts(mount -> mount.getName().startsWith("kube-api-access"))
        .build();
  }

  private String namespace(String level) {
    return cluster.namespace() + "-" + level;
  }
}
