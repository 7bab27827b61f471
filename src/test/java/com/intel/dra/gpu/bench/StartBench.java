package com.intel.dra.gpu.bench;

import com.intel.dra.gpu.api.AllocatedDevice;
import com.intel.dra.gpu.api.ClaimAllocation;
import com.intel.dra.gpu.api.GpuAllocationState;
import com.intel.dra.gpu.api.GpuAllocationStateSpec;
import com.intel.dra.gpu.api.GpuApi;
import com.intel.dra.gpu.bench.results.ResultFile;
import com.intel.dra.gpu.bench.results.StartResult;
import com.intel.dra.gpu.classic.AllocationResults;
import com.intel.dra.gpu.classic.Claims;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaim;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaimBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/**
 * Measures how long the controller takes from its start until it has allocated its first claim, in
 * a cluster with many nodes and many claims that were allocated before. {@code bench/start} starts
 * it.
 */
final class StartBench {

  private static final String FIRST = "first";
  private static final long PATIENCE_SECONDS = 300;
  private static final Duration AFTERWARDS = Duration.ofSeconds(30);

  private final KubernetesClient client;
  private final BenchCluster cluster;
  private final Map<Integer, Map<String, ClaimAllocation>> records = new ConcurrentHashMap<>();

  private StartBench(KubernetesClient client, BenchCluster cluster) {
    this.client = client;
    this.cluster = cluster;
  }

  /**
   * Arguments: {@code NODES CLAIMS AUDITLOG OUT JAVA OPTION...}, the last of which are the command
   * line of the controller. The result is written to OUT.
   */
  public static void main(String[] args) throws Exception {
    BenchClient.endWithFailures();
    ProcessFolder folder = ProcessFolder.create();
    try (KubernetesClient client = BenchClient.admin()) {
      var cluster =
          new BenchCluster(
              client, Contestant.OURS, Integer.parseInt(args[0]), BenchCluster.GPUS_PER_NODE);
      cluster.make();
      var bench = new StartBench(client, cluster);
      bench.allocate(Integer.parseInt(args[1]));
      StartResult result =
          bench.measure(
              List.of(args).subList(4, args.length), folder, new AuditLog(Path.of(args[2])));
      ResultFile.write(Path.of(args[3]), result);
    }
    folder.done();
    System.exit(0); // otherwise the threads of the client's HTTP library keep running
  }

  /** Allocates claims as if another controller had done so long ago. */
  private void allocate(int claims) throws Exception {
    InParallel.run(
        IntStream.range(0, claims).mapToObj(i -> (Callable<?>) () -> allocated(i)).toList());
    InParallel.run(
        records.entrySet().stream()
            .map(node -> (Callable<?>) () -> record(node.getKey(), node.getValue()))
            .toList());
  }

  private ResourceClaim allocated(int index) {
    int node = index % cluster.nodes();
    ResourceClaim claim =
        client
            .resource(
                new ResourceClaimBuilder(claim("claim-" + index, "WaitForFirstConsumer"))
                    .editMetadata()
                    .addToFinalizers(GpuApi.CLAIM_FINALIZER)
                    .endMetadata()
                    .build())
            .create();
    List<AllocatedDevice> devices =
        List.of(
            new AllocatedDevice(
                BenchCluster.MIB_PER_CLAIM,
                "",
                "",
                "gpu",
                NodeRecordYaml.uid(index / cluster.nodes() % BenchCluster.GPUS_PER_NODE)));
    records
        .computeIfAbsent(node, _ -> new ConcurrentHashMap<>())
        .put(Claims.uid(claim), new ClaimAllocation(devices, ""));
    return client
        .resource(
            new ResourceClaimBuilder(claim)
                .withNewStatus()
                .withDriverName(GpuApi.DRIVER_NAME)
                .withAllocation(AllocationResults.of(BenchCluster.nodeName(node), devices))
                .endStatus()
                .build())
        .updateStatus();
  }

  private GpuAllocationState record(int node, Map<String, ClaimAllocation> allocations) {
    GpuAllocationState gas =
        client
            .resources(GpuAllocationState.class)
            .inNamespace(BenchCluster.NAMESPACE)
            .withName(BenchCluster.nodeName(node))
            .require();
    GpuAllocationStateSpec spec = gas.getSpec();
    gas.setSpec(
        new GpuAllocationStateSpec(spec.allocatable(), spec.prepared(), new HashMap<>(allocations))
            .summarised());
    return client.resource(gas).update();
  }

  private static ResourceClaim claim(String name, String mode) {
    return new ResourceClaimBuilder()
        .withNewMetadata()
        .withName(name)
        .withNamespace(BenchCluster.NAMESPACE)
        .endMetadata()
        .withNewSpec()
        .withAllocationMode(mode)
        .withResourceClassName(BenchCluster.NAME)
        .withNewParametersRef(GpuApi.GROUP, "GpuClaimParameters", BenchCluster.NAME)
        .endSpec()
        .build();
  }

  private StartResult measure(List<String> command, ProcessFolder folder, AuditLog audit)
      throws Exception {
    var first = client.resource(claim(FIRST, "Immediate"));
    first.create();
    audit.begin();
    long begun = System.nanoTime();
    Process controller = folder.start(new ProcessBuilder(command));
    first.waitUntilCondition(
        claim -> claim != null && Claims.allocation(claim).isPresent(),
        PATIENCE_SECONDS,
        TimeUnit.SECONDS);
    double seconds = (System.nanoTime() - begun) / 1e9;
    ProcessUse then = ProcessUse.of(controller.pid());
    Thread.sleep(AFTERWARDS);
    ProcessUse later = ProcessUse.of(controller.pid());
    var result =
        new StartResult(
            cluster.nodes(),
            client.resources(ResourceClaim.class).list().getItems().size() - 1,
            seconds,
            then.cpuSeconds(),
            then.residentMiB(),
            later.cpuSeconds(),
            later.residentMiB(),
            audit.requests());
    System.out.printf(
        "%d nodes x %d GPUs, %d claims: the first allocation %.1f s after the controller's start;"
            + " %.1f s of CPU, RSS %.0f MiB; %d s later %.1f s of CPU, RSS %.0f MiB; requests %s%n",
        cluster.nodes(),
        cluster.gpusPerNode(),
        result.claims(),
        seconds,
        then.cpuSeconds(),
        then.residentMiB(),
        AFTERWARDS.toSeconds(),
        later.cpuSeconds(),
        later.residentMiB(),
        result.requests());
    return result;
  }
}
