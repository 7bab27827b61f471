package com.intel.dra.gpu.bench;

import com.intel.dra.gpu.bench.results.Memory;
import com.intel.dra.gpu.bench.results.PrepareResult;
import com.intel.dra.gpu.bench.results.PrepareResult.Milliseconds;
import com.intel.dra.gpu.bench.results.ResultFile;
import com.intel.dra.gpu.bench.results.Traffic;
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
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;

/**
 * Measures a node agent in a process of its own, with a sysfs of eight GPUs that consists of
 * ordinary files, a real API server, and a gRPC client instead of the kubelet. {@code
 * bench/prepare} starts it.
 */
final class PrepareBench {

  private static final String NODE = AgentProcess.NODE;
  private static final int WARM_UP = 200;
  private static final int CLAIMS_AT_A_TIME = 50;
  private static final int BATCH = 100;
  private static final int BATCHES = 10;
  private static final int RSS_BAR = 1000;

  /** What differs between the protocols. */
  interface Protocol {

    /** Allocates these claims, so that the agent accepts them. */
    void allocate(List<String> uids) throws InterruptedException;

    /**
     * Prepares the claims with one call, as the kubelet does; fails unless every claim got its
     * device.
     */
    void prepare(List<String> uids);

    void unprepare(List<String> uids);

    void free(List<String> uids);
  }

  private final Protocol protocol;
  private final AuditLog audit;
  private final long pid;
  private final Duration idle;

  private PrepareBench(Protocol protocol, AuditLog audit, long pid, Duration idle) {
    this.protocol = protocol;
    this.audit = audit;
    this.pid = pid;
    this.idle = idle;
  }

  /**
   * Arguments: {@code classic|v1 GPUS PAIRS IDLESECONDS AUDITLOG OUT JAVA OPTION...}, the last of
   * which are the command line of the agent. The result is written to OUT.
   */
  public static void main(String[] args) throws Exception {
    BenchClient.endWithFailures();
    int gpuCount = Integer.parseInt(args[1]);
    ProcessFolder folder = ProcessFolder.create();
    List<SimulatedGpu> gpus =
        IntStream.range(0, gpuCount)
            .mapToObj(
                i ->
                    new SimulatedGpu(
                        new PciAddress(0, 0x10 + i, 0, 0),
                        new PciDeviceId("0x56c0"),
                        16_384,
                        31,
                        KernelDriver.I915))
            .toList();
    try (KubernetesClient client = BenchClient.admin();
        FolderNode node =
            FolderNode.create(
                folder.path().resolve("host"), new Topology(gpus), DeviceNodes.PLAIN_FILES);
        var kubelet = new TestingKubelet(Authority.PERCENT_ENCODED)) {
      client
          .resource(new NodeBuilder().withNewMetadata().withName(NODE).endMetadata().build())
          .create();
      long begun = System.nanoTime();
      try (var agent =
          AgentProcess.start(
              List.of(args).subList(6, args.length),
              folder,
              node,
              args[0].equals("v1")
                  ? Map.of("GPU_DRA_MODE", "structured", "GPU_SHARING", "memory")
                  : Map.of("GPU_DRA_MODE", "classic"))) {
        Protocol protocol =
            switch (args[0]) {
              case "classic" -> new ClassicProtocol(client, kubelet, folder.path(), NODE, gpuCount);
              case "v1" -> new V1Protocol(client, kubelet, folder.path(), NODE);
              default -> throw new IllegalArgumentException("classic or v1, not " + args[0]);
            };
        agent.register(kubelet);
        double servesAfter = (System.nanoTime() - begun) / 1e9;
        System.out.printf(
            "%s, %d GPUs: serves the kubelet %.2f s after its start%n",
            args[0], gpuCount, servesAfter);
        var bench =
            new PrepareBench(
                protocol,
                new AuditLog(Path.of(args[4])),
                agent.pid(),
                Duration.ofSeconds(Integer.parseInt(args[3])));
        ResultFile.write(
            Path.of(args[5]),
            bench.measure(args[0], gpuCount, Integer.parseInt(args[2]), servesAfter));
      }
    }
    folder.done();
    System.exit(0); // otherwise the threads of the client's HTTP library keep running
  }

  private PrepareResult measure(String name, int gpus, int pairs, double servesAfterSeconds)
      throws IOException, InterruptedException {
    ProcessUse begin = ProcessUse.of(pid);
    pairs(WARM_UP);
    audit.begin();
    Times times;
    TrafficMeter.Bytes bytes;
    try (var meter = TrafficMeter.of(pid)) {
      times = pairs(pairs);
      bytes = meter.bytes();
    }
    ProcessUse after = ProcessUse.of(pid);
    var traffic = new Traffic(audit.requests(), bytes.sent(), bytes.received());
    Times batches = batches();
    ProcessUse idleFrom = ProcessUse.of(pid);
    Thread.sleep(idle);
    ProcessUse end = ProcessUse.of(pid);
    var result =
        new PrepareResult(
            name,
            gpus,
            pairs,
            servesAfterSeconds,
            times.prepare(),
            times.unprepare(),
            BATCH,
            batches.prepare(),
            batches.unprepare(),
            memory(begin),
            memory(after),
            memory(end),
            100 * (end.cpuSeconds() - idleFrom.cpuSeconds()) / idle.toSeconds(),
            traffic);
    tell(result);
    return result;
  }

  private static Memory memory(ProcessUse use) {
    return new Memory(use.residentMiB(), use.anonymousMiB());
  }

  private void tell(PrepareResult result) {
    System.out.println("  one claim a call, prepare (ms): " + result.prepare().quantiles().told());
    System.out.println(
        "  one claim a call, unprepare (ms): " + result.unprepare().quantiles().told());
    System.out.printf(
        "  %d claims in a call, prepare (ms): %s%n",
        BATCH, result.batchPrepare().quantiles().told());
    System.out.printf(
        "  %d claims in a call, unprepare (ms): %s%n",
        BATCH, result.batchUnprepare().quantiles().told());
    System.out.printf(
        "  RSS, and of it no file's (MiB): %.0f, %.0f at its start; %.0f, %.0f after %d pairs;"
            + " %.0f, %.0f at the end; idle: %.2f %% of a core over %d s%n",
        result.atStart().residentMiB(),
        result.atStart().anonymousMiB(),
        result.afterPairs().residentMiB(),
        result.afterPairs().anonymousMiB(),
        WARM_UP + result.pairs(),
        result.atEnd().residentMiB(),
        result.atEnd().anonymousMiB(),
        result.idlePercent(),
        idle.toSeconds());
    System.out.printf(
        "  with the API server, for %d pairs: %d bytes sent, %d received; requests %s%n",
        result.pairs(),
        result.traffic().sentBytes(),
        result.traffic().receivedBytes(),
        result.traffic().sorted());
    if (result.pairs() < RSS_BAR) {
      System.out.printf("  (fewer than %d pairs: growth is not shown)%n", RSS_BAR);
    }
  }

  /** Of prepare and of unprepare. */
  private record Times(Milliseconds prepare, Milliseconds unprepare) {}

  private Times pairs(int count) throws InterruptedException {
    var prepare = new ArrayList<Double>();
    var unprepare = new ArrayList<Double>();
    for (int done = 0; done < count; done += CLAIMS_AT_A_TIME) {
      List<String> uids = uids(CLAIMS_AT_A_TIME);
      protocol.allocate(uids);
      for (String uid : uids) {
        prepare.add(milliseconds(() -> protocol.prepare(List.of(uid))));
        unprepare.add(milliseconds(() -> protocol.unprepare(List.of(uid))));
      }
      protocol.free(uids);
    }
    return new Times(new Milliseconds(prepare), new Milliseconds(unprepare));
  }

  private Times batches() throws InterruptedException {
    var prepare = new ArrayList<Double>();
    var unprepare = new ArrayList<Double>();
    for (int i = 0; i < BATCHES; i++) {
      List<String> uids = uids(BATCH);
      protocol.allocate(uids);
      prepare.add(milliseconds(() -> protocol.prepare(uids)));
      unprepare.add(milliseconds(() -> protocol.unprepare(uids)));
      protocol.free(uids);
    }
    return new Times(new Milliseconds(prepare), new Milliseconds(unprepare));
  }

  private static double milliseconds(Runnable call) {
    long begun = System.nanoTime();
    call.run();
    return (System.nanoTime() - begun) / 1e6;
  }

  private static List<String> uids(int count) {
    return IntStream.range(0, count).mapToObj(_ -> UUID.randomUUID().toString()).toList();
  }
}
