package com.intel.dra.gpu.trial;

import com.intel.dra.gpu.bench.V1Protocol;
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
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/**
 * Plays node, scheduler and kubelet for a node agent with structured DRA: its GPUs are published,
 * and claims are prepared and unprepared.
 *
 * <p>Argument: the file to write a kubeconfig to, for the agent. Beside it is what the agent uses:
 * {@code host/sysfs}, {@code host/dev}, {@code cdi}, {@code plugin} and {@code registry}. Ends when
 * all claims are done, or fails if the agent does not come.
 */
public final class AgentTrial {

  /** The name of the agent's node. */
  private static final String NODE = "trial";

  private static final int GPUS = 8;
  private static final int ROUNDS = 10;
  private static final int CLAIMS_PER_ROUND = 20;
  private static final long PATIENCE_SECONDS = 120;
  private static final long POLL_MILLIS = 20;
  private static final int MOST_FAILURES = 4;

  private final V1Protocol claims;

  private AgentTrial(V1Protocol claims) {
    this.claims = claims;
  }

  public static void main(String[] args) {
    TrialProgram.run(() -> play(Path.of(args[0]).toAbsolutePath()));
  }

  private static void play(Path kubeconfig) throws Exception {
    Path folder = kubeconfig.resolveSibling(".");
    for (String name : List.of("cdi", "plugin", "registry")) {
      Files.createDirectories(folder.resolve(name));
    }
    try (var server = TrialApiServer.ofNode();
        KubernetesClient client = server.client();
        FolderNode node =
            FolderNode.create(
                folder.resolve("host"),
                new Topology(IntStream.range(0, GPUS).mapToObj(AgentTrial::gpu).toList()),
                DeviceNodes.PLAIN_FILES);
        var kubelet = new TestingKubelet(Authority.PERCENT_ENCODED)) {
      client
          .resource(new NodeBuilder().withNewMetadata().withName(NODE).endMetadata().build())
          .create();
      server.writeKubeconfig(kubeconfig);
      register(folder.resolve("registry"), kubelet);
      var trial = new AgentTrial(new V1Protocol(client, kubelet, folder, NODE));
      for (int round = 0; round < ROUNDS; round++) {
        trial.claimsComeAndGo();
      }
    }
  }

  private static SimulatedGpu gpu(int index) {
    return new SimulatedGpu(
        new PciAddress(0, 0x10 + index, 0, 0),
        new PciDeviceId("0x56c0"),
        16_384,
        31,
        KernelDriver.I915);
  }

  private static void register(Path registry, TestingKubelet kubelet)
      throws IOException, InterruptedException {
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (System.nanoTime() < until) {
      try (var files = Files.list(registry)) {
        var socket = files.filter(file -> file.toString().endsWith(".sock")).findFirst();
        if (socket.isPresent()) {
          kubelet.getInfo(socket.get());
          kubelet.notifyStatus(socket.get(), true, "");
          return;
        }
      } catch (StatusRuntimeException e) {
        // the machine is busy: the kubelet would call again, too
      }
      Thread.sleep(POLL_MILLIS);
    }
    throw new IllegalStateException("the agent serves no socket");
  }

  /** One claim a call, and then all of them in one call. */
  private void claimsComeAndGo() throws InterruptedException {
    List<String> names =
        IntStream.range(0, CLAIMS_PER_ROUND).mapToObj(_ -> UUID.randomUUID().toString()).toList();
    claims.allocate(names);
    for (String name : names) {
      call(() -> claims.prepare(List.of(name)));
      call(() -> claims.unprepare(List.of(name)));
    }
    call(() -> claims.prepare(names));
    call(() -> claims.unprepare(names));
    claims.free(names);
  }

  /** Calls again after a failure, as the kubelet does: the machine may be busy. */
  private static void call(Runnable call) {
    for (int failures = 0; ; failures++) {
      try {
        call.run();
        return;
      } catch (IllegalStateException | StatusRuntimeException e) {
        if (failures == MOST_FAILURES) {
          throw e;
        }
      }
    }
  }
}
