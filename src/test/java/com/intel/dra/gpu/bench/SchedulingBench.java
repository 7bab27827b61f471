package com.intel.dra.gpu.bench;

import com.intel.dra.gpu.bench.results.ResultFile;
import com.intel.dra.gpu.bench.results.SchedulingResult;
import com.intel.dra.gpu.bench.results.Traffic;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaim;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/**
 * Makes nodes with GPUs, then pods with claims, and measures how the scheduler and a driver's
 * controller allocate them. The nodes exist only as objects, so the pods are bound but never run.
 *
 * <p>{@code bench/scheduling} starts it twice: first with {@code prepare}, before the driver
 * starts, then with {@code load}.
 */
final class SchedulingBench {

  private static final String NAMESPACE = BenchCluster.NAMESPACE;
  private static final long PATIENCE_SECONDS = 900;
  private static final Duration DRAIN_POLL = Duration.ofMillis(500);

  /** The process that is measured separately from all others; without a driver there is none. */
  private static final String DRIVER = "driver";

  private final BenchCluster cluster;
  private final KubernetesClient client;
  private final Contestant contestant;

  private SchedulingBench(BenchCluster cluster) {
    this.cluster = cluster;
    this.client = cluster.client();
    this.contestant = cluster.contestant();
  }

  /**
   * Arguments: {@code prepare DRIVER NODES GPUS}, or {@code load DRIVER NODES GPUS PODS CLAIMS
   * WAVES AUDITLOG OUT NAME=PID...}. The last arguments are the processes to measure; "driver" is
   * that of the driver. Each wave of pods is written to a file of its own, OUT-1.json and so on.
   */
  public static void main(String[] args) throws Exception {
    BenchClient.endWithFailures();
    try (KubernetesClient client = BenchClient.admin()) {
      var bench =
          new SchedulingBench(
              new BenchCluster(
                  client,
                  Contestant.named(args[1]),
                  Integer.parseInt(args[2]),
                  Integer.parseInt(args[3])));
      switch (args[0]) {
        case "prepare" -> bench.cluster.make();
        case "load" -> {
          Map<String, Long> processes = processes(List.of(args).subList(9, args.length));
          var audit = new AuditLog(Path.of(args[7]));
          int waves = Integer.parseInt(args[6]);
          for (int wave = 1; wave <= waves; wave++) {
            SchedulingResult result =
                bench.load(
                    Integer.parseInt(args[4]), Integer.parseInt(args[5]), wave, processes, audit);
            ResultFile.write(Path.of("%s-%d.json".formatted(args[8], wave)), result);
            System.out.println(SchedulingReport.line(result));
            if (wave < waves) {
              bench.drain();
            }
          }
        }
        default -> throw new IllegalArgumentException("prepare or load, not " + args[0]);
      }
    }
    System.exit(0); // otherwise the threads of the client's HTTP library keep running
  }

  private static Map<String, Long> processes(List<String> named) {
    Map<String, Long> processes = BenchClient.processes(named);
    processes.put("this benchmark", ProcessHandle.current().pid());
    return processes;
  }

  /** Deletes the pods as if they had ended at once, and with them their claims. */
  private void drain() throws Exception {
    PodLoad.delete(client);
    if (contestant == Contestant.NONE) {
      return;
    }
    var claims = client.resources(ResourceClaim.class).inNamespace(NAMESPACE);
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (!claims.list().getItems().isEmpty()) {
      if (System.nanoTime() > until) {
        throw new IllegalStateException(
            "claims are left %d s after their pods have gone".formatted(PATIENCE_SECONDS));
      }
      Thread.sleep(DRAIN_POLL);
    }
  }

  private SchedulingResult load(
      int pods, int claimsPerPod, int wave, Map<String, Long> processes, AuditLog audit)
      throws Exception {
    List<Pod> wanted = IntStream.range(0, pods).mapToObj(i -> pod(i, claimsPerPod)).toList();
    audit.begin();
    PodLoad made;
    TrafficMeter.Bytes bytes = TrafficMeter.Bytes.NONE;
    Long pid = processes.get(DRIVER);
    if (pid != null) {
      try (var meter = TrafficMeter.of(pid)) {
        made = PodLoad.make(client, wanted, processes);
        bytes = meter.bytes();
      }
    } else {
      made = PodLoad.make(client, wanted, processes);
    }
    Map<String, Double> cpuSeconds = made.cpuSeconds();
    ProcessUse driver = made.after().getOrDefault(DRIVER, ProcessUse.NONE);
    List<Double> boundAt = made.bound().secondsFromFirstRequest();
    return new SchedulingResult(
        contestant.told,
        cluster.nodes(),
        cluster.gpusPerNode(),
        pods,
        claimsPerPod,
        wave,
        boundAt.getLast(),
        made.bound().secondsFromOwnRequest(),
        boundAt,
        Objects.requireNonNullElse(cpuSeconds.remove(DRIVER), 0.0),
        cpuSeconds,
        driver.residentMiB(),
        driver.highestResidentMiB(),
        new Traffic(audit.requests(), bytes.sent(), bytes.received()));
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
}
