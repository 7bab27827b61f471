package com.intel.dra.gpu.bench;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.stream.IntStream;

/**
 * Makes nodes with GPUs, then pods with claims, and measures how the scheduler and a driver's
 * controller bring them together. Nodes are objects alone: pods are bound, and never run.
 *
 * <p>{@code bench/scheduling} starts it, twice: first {@code prepare}, before the driver starts,
 * then {@code load}.
 */
final class SchedulingBench {

  /** The drivers that it has the objects for. */
  private enum Contestant {
    /** This project's. */
    OURS("intel-gpu", "gpu.dra.intel.com"),
    /** Kubernetes' own test driver, which decides nothing: every claim fits every node. */
    REFERENCE("reference", "test-driver.cdi.k8s.io"),
    /** Pods without claims. */
    NONE("none", "");

    private final String told;
    private final String driverName;

    Contestant(String told, String driverName) {
      this.told = told;
      this.driverName = driverName;
    }

    static Contestant named(String name) {
      for (Contestant contestant : values()) {
        if (contestant.told.equals(name)) {
          return contestant;
        }
      }
      throw new IllegalArgumentException(
          "driver: intel-gpu, reference or none, not '%s'".formatted(name));
    }
  }

  private static final String NAMESPACE = "default";
  private static final int MIB_PER_CLAIM = 128;
  private static final int REQUESTS_AT_A_TIME = 32;
  private static final long PATIENCE_SECONDS = 900;

  private final KubernetesClient client;
  private final Contestant contestant;
  private final int nodes;
  private final int gpusPerNode;

  private SchedulingBench(
      KubernetesClient client, Contestant contestant, int nodes, int gpusPerNode) {
    this.client = client;
    this.contestant = contestant;
    this.nodes = nodes;
    this.gpusPerNode = gpusPerNode;
  }

  /**
   * Arguments: {@code prepare DRIVER NODES GPUS}, or {@code load DRIVER NODES GPUS PODS CLAIMS PID
   * AUDITLOG OUT.json}; PID 0: there is no driver's process.
   */
  public static void main(String[] args) throws Exception {
    BenchClient.endWithFailures();
    try (KubernetesClient client = BenchClient.admin()) {
      var bench =
          new SchedulingBench(
              client,
              Contestant.named(args[1]),
              Integer.parseInt(args[2]),
              Integer.parseInt(args[3]));
      switch (args[0]) {
        case "prepare" -> bench.makeCluster();
        case "load" -> {
          SchedulingResult result =
              bench.load(
                  Integer.parseInt(args[4]),
                  Integer.parseInt(args[5]),
                  Long.parseLong(args[6]),
                  new AuditLog(Path.of(args[7])));
          Files.writeString(
              Path.of(args[8]),
              JsonMapper.builder()
                  .build()
                  .writerWithDefaultPrettyPrinter()
                  .writeValueAsString(result));
          System.out.println(SchedulingReport.line(result));
        }
        default -> throw new IllegalArgumentException("prepare or load, not " + args[0]);
      }
    }
    System.exit(0); // threads of the client's HTTP library go on
  }

  private void makeCluster() throws Exception {
    inParallel(IntStream.range(0, nodes).mapToObj(i -> (Callable<?>) () -> makeNode(i)).toList());
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
                    ? "parametersRef: {apiGroup: gpu.dra.intel.com, kind: GpuClaimParameters, name: bench}"
                    : ""));
  }

  private Object makeNode(int index) {
    Node node =
        client
            .resource(
                Serialization.unmarshal(
                    """
                    apiVersion: v1
                    kind: Node
                    metadata: {name: %s, labels: {kubernetes.io/hostname: %s}}
                    status:
                      allocatable: {cpu: "64", memory: 512Gi, pods: "1000"}
                      capacity: {cpu: "64", memory: 512Gi, pods: "1000"}
                      conditions: [{type: Ready, status: "True", reason: Bench, message: an object alone}]
                    """
                        .formatted(nodeName(index), nodeName(index)),
                    Node.class))
            .create();
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

  private static String nodeName(int index) {
    return "bench-%04d".formatted(index);
  }

  private SchedulingResult load(int pods, int claimsPerPod, long pid, AuditLog audit)
      throws Exception {
    var bound = new BoundPods(pods);
    List<Pod> wanted = IntStream.range(0, pods).mapToObj(i -> pod(i, claimsPerPod)).toList();
    ProcessUse before = pid == 0 ? new ProcessUse(0, 0, 0) : ProcessUse.of(pid);
    long auditedBefore = audit.lines();
    try (var watch = client.pods().inNamespace(NAMESPACE).watch(bound)) {
      inParallel(
          wanted.stream()
              .map(
                  pod ->
                      (Callable<?>)
                          () -> {
                            bound.requested(pod.getMetadata().getName());
                            return client.resource(pod).create();
                          })
              .toList());
      if (!bound.await(PATIENCE_SECONDS)) {
        throw new IllegalStateException(
            "%d of %d pods are not bound after %d s"
                .formatted(bound.stillMissing(), pods, PATIENCE_SECONDS));
      }
    }
    ProcessUse after = pid == 0 ? before : ProcessUse.of(pid);
    audit.settle();
    List<Double> boundAt = bound.secondsFromFirstRequest();
    return new SchedulingResult(
        contestant.told,
        nodes,
        gpusPerNode,
        pods,
        claimsPerPod,
        boundAt.getLast(),
        bound.secondsFromOwnRequest(),
        boundAt,
        after.cpuSeconds() - before.cpuSeconds(),
        after.residentMiB(),
        after.highestResidentMiB(),
        pid == 0 ? Map.of() : audit.requestsFrom(auditedBefore));
  }

  private Pod pod(int index, int claims) {
    var podClaims = new StringBuilder();
    var containerClaims = new StringBuilder();
    for (int i = 0; contestant != Contestant.NONE && i < claims; i++) {
      podClaims.append(
          "  - {name: gpu-%d, source: {resourceClaimTemplateName: bench}}\n".formatted(i));
      containerClaims.append(i == 0 ? "" : ", ").append("{name: gpu-%d}".formatted(i));
    }
    return Serialization.unmarshal(
        """
        apiVersion: v1
        kind: Pod
        metadata: {name: pod-%05d, namespace: %s}
        spec:
          containers:
          - {name: c, image: bench, resources: {claims: [%s]}}
          %s
        """
            .formatted(
                index,
                NAMESPACE,
                containerClaims,
                podClaims.isEmpty() ? "" : "resourceClaims:\n" + podClaims),
        Pod.class);
  }

  private void apply(String yaml) {
    HasMetadata object = Serialization.unmarshal(yaml, GenericKubernetesResource.class);
    client.resource(object).create();
  }

  /** All of them, some at a time; the first failure ends it. */
  private static void inParallel(List<? extends Callable<?>> work)
      throws InterruptedException, ExecutionException, IOException {
    var permits = new Semaphore(REQUESTS_AT_A_TIME);
    try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
      var results = new ArrayList<Future<?>>();
      for (Callable<?> task : work) {
        permits.acquire();
        results.add(
            executor.submit(
                () -> {
                  try {
                    return task.call();
                  } finally {
                    permits.release();
                  }
                }));
      }
      for (Future<?> result : results) {
        result.get();
      }
    }
  }
}
