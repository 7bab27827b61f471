package com.intel.dra.gpu.bench;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;

/**
 * Nodes with GPUs that exist only as objects, and what a pod needs to request a GPU: a class,
 * parameters and a template, all with the name {@value #NAME}.
 *
 * @param contestant the driver for which the objects are made
 */
record BenchCluster(KubernetesClient client, Contestant contestant, int nodes, int gpusPerNode) {

  static final String NAME = "bench";
  static final String NAMESPACE = "default";
  static final int MIB_PER_CLAIM = 128;
  static final int GPUS_PER_NODE = 8;

  /** Makes all objects; fails if one of them exists already. */
  void make() throws Exception {
    InParallel.run(
        IntStream.range(0, nodes).mapToObj(i -> (Callable<?>) () -> makeNode(i)).toList());
    if (contestant == Contestant.NONE) {
      return;
    }
    apply(
        """
        apiVersion: resource.k8s.io/v1alpha2
        kind: ResourceClass
        metadata: {name: bench}
        driverName: %s
        """
            .formatted(contestant.driverName));
    if (contestant == Contestant.OURS) {
      apply(
          """
          apiVersion: gpu.dra.intel.com/v1alpha
          kind: GpuClaimParameters
          metadata: {name: bench, namespace: %s}
          spec: {count: 1, type: gpu, memory: %d}
          """
              .formatted(NAMESPACE, MIB_PER_CLAIM));
    }
    apply(
        """
        apiVersion: resource.k8s.io/v1alpha2
        kind: ResourceClaimTemplate
        metadata: {name: bench, namespace: %s}
        spec:
          spec:
            resourceClassName: bench
            %s
        """
            .formatted(
                NAMESPACE,
                contestant == Contestant.OURS
                    ? "parametersRef: {apiGroup: gpu.dra.intel.com, kind: GpuClaimParameters, name:"
                        + " bench}"
                    : ""));
  }

  private Object makeNode(int index) {
    Node node = client.resource(node(nodeName(index))).create();
    if (contestant == Contestant.OURS) {
      apply(
          """
          apiVersion: gpu.dra.intel.com/v1alpha
          kind: GpuAllocationState
          metadata:
            name: %s
            namespace: %s
            ownerReferences: [{apiVersion: v1, kind: Node, name: %s, uid: %s}]
          spec:
            allocatable:
          %sstatus: Ready
          """
              .formatted(
                  nodeName(index),
                  NAMESPACE,
                  nodeName(index),
                  node.getMetadata().getUid(),
                  NodeRecordYaml.gpus(gpusPerNode)));
    }
    return node;
  }

  /** A node with room for many pods. */
  static Node node(String name) {
    return Serialization.unmarshal(
        """
        apiVersion: v1
        kind: Node
        metadata: {name: %s, labels: {kubernetes.io/hostname: %s}}
        status:
          allocatable: {cpu: "64", memory: 512Gi, pods: "1000"}
          capacity: {cpu: "64", memory: 512Gi, pods: "1000"}
          conditions: [{type: Ready, status: "True", reason: Bench, message: an object alone}]
        """
            .formatted(name, name),
        Node.class);
  }

  static String nodeName(int index) {
    return "bench-%04d".formatted(index);
  }

  private void apply(String yaml) {
    client.resource(Serialization.unmarshal(yaml, GenericKubernetesResource.class)).create();
  }
}
