package com.intel.dra.gpu.bench;

import com.intel.dra.gpu.bench.results.PublishResult;
import com.intel.dra.gpu.bench.results.Published;
import com.intel.dra.gpu.bench.results.Published.Event;
import com.intel.dra.gpu.bench.results.ResultFile;
import com.intel.dra.gpu.device.PciAddress;
import com.intel.dra.gpu.device.PciDeviceId;
import com.intel.dra.gpu.simulator.folder.DeviceNodes;
import com.intel.dra.gpu.simulator.program.FolderNode;
import com.intel.dra.gpu.simulator.topology.SimulatedGpu;
import com.intel.dra.gpu.simulator.topology.Topology;
import com.intel.dra.gpu.sysfs.files.KernelDriver;
import com.intel.dra.kit.kubelet.server.TestingKubelet;
import com.intel.dra.kit.kubelet.server.TestingKubelet.Authority;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceSlice;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * Measures how long it takes until the scheduler can see a node's GPUs, and how many writes that
 * needs: at the start, when a GPU is added or removed, when nothing happens, and when the agent
 * restarts. {@code bench/publish} starts it.
 */
final class PublishBench {

  private static final String DRIVER = "gpu.intel.com";
  private static final Map<String, String> STRUCTURED = Map.of("GPU_DRA_MODE", "structured");
  private static final Duration POLL = Duration.ofMillis(5);
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final KubernetesClient client;
  private final AuditLog audit;
  private final int gpus;
  private final Path out;
  private final List<Published> published = new ArrayList<>();

  private PublishBench(KubernetesClient client, AuditLog audit, int gpus, Path out) {
    this.client = client;
    this.audit = audit;
    this.gpus = gpus;
    this.out = out;
  }

  /**
   * Arguments: {@code GPUS IDLESECONDS AUDITLOG OUT JAVA OPTION...}, the last of which are the
   * command line of the agent. The result is written to OUT.
   */
  public static void main(String[] args) throws Exception {
    BenchClient.endWithFailures();
    int gpus = Integer.parseInt(args[0]);
    List<String> command = List.of(args).subList(4, args.length);
    ProcessFolder folder = ProcessFolder.create();
    try (KubernetesClient client = BenchClient.admin();
        FolderNode node =
            FolderNode.create(
                folder.path().resolve("host"),
                new Topology(IntStream.range(0, gpus).mapToObj(PublishBench::gpu).toList()),
                DeviceNodes.PLAIN_FILES);
        var kubelet = new TestingKubelet(Authority.PERCENT_ENCODED)) {
      client
          .resource(
              new NodeBuilder().withNewMetadata().withName(AgentProcess.NODE).endMetadata().build())
          .create();
      var bench = new PublishBench(client, new AuditLog(Path.of(args[2])), gpus, Path.of(args[3]));
      bench.audit.begin();
      long begun = System.nanoTime();
      try (var agent = AgentProcess.start(command, folder, node, STRUCTURED)) {
        agent.register(kubelet);
        bench.awaitPublished(gpus);
        bench.tell(Event.FIRST_START, begun);

        begun = System.nanoTime();
        node.remove(gpu(0).address());
        bench.awaitPublished(gpus - 1);
        bench.tell(Event.ONE_GONE, begun);

        begun = System.nanoTime();
        node.add(gpu(0));
        bench.awaitPublished(gpus);
        bench.tell(Event.ONE_BACK, begun);

        begun = System.nanoTime();
        Thread.sleep(Duration.ofSeconds(Integer.parseInt(args[1])));
        bench.tell(Event.AT_REST, begun);
      }
      bench.audit.begin(); // leaves out the requests of the agent that ends
      begun = System.nanoTime();
      try (var agent = AgentProcess.start(command, folder, node, STRUCTURED)) {
        agent.register(kubelet);
        bench.tell(Event.RESTART, begun);
      }
      client.resources(ResourceSlice.class).delete();
      bench.audit.begin();
      begun = System.nanoTime();
      try (var agent = AgentProcess.start(command, folder, node, STRUCTURED)) {
        agent.register(kubelet);
        bench.awaitPublished(gpus);
        bench.tell(Event.SLICES_LOST, begun);
      }
    }
    folder.done();
    System.exit(0); // otherwise the threads of the client's HTTP library keep running
  }

  private static SimulatedGpu gpu(int index) {
    return new SimulatedGpu(
        new PciAddress(0, 0x10 + index, 0, 0),
        new PciDeviceId("0x56c0"),
        14_248,
        0,
        KernelDriver.I915);
  }

  private void awaitPublished(int gpus) throws InterruptedException {
    long until = System.nanoTime() + PATIENCE.toNanos();
    while (published() != gpus) {
      if (System.nanoTime() > until) {
        throw new IllegalStateException(
            "%d GPUs are published after %d s, not %d"
                .formatted(published(), PATIENCE.toSeconds(), gpus));
      }
      Thread.sleep(POLL);
    }
  }

  /** Returns the number of published GPUs. */
  private long published() {
    return client.resources(ResourceSlice.class).list().getItems().stream()
        .filter(slice -> DRIVER.equals(slice.getSpec().getDriver()))
        .flatMap(slice -> slice.getSpec().getDevices().stream())
        .filter(
            device ->
                "gpu"
                    .equals(Objects.requireNonNull(device.getAttributes().get("type")).getString()))
        .count();
  }

  private void tell(Event event, long begun) throws Exception {
    double seconds = (System.nanoTime() - begun) / 1e9;
    Map<String, Long> requests = audit.requests();
    published.add(new Published(event, seconds, requests));
    // after each event, so that an interrupted run has results
    ResultFile.write(out, new PublishResult(gpus, published));
    System.out.printf("%s: %.2f s; requests %s%n", event.told(), seconds, requests);
  }
}
