package com.intel.dra.gpu.bench;

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
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;

/**
 * Measures a node agent in a process of its own, with a sysfs of eight GPUs that consists of
 * ordinary files, a real API server, and a gRPC client instead of the kubelet. {@code
 * bench/prepare} starts it.
 */
final class PrepareBench {

  private static final String NODE = AgentProcess.NODE;
  private static final int GPUS = 8;
  private static final int WARM_UP = 200;
  private static final int CLAIMS_AT_A_TIME = 50;
  private static final int BATCH = 100;
  private static final int BATCHES = 10;
  private static final Duration IDLE = Duration.ofSeconds(60);
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

  private PrepareBench() {}

  /**
   * Arguments: {@code classic|v1 PAIRS JAVA OPTION...}, the last of which are the command line of
   * the agent.
   */
  public static void main(String[] args) throws Exception {
    BenchClient.endWithFailures();
    ProcessFolder folder = ProcessFolder.create();
    List<SimulatedGpu> gpus =
        IntStream.range(0, GPUS)
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
              List.of(args).subList(2, args.length),
              folder,
              node,
              args[0].equals("v1") ? "structured" : "classic")) {
        Protocol protocol =
            switch (args[0]) {
              case "classic" -> new ClassicProtocol(client, kubelet, folder.path(), NODE, GPUS);
              case "v1" -> new V1Protocol(client, kubelet, folder.path(), NODE);
              default -> throw new IllegalArgumentException("classic or v1, not " + args[0]);
            };
        agent.register(kubelet);
        System.out.printf(
            "%s: serves the kubelet %.2f s after its start%n",
            args[0], (System.nanoTime() - begun) / 1e9);
        measure(protocol, Integer.parseInt(args[1]), agent.pid());
      }
    }
    folder.done();
    System.exit(0); // otherwise the threads of the client's HTTP library keep running
  }

  private static void measure(Protocol protocol, int pairs, long pid) throws InterruptedException {
    ProcessUse begin = ProcessUse.of(pid);
    pairs(protocol, WARM_UP);
    Times times = pairs(protocol, pairs);
    System.out.println("  one claim a call, prepare (ms): " + times.prepare().told());
    System.out.println("  one claim a call, unprepare (ms): " + times.unprepare().told());
    ProcessUse after = ProcessUse.of(pid);
    Times batches = batches(protocol);
    System.out.printf("  %d claims in a call, prepare (ms): %s%n", BATCH, batches.prepare().told());
    System.out.printf(
        "  %d claims in a call, unprepare (ms): %s%n", BATCH, batches.unprepare().told());
    ProcessUse idleFrom = ProcessUse.of(pid);
    Thread.sleep(IDLE);
    ProcessUse end = ProcessUse.of(pid);
    System.out.printf(
        "  RSS (MiB): %.0f at its start, %.0f after %d pairs, %.0f at the end, of which %.0f no"
            + " file's; idle: %.2f %% of a core over %d s%n",
        begin.residentMiB(),
        after.residentMiB(),
        WARM_UP + pairs,
        end.residentMiB(),
        end.anonymousMiB(),
        100 * (end.cpuSeconds() - idleFrom.cpuSeconds()) / IDLE.toSeconds(),
        IDLE.toSeconds());
    if (pairs < RSS_BAR) {
      System.out.printf("  (fewer than %d pairs: growth is not shown)%n", RSS_BAR);
    }
  }

  private record Times(Quantiles prepare, Quantiles unprepare) {}

  private static Times pairs(Protocol protocol, int count) throws InterruptedException {
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
    return new Times(new Quantiles(prepare), new Quantiles(unprepare));
  }

  private static Times batches(Protocol protocol) throws InterruptedException {
    var prepare = new ArrayList<Double>();
    var unprepare = new ArrayList<Double>();
    for (int i = 0; i < BATCHES; i++) {
      List<String> uids = uids(BATCH);
      protocol.allocate(uids);
      prepare.add(milliseconds(() -> protocol.prepare(uids)));
      unprepare.add(milliseconds(() -> protocol.unprepare(uids)));
      protocol.free(uids);
    }
    return new Times(new Quantiles(prepare), new Quantiles(unprepare));
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
