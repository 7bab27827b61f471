package com.intel.dra.gpu.bench;

import com.intel.dra.gpu.bench.StructuredRow.Asked;
import com.intel.dra.gpu.bench.StructuredRow.Feature;
import com.intel.dra.gpu.bench.StructuredRow.Slices;
import com.intel.dra.gpu.bench.results.ResultFile;
import com.intel.dra.gpu.bench.results.StructuredResult;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaim;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceSlice;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/**
 * Measures what the scheduler needs for a pod with a claim, for each way to publish the GPUs of the
 * nodes. The nodes exist only as objects, so the pods are bound but never run. {@code
 * bench/structured} starts it.
 *
 * <p>The rows take turns on one control plane. Before each measurement a few pods of the same kind
 * are bound and deleted, so that the scheduler has seen the slices and compiled the class.
 */
final class StructuredBench {

  private static final String NAMESPACE = BenchCluster.NAMESPACE;
  private static final int WARM_UP_PODS = 8;
  private static final Duration POLL = Duration.ofMillis(100);
  private static final long PATIENCE_SECONDS = 300;

  private final KubernetesClient client;
  private final int pods;
  private final Map<String, Long> processes;
  private final Optional<Path> profiles;
  private final TreeMap<String, String> uidsOfNodes = new TreeMap<>();
  private int wave;

  private StructuredBench(
      KubernetesClient client, int pods, Map<String, Long> processes, Optional<Path> profiles) {
    this.client = client;
    this.pods = pods;
    this.processes = processes;
    this.profiles = profiles;
  }

  /**
   * Arguments: {@code NODES PODS RUNS ROWS OUT PROFILES NAME=PID...}. The rows have commas between.
   * The results are written to OUT. If PROFILES is not empty, it is a folder for profiles of the
   * scheduler. The last arguments are the processes to measure.
   */
  public static void main(String[] args) throws Exception {
    BenchClient.endWithFailures();
    int nodes = Integer.parseInt(args[0]);
    List<StructuredRow> rows =
        List.of(args[3].split(",")).stream().map(StructuredRow::parse).toList();
    var results = new ArrayList<StructuredResult>();
    try (KubernetesClient client = BenchClient.admin()) {
      var bench =
          new StructuredBench(
              client,
              Integer.parseInt(args[1]),
              BenchClient.processes(List.of(args).subList(6, args.length)),
              Optional.of(args[5]).filter(folder -> !folder.isEmpty()).map(Path::of));
      bench.makeNodes(nodes);
      // the first pods of a new control plane wait for caches that fill at their first use
      bench.load(StructuredRow.parse(StructuredRow.PLAIN), WARM_UP_PODS);
      bench.drain();
      bench.load(StructuredRow.parse(StructuredRow.PLAIN), bench.pods);
      bench.drain();
      for (int run = 1; run <= Integer.parseInt(args[2]); run++) {
        for (StructuredRow row : rows) {
          StructuredResult result = bench.measure(row, run);
          results.add(result);
          System.out.println(StructuredReport.line(result));
          // after each row, so that an interrupted run has results
          ResultFile.write(Path.of(args[4]), results);
        }
      }
    }
    System.exit(0); // otherwise the threads of the client's HTTP library keep running
  }

  private void makeNodes(int nodes) throws Exception {
    InParallel.run(
        IntStream.range(0, nodes)
            .mapToObj(
                index ->
                    (Callable<?>)
                        () -> {
                          String name = BenchCluster.nodeName(index);
                          Node node = client.resource(BenchCluster.node(name)).create();
                          synchronized (uidsOfNodes) {
                            uidsOfNodes.put(name, node.getMetadata().getUid());
                          }
                          return node;
                        })
            .toList());
  }

  private StructuredResult measure(StructuredRow row, int run) throws Exception {
    List<ResourceSlice> slices = publish(row);
    makeClass(row);
    load(row, WARM_UP_PODS);
    drain();
    Optional<Process> profile = Optional.empty();
    if (profiles.isPresent()) {
      profile = Optional.of(profile(profiles.get(), row, run));
    }
    PodLoad made = load(row, pods);
    if (profile.isPresent()) {
      profile.get().waitFor();
    }
    List<Double> boundAt = made.bound().secondsFromFirstRequest();
    var result =
        new StructuredResult(
            row.name(),
            uidsOfNodes.size(),
            slices.size(),
            slices.stream().mapToInt(slice -> slice.getSpec().getDevices().size()).sum(),
            pods,
            boundAt.getLast(),
            made.bound().secondsFromOwnRequest(),
            made.cpuSeconds());
    drain();
    return result;
  }

  /** Replaces the slices of all nodes. Returns those of one node. */
  private List<ResourceSlice> publish(StructuredRow row) throws Exception {
    client.resources(ResourceSlice.class).delete();
    var all = new ArrayList<Callable<?>>();
    List<ResourceSlice> ofOne = List.of();
    for (Map.Entry<String, String> node : uidsOfNodes.entrySet()) {
      ofOne = StructuredSlices.of(row, node.getKey(), node.getValue());
      ofOne.forEach(slice -> all.add(() -> client.resource(slice).create()));
    }
    InParallel.run(all);
    return ofOne;
  }

  private void makeClass(StructuredRow row) {
    if (row.slices() == Slices.NONE) {
      return;
    }
    String type =
        row.slices() == Slices.GO_DRIVER || row.has(Feature.SHORT_CLASS)
            ? ""
            : " && device.attributes[\"gpu.intel.com\"].type %s"
                .formatted(row.asked() == Asked.VF ? "== \"vf\"" : "!= \"monitor\"");
    apply(
        """
        apiVersion: resource.k8s.io/v1
        kind: DeviceClass
        metadata: {name: bench}
        spec:
          selectors:
          - cel: {expression: 'device.driver == "gpu.intel.com"%s'}
        """
            .formatted(type));
    apply(
        """
        apiVersion: resource.k8s.io/v1
        kind: ResourceClaimTemplate
        metadata: {name: %s, namespace: %s}
        spec:
          spec:
            devices:
              requests:
              - name: gpu
                exactly:
                  deviceClassName: bench
                  %s
        """
            .formatted(
                template(row),
                NAMESPACE,
                row.asked() == Asked.SHARE ? "capacity: {requests: {memory: 128Mi}}" : ""));
  }

  /** The spec of a template cannot be changed. */
  private static String template(StructuredRow row) {
    return row.asked() == Asked.SHARE ? "bench-share" : "bench";
  }

  private void apply(String yaml) {
    client
        .resource(Serialization.unmarshal(yaml, GenericKubernetesResource.class))
        .serverSideApply();
  }

  private PodLoad load(StructuredRow row, int count) throws Exception {
    wave++;
    return PodLoad.make(
        client, IntStream.range(0, count).mapToObj(index -> pod(row, index)).toList(), processes);
  }

  private Pod pod(StructuredRow row, int index) {
    boolean claims = row.asked() != Asked.NOTHING;
    return Serialization.unmarshal(
        """
        apiVersion: v1
        kind: Pod
        metadata: {name: pod-%d-%05d, namespace: %s}
        spec:
          containers:
          - {name: c, image: bench, resources: {%s}}
          %s
        """
            .formatted(
                wave,
                index,
                NAMESPACE,
                claims ? "claims: [{name: gpu}]" : "",
                claims
                    ? "resourceClaims: [{name: gpu, resourceClaimTemplateName: %s}]"
                        .formatted(template(row))
                    : ""),
        Pod.class);
  }

  /** Deletes the pods as if they had ended at once, and waits until their claims are gone. */
  private void drain() throws Exception {
    PodLoad.delete(client);
    var claims = client.resources(ResourceClaim.class).inNamespace(NAMESPACE);
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (!claims.list().getItems().isEmpty()) {
      if (System.nanoTime() > until) {
        throw new IllegalStateException(
            "claims are left %d s after their pods have gone".formatted(PATIENCE_SECONDS));
      }
      Thread.sleep(POLL);
    }
  }

  /** Starts a profile of the scheduler; the command is in BENCH_PROFILE, and takes a file. */
  private static Process profile(Path folder, StructuredRow row, int run) throws IOException {
    String command = Optional.ofNullable(System.getenv("BENCH_PROFILE")).orElseThrow();
    Path file =
        folder.resolve(
            "%s-%d.pprof".formatted(row.name().replace('+', '-').replace(':', '-'), run));
    return new ProcessBuilder("bash", "-c", command + " >'" + file + "'").inheritIO().start();
  }
}
