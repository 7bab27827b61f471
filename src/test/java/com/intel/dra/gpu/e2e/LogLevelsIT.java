package com.intel.dra.gpu.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Log levels of running pods follow a ConfigMap. */
class LogLevelsIT {

  private static final String MAP = "intel-gpu-logging";

  @RegisterExtension final RealCluster cluster = RealCluster.withWhateverGpus();

  @AfterEach
  void asBefore() {
    Shell.kubectl("delete", "configmap", MAP, "-n", "default", "--ignore-not-found");
    RealCluster.removeNotes();
  }

  @Test
  void theyChangeAndChangeBackWhileNoPodIsRestarted() {
    var pods = new ArrayList<Pod>(cluster.podsOf(RealCluster.CONTROLLER));
    pods.addAll(cluster.podsOf(RealCluster.AGENT));
    List<String> before = containers(pods);

    Shell.kubectl(
        "create",
        "configmap",
        MAP,
        "-n",
        "default",
        "--from-literal=levels=com.intel.dra.gpu=DEBUG");
    awaitLine(pods, "The log level of com.intel.dra.gpu is DEBUG now");

    Shell.kubectl("delete", "configmap", MAP, "-n", "default");
    awaitLine(pods, "The log level of com.intel.dra.gpu is again as it was at the start");

    assertThat(containers(pods)).isEqualTo(before);
  }

  private void awaitLine(List<Pod> pods, String line) {
    RealCluster.haveKubeletsLookAtConfigMaps();
    for (Pod pod : pods) {
      cluster.eventually(
          pod.getMetadata().getName() + " says: " + line,
          () ->
              assertThat(
                      cluster
                          .client()
                          .pods()
                          .resource(pod)
                          .inContainer(pod.getSpec().getContainers().getFirst().getName())
                          .sinceTime(cluster.begin().toString())
                          .getLog())
                  .contains(line));
    }
  }

  private List<String> containers(List<Pod> pods) {
    return pods.stream()
        .flatMap(
            pod -> cluster.client().resource(pod).get().getStatus().getContainerStatuses().stream())
        .map(status -> status.getContainerID() + " " + status.getRestartCount())
        .sorted()
        .toList();
  }
}
