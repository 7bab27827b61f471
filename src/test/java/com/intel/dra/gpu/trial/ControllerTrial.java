package com.intel.dra.gpu.trial;

import com.intel.dra.gpu.api.GpuApi;
import com.intel.dra.gpu.bench.NodeRecordYaml;
import com.intel.dra.gpu.classic.Claims;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaim;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * Plays the scheduler and the pods for a controller: each pod gets its devices and ends, and its
 * claim is released.
 *
 * <p>Argument: the file to write a kubeconfig to, for the controller. Ends when all pods are done,
 * or fails if one waits too long.
 */
public final class ControllerTrial {

  private static final String NAMESPACE = "default";
  private static final int NODES = 8;
  private static final int GPUS_PER_NODE = 8;
  private static final int ROUNDS = 15;
  private static final int PODS_PER_ROUND = 20;
  private static final long PATIENCE_SECONDS = 180;

  private final KubernetesClient client;

  private ControllerTrial(KubernetesClient client) {
    this.client = client;
  }

  public static void main(String[] args) {
    TrialProgram.run(() -> play(Path.of(args[0])));
  }

  private static void play(Path kubeconfig) throws Exception {
    try (var server = new TrialApiServer();
        KubernetesClient client = server.client()) {
      var trial = new ControllerTrial(client);
      trial.makeCluster();
      server.writeKubeconfig(kubeconfig);
      for (int round = 0; round < ROUNDS; round++) {
        trial.podsComeAndGo(round);
      }
    }
  }

  private void makeCluster() {
    for (int node = 0; node < NODES; node++) {
      create(
          """
          apiVersion: gpu.dra.intel.com/v1alpha
          kind: GpuAllocationState
          metadata: {name: node-%d, namespace: %s}
          spec:
            allocatable:
          %sstatus: Ready
          """
              .formatted(node, NAMESPACE, NodeRecordYaml.gpus(GPUS_PER_NODE)));
    }
    create(
        """
        apiVersion: resource.k8s.io/v1alpha2
        kind: ResourceClass
        metadata: {name: trial}
        driverName: %s
        """
            .formatted(GpuApi.DRIVER_NAME));
    create(
        """
        apiVersion: gpu.dra.intel.com/v1alpha
        kind: GpuClaimParameters
        metadata: {name: trial, namespace: %s}
        spec: {count: 1, type: gpu, memory: 128}
        """
            .formatted(NAMESPACE));
  }

  private void podsComeAndGo(int round) throws InterruptedException {
    for (int i = 0; i < PODS_PER_ROUND; i++) {
      makePod(name(round, i));
    }
    for (int i = 0; i < PODS_PER_ROUND; i++) {
      select(name(round, i), "node-%d".formatted(i % NODES));
    }
    for (int i = 0; i < PODS_PER_ROUND; i++) {
      String name = name(round, i);
      client
          .resources(ResourceClaim.class)
          .inNamespace(NAMESPACE)
          .withName(name)
          .waitUntilCondition(
              claim -> claim != null && Claims.allocation(claim).isPresent(),
              PATIENCE_SECONDS,
              TimeUnit.SECONDS);
    }
    for (int i = 0; i < PODS_PER_ROUND; i++) {
      remove(name(round, i));
    }
  }

  private static String name(int round, int pod) {
    return "pod-%d-%d".formatted(round, pod);
  }

  private void makePod(String name) {
    Pod pod =
        client
            .resource(
                Serialization.unmarshal(
                    """
                    apiVersion: v1
                    kind: Pod
                    metadata: {name: %s, namespace: %s}
                    spec:
                      containers: [{name: c, image: trial, resources: {claims: [{name: gpu}]}}]
                      resourceClaims: [{name: gpu, source: {resourceClaimName: %s}}]
                    """
                        .formatted(name, NAMESPACE, name),
                    Pod.class))
            .create();
    String ofPod =
        "{name: %1$s, namespace: %2$s, ownerReferences: [{apiVersion: v1, kind: Pod, name: %1$s, uid: %3$s, controller: true}]}"
            .formatted(name, NAMESPACE, pod.getMetadata().getUid());
    create(
        """
        apiVersion: resource.k8s.io/v1alpha2
        kind: ResourceClaim
        metadata: %s
        spec:
          allocationMode: WaitForFirstConsumer
          resourceClassName: trial
          parametersRef: {apiGroup: gpu.dra.intel.com, kind: GpuClaimParameters, name: trial}
        """
            .formatted(ofPod));
    create(
        """
        apiVersion: resource.k8s.io/v1alpha2
        kind: PodSchedulingContext
        metadata: %s
        spec: {potentialNodes: [node-0, node-1, node-2, node-3, node-4, node-5, node-6, node-7, elsewhere]}
        """
            .formatted(ofPod));
  }

  private void select(String name, String node) {
    client
        .genericKubernetesResources("resource.k8s.io/v1alpha2", "PodSchedulingContext")
        .inNamespace(NAMESPACE)
        .withName(name)
        .patch(
            PatchContext.of(PatchType.JSON_MERGE),
            "{\"spec\":{\"selectedNode\":\"%s\"}}".formatted(node));
  }

  private void remove(String name) {
    for (String kind : new String[] {"PodSchedulingContext", "ResourceClaim"}) {
      client
          .genericKubernetesResources("resource.k8s.io/v1alpha2", kind)
          .inNamespace(NAMESPACE)
          .withName(name)
          .delete();
    }
    client.pods().inNamespace(NAMESPACE).withName(name).delete();
  }

  private void create(String yaml) {
    client.resource(Serialization.unmarshal(yaml, GenericKubernetesResource.class)).create();
  }
}
