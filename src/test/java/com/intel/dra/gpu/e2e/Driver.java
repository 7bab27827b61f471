package com.intel.dra.gpu.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.EnvVarBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.DaemonSetBuilder;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.client.readiness.Readiness;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The installed driver: starts and stops its applications, and reads their logs. */
final class Driver {

  private static final Pattern COMPLAINT = Pattern.compile("^\\S+ (WARN|ERROR|FATAL) .*");
  private static final String OVERLAY = "deploy/overlays/simulator";
  private static final int CONTROLLERS = 2;
  private static final String POLICY = "GPU_ALLOCATION_POLICY";

  /** A word in the command lines of both applications. */
  static final String JAR = "quarkus-run.jar";

  private static final String NOWHERE = "e2e.example.com/agents-run-here";

  private final RealCluster cluster;

  Driver(RealCluster cluster) {
    this.cluster = cluster;
  }

  /**
   * Ends the agent's process in that pod, and waits until a new one is ready in the same pod, so
   * that the simulator in the pod keeps running.
   */
  void restartAgentIn(Pod pod) {
    Processes.end(pod, JAR);
    awaitRestartOfAgentIn(pod);
  }

  /** Kills the agent's process in that pod, and waits as {@link #restartAgentIn}. */
  void killAgentIn(Pod pod) {
    Processes.kill(pod, JAR);
    awaitRestartOfAgentIn(pod);
  }

  private void awaitRestartOfAgentIn(Pod pod) {
    String name = pod.getMetadata().getName();
    cluster.eventually(
        "the agent in " + name + " was restarted",
        () -> {
          Pod now = cluster.client().resource(pod).get();
          assertThat(agentStatus(now).getRestartCount())
              .isGreaterThan(agentStatus(pod).getRestartCount());
          assertThat(Readiness.isPodReady(now)).isTrue();
        });
  }

  private static ContainerStatus agentStatus(Pod pod) {
    return pod.getStatus().getContainerStatuses().stream()
        .filter(status -> status.getName().equals(RealCluster.AGENT))
        .findFirst()
        .orElseThrow();
  }

  /** Restarts the controller with that policy, or with the default if it is empty. */
  void setPolicy(String policy) {
    Set<String> old = uids(cluster.podsOf(RealCluster.CONTROLLER));
    cluster
        .client()
        .apps()
        .deployments()
        .inNamespace(RealCluster.DRIVER_NAMESPACE)
        .withName(RealCluster.CONTROLLER)
        .edit(
            deployment -> {
              var container =
                  new DeploymentBuilder(deployment)
                      .editSpec()
                      .editTemplate()
                      .editSpec()
                      .editFirstContainer()
                      .removeMatchingFromEnv(env -> env.getName().equals(POLICY));
              return (policy.isEmpty()
                      ? container
                      : container.addToEnv(
                          new EnvVarBuilder().withName(POLICY).withValue(policy).build()))
                  .endContainer()
                  .endSpec()
                  .endTemplate()
                  .endSpec()
                  .build();
            });
    awaitControllersOtherThan(old);
  }

  /** Deletes the controllers' pods, and waits until new ones are ready. */
  void replaceControllers() {
    List<Pod> pods = cluster.podsOf(RealCluster.CONTROLLER);
    pods.forEach(pod -> cluster.client().resource(pod).delete());
    awaitControllersOtherThan(uids(pods));
  }

  private void awaitControllersOtherThan(Set<String> old) {
    cluster.eventually(
        "new controllers are ready",
        () ->
            assertThat(cluster.podsOf(RealCluster.CONTROLLER))
                .hasSize(CONTROLLERS)
                .allMatch(pod -> !old.contains(pod.getMetadata().getUid()))
                .allMatch(Readiness::isPodReady));
  }

  /** How often the only container of a pod was started again. */
  static int restarts(Pod pod) {
    return pod.getStatus().getContainerStatuses().getFirst().getRestartCount();
  }

  /**
   * Restarts the agents with that variable, unless they have it; without the variable if the value
   * is empty.
   */
  void setAgentsEnvironment(String name, String value) {
    String agents = "daemonset/" + RealCluster.AGENT;
    String change = value.isEmpty() ? name + "-" : name + "=" + value;
    Shell.kubectl("set", "env", agents, "--containers=" + RealCluster.AGENT, change);
    Shell.kubectl("rollout", "status", agents, "--timeout=300s");
  }

  /** Ends all node agents. */
  void stopAgents() {
    setNodeSelector(NOWHERE, "yes");
    cluster.eventually(
        "the agents are gone", () -> assertThat(cluster.podsOf(RealCluster.AGENT)).isEmpty());
  }

  /** Kills all node agents without an orderly shutdown, and keeps them away. */
  void killAgents() {
    // a stopped process does not handle SIGTERM, so the kubelet kills it in the end
    cluster.podsOf(RealCluster.AGENT).forEach(pod -> Processes.signal(pod, JAR, "STOP"));
    stopAgents();
  }

  /** Undoes {@link #stopAgents} and {@link #killAgents}. */
  void startAgents() {
    setNodeSelector(NOWHERE, "");
    cluster.eventually(
        "the agents are back",
        () ->
            assertThat(RealCluster.NODES)
                .allSatisfy(
                    node -> {
                      assertThat(Readiness.isPodReady(cluster.agentOn(node))).isTrue();
                      assertThat(cluster.gas(node).getStatus()).isEqualTo("Ready");
                    }));
  }

  private void setNodeSelector(String label, String value) {
    cluster
        .client()
        .apps()
        .daemonSets()
        .inNamespace(RealCluster.DRIVER_NAMESPACE)
        .withName(RealCluster.AGENT)
        .edit(
            agents -> {
              var spec = new DaemonSetBuilder(agents).editSpec().editTemplate().editSpec();
              return (value.isEmpty()
                      ? spec.removeFromNodeSelector(label)
                      : spec.addToNodeSelector(label, value))
                  .endSpec()
                  .endTemplate()
                  .endSpec()
                  .build();
            });
  }

  /** Removes everything that was installed except the ResourceClass, and waits until it is gone. */
  void uninstall() {
    Shell.kubectl("delete", "-k", OVERLAY, "--timeout=120s");
    cluster.eventually(
        "the driver's pods are gone",
        () -> {
          assertThat(cluster.podsOf(RealCluster.AGENT)).isEmpty();
          assertThat(cluster.podsOf(RealCluster.CONTROLLER)).isEmpty();
        });
  }

  /** Undoes {@link #uninstall}; the nodes then show the GPUs of the overlay's own topology. */
  void install() {
    Shell.kubectl("apply", "-f", "target/kubernetes/crds/");
    Shell.kubectl("wait", "--for=condition=Established", "crd", "--all", "--timeout=60s");
    Shell.kubectl("apply", "-k", OVERLAY);
    for (String workload :
        List.of("deployment/" + RealCluster.CONTROLLER, "daemonset/" + RealCluster.AGENT)) {
      Shell.kubectl("rollout", "status", workload, "--timeout=180s");
    }
  }

  /**
   * Returns the lines of the driver's log in that pod that are warnings or worse, since the test
   * began.
   */
  List<String> complaints(Pod pod) {
    String log =
        cluster
            .client()
            .pods()
            .resource(pod)
            .inContainer(pod.getSpec().getContainers().getFirst().getName())
            .sinceTime(cluster.begin().toString())
            .getLog();
    return log.lines().filter(COMPLAINT.asMatchPredicate()).toList();
  }

  private static Set<String> uids(List<Pod> pods) {
    return pods.stream().map(pod -> pod.getMetadata().getUid()).collect(Collectors.toSet());
  }
}
