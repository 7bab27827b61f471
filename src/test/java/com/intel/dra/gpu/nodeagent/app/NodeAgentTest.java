package com.intel.dra.gpu.nodeagent.app;

import static com.intel.dra.gpu.nodeagent.app.AgentFixtures.allocated;
import static com.intel.dra.gpu.nodeagent.app.AgentFixtures.allocationPatch;
import static com.intel.dra.gpu.nodeagent.app.AgentFixtures.entries;
import static com.intel.dra.gpu.nodeagent.app.AgentFixtures.simulatedGpu;
import static com.intel.dra.gpu.nodeagent.app.AgentFixtures.uid;
import static com.intel.dra.kit.kubelet.server.TestingKubelet.claim;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.intel.dra.gpu.api.GpuAllocationState;
import com.intel.dra.gpu.api.GpuApi;
import com.intel.dra.gpu.api.ResourceHandle;
import com.intel.dra.gpu.device.PciAddress;
import com.intel.dra.gpu.metrics.Meters;
import com.intel.dra.gpu.mode.DraMode;
import com.intel.dra.gpu.mode.DraModeChoice;
import com.intel.dra.gpu.mode.DraModeSetting;
import com.intel.dra.gpu.nodeagent.config.TestingConfig;
import com.intel.dra.gpu.nodeagent.devices.NodeDevices;
import com.intel.dra.gpu.nodeagent.devices.UnusableGpus;
import com.intel.dra.gpu.nodeagent.gas.MockedGasStore;
import com.intel.dra.gpu.nodeagent.gas.TestingGasInformer;
import com.intel.dra.gpu.nodeagent.life.ActingAgent;
import com.intel.dra.gpu.nodeagent.life.ApiServerLeaseStore;
import com.intel.dra.gpu.nodeagent.life.KubeletRelease;
import com.intel.dra.gpu.nodeagent.memoryuse.MemoryInUse;
import com.intel.dra.gpu.nodeagent.policy.NodeLabels;
import com.intel.dra.gpu.nodeagent.policy.PolicyWatch;
import com.intel.dra.gpu.nodeagent.prepare.ClassicAbandonedClaims;
import com.intel.dra.gpu.nodeagent.prepare.ClassicClaims;
import com.intel.dra.gpu.nodeagent.prepare.StructuredAbandonedClaims;
import com.intel.dra.gpu.nodeagent.prepare.StructuredClaims;
import com.intel.dra.gpu.nodeagent.publish.OfferedDeviceHealth;
import com.intel.dra.gpu.nodeagent.publish.SlicePublisher;
import com.intel.dra.gpu.nodeagent.state.PreparedClaims;
import com.intel.dra.gpu.nodeagent.takeover.ListedClaims;
import com.intel.dra.gpu.nodeagent.tell.NodeEvents;
import com.intel.dra.gpu.simulator.folder.DeviceNodes;
import com.intel.dra.gpu.simulator.program.FolderNode;
import com.intel.dra.gpu.simulator.topology.Topology;
import com.intel.dra.kit.kubelet.api.PluginGeneration;
import com.intel.dra.kit.kubelet.api.PluginSettings;
import com.intel.dra.kit.kubelet.server.KubeletPlugin;
import com.intel.dra.kit.kubelet.server.TestingKubelet;
import com.intel.dra.kit.kubelet.server.TestingKubelet.Authority;
import com.intel.dra.kit.served.ServedApi;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.server.mock.EnableKubernetesMockClient;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * All parts of the agent with simulated GPUs, a kubelet on the real sockets and an API server that
 * stores objects. Only the operator SDK is missing: the tests reconcile by hand.
 */
@EnableKubernetesMockClient(crud = true)
class NodeAgentTest {

  @SuppressWarnings("NullAway.Init") // set by the extension
  KubernetesClient client;

  @TempDir Path root;

  private final TestingKubelet kubelet = new TestingKubelet(Authority.RAW_PATH);
  private FolderNode node;
  private Agent agent;

  @BeforeEach
  void startAgentOnANodeWithTwoGpus() throws IOException {
    node =
        FolderNode.create(
            root.resolve("host"),
            new Topology(List.of(simulatedGpu(3), simulatedGpu(4))),
            DeviceNodes.PLAIN_FILES);
    client
        .resource(new NodeBuilder().withNewMetadata().withName("node1").endMetadata().build())
        .create();
    agent = new Agent();
    agent.start();
  }

  @AfterEach
  void stop() throws IOException {
    kubelet.close();
    agent.stop();
    node.close();
  }

  @Test
  void theKubeletGetsTheDevicesOfAClaimAndTheGasFollows() throws IOException {
    assertThat(kubelet.getInfo(agent.settings.registrationSocket()).getName())
        .isEqualTo(GpuApi.DRIVER_NAME);

    agent.reconciledGas();
    allocate("a", 4);
    var response = kubelet.prepare(agent.settings.pluginSocket(), claim("a", handle(4)));

    assertThat(response.getClaimsOrThrow("a").getError()).isEmpty();
    assertThat(response.getClaimsOrThrow("a").getCdiDevicesList())
        .containsExactly("intel.com/gpu=" + uid(4));
    assertThat(entries(agent.reconciledGas().getSpec().prepared())).containsOnlyKeys("a");

    kubelet.unprepare(agent.settings.pluginSocket(), claim("a", ""));
    assertThat(entries(agent.reconciledGas().getSpec().prepared())).isEmpty();
  }

  /** A kubelet that takes two instances of a driver for one would lose both with the first. */
  @Test
  void whereTheKubeletTakesOneInstanceTheSecondAgentServesItAfterTheFirst() throws IOException {
    client
        .resource(
            new NodeBuilder()
                .withNewMetadata()
                .withName("node1")
                .endMetadata()
                .withNewStatus()
                .withNewNodeInfo()
                .withKubeletVersion("v1.32.0")
                .endNodeInfo()
                .endStatus()
                .build())
        .update();
    Agent first = agent;
    agent = new Agent();
    agent.start();

    assertThat(agent.plugin.isServing()).isFalse();
    assertThat(first.plugin.probeBoth()).as("the first agent's sockets stay").isEmpty();
    assertThat(agent.liveness().getStatus()).isEqualTo(HealthCheckResponse.Status.UP);

    first.stop();
    await().untilAsserted(() -> assertThat(agent.plugin.isServing()).isTrue());
    assertThat(agent.plugin.probeBoth()).isEmpty();
  }

  @Test
  void theGasIsCreatedReadyAndSetNotReadyAtTheEnd() throws IOException {
    GpuAllocationState gas = agent.reconciledGas();
    assertThat(gas.getStatus()).isEqualTo("Ready");
    assertThat(entries(gas.getSpec().allocatable())).containsOnlyKeys(uid(3), uid(4));

    agent.stop();

    assertThat(stored().getStatus()).isEqualTo("NotReady");
    assertThat(agent.settings.pluginSocket()).doesNotExist();
    assertThat(agent.settings.registrationSocket()).doesNotExist();
  }

  @Test
  void aDeletedGasComesBack() {
    await().untilAsserted(() -> assertThat(stored()).isNotNull());
    client.resource(stored()).delete();

    await().untilAsserted(() -> assertThat(stored()).isNotNull());
    assertThat(entries(stored().getSpec().allocatable())).containsOnlyKeys(uid(3), uid(4));
  }

  @Test
  void preparedClaimsSurviveARestartOfTheAgent() throws IOException {
    agent.reconciledGas();
    allocate("a", 3);
    kubelet.prepare(agent.settings.pluginSocket(), claim("a", handle(3)));
    agent.stop();

    agent = new Agent();
    agent.start();

    assertThat(agent.prepared.all()).containsOnlyKeys("a");
    assertThat(entries(agent.reconciledGas().getSpec().prepared())).containsOnlyKeys("a");
    assertThat(
            kubelet
                .prepare(agent.settings.pluginSocket(), claim("a", handle(3)))
                .getClaimsOrThrow("a")
                .getCdiDevicesList())
        .containsExactly("intel.com/gpu=" + uid(3));
  }

  /**
   * The CDI folder is empty after a reboot, because it is in memory. The kubelet may call as soon
   * as it sees the socket.
   */
  @Test
  void afterARebootTheCdiSpecIsWrittenBeforeThereIsASocket() throws IOException {
    agent.stop();
    Files.delete(agent.parts.cdiFile());
    agent = new Agent();
    var specFirst = new AtomicBoolean();
    // a process that can connect can call, so the kubelet may rely on what is true at that moment
    Thread watcher =
        Thread.ofPlatform()
            .start(
                () -> {
                  while (!Files.exists(agent.settings.pluginSocket())) {
                    Thread.onSpinWait();
                  }
                  specFirst.set(Files.exists(agent.parts.cdiFile()));
                });

    agent.start();

    await().until(() -> !watcher.isAlive());
    assertThat(specFirst).isTrue();
  }

  @Test
  void devicesThatComeAndGoAreFollowed() throws IOException {
    agent.reconciledGas();
    node.remove(new PciAddress(0, 3, 0, 0));
    await().untilAsserted(() -> assertThat(agent.devices.find(uid(3))).isEmpty());
    agent.reconciledGas();
    node.add(simulatedGpu(5));
    await().untilAsserted(() -> assertThat(agent.devices.find(uid(5))).isPresent());

    allocate("new", 5);
    allocate("gone", 3);
    var response =
        kubelet.prepare(
            agent.settings.pluginSocket(), claim("new", handle(5)), claim("gone", handle(3)));

    assertThat(response.getClaimsOrThrow("new").getError()).isEmpty();
    assertThat(response.getClaimsOrThrow("gone").getError()).contains(uid(3), "node1");
    assertThat(entries(agent.reconciledGas().getSpec().allocatable()))
        .containsOnlyKeys(uid(4), uid(5));
  }

  @Test
  void healthAndMetricsTellWhatHappens() throws IOException {
    // the first probes of a cold JVM may take longer than the check waits for its socket
    await()
        .untilAsserted(
            () ->
                assertThat(agent.liveness().getStatus()).isEqualTo(HealthCheckResponse.Status.UP));
    assertThat(agent.readiness().getStatus()).isEqualTo(HealthCheckResponse.Status.DOWN);
    agent.reconciledGas();
    assertThat(agent.readiness().getStatus()).isEqualTo(HealthCheckResponse.Status.UP);

    allocate("a", 3);
    kubelet.prepare(agent.settings.pluginSocket(), claim("a", handle(3)), claim("b", handle(9)));
    kubelet.unprepare(agent.settings.pluginSocket(), claim("unknown", ""));

    assertThat(agent.count("gpu.dra.prepare.requests", "success")).isEqualTo(1);
    assertThat(agent.count("gpu.dra.prepare.requests", "error")).isEqualTo(1);
    assertThat(agent.count("gpu.dra.unprepare.requests", "success")).isEqualTo(1);
    assertThat(agent.meters.get("gpu.dra.prepared.claims").gauge().value()).isEqualTo(1);

    agent.stop();
    assertThat(agent.liveness().getStatus()).isEqualTo(HealthCheckResponse.Status.DOWN);
    assertThat(agent.readiness().getStatus()).isEqualTo(HealthCheckResponse.Status.DOWN);
  }

  private GpuAllocationState stored() {
    return client.resources(GpuAllocationState.class).inNamespace("gpu").withName("node1").get();
  }

  /** Writes an allocation into the GAS, as the controller does before it writes the claim. */
  private void allocate(String claimUid, int bus) {
    client
        .resource(stored())
        .patch(PatchContext.of(PatchType.JSON_MERGE), allocationPatch(claimUid, bus));
  }

  private static String handle(int bus) {
    return new ResourceHandle(List.of(allocated(bus))).encode();
  }

  /** The beans, wired by hand. */
  private final class Agent {
    final TestingConfig config =
        TestingConfig.below(root).withHost(node.sysfsRoot(), node.devRoot());
    final PluginSettings settings =
        new PluginSettings(
            GpuApi.DRIVER_NAME,
            config.pluginDir(DraMode.CLASSIC),
            config.registryDir(),
            new PluginGeneration.Classic());
    final TestingGasInformer informer =
        new TestingGasInformer(config) {
          @Override
          public java.util.Optional<GpuAllocationState> current() {
            try {
              return java.util.Optional.ofNullable(stored());
            } catch (KubernetesClientException e) { // the agent's stop interrupted it
              return java.util.Optional.of(new GpuAllocationState());
            }
          }
        };
    final AgentParts parts;
    final NodeDevices devices;
    final SimpleMeterRegistry meters;
    final PreparedClaims prepared;
    final KubeletPlugin plugin;
    final KubeletRelease kubeletRelease;
    final SlicePublisher slices;
    final NodeAgent agent;

    Agent() throws IOException {
      parts =
          new AgentParts(
              config,
              new MockedGasStore(client, config),
              informer,
              new ActingAgent(config.stateDir().orElseThrow()),
              new ApiServerLeaseStore(client, config, Clock.systemUTC()));
      devices = parts.devices;
      meters = parts.meters;
      prepared = parts.prepared;
      slices = new SlicePublisher(client, parts.offer, parts.provisioner, parts.metrics, config);
      plugin = KubeletPlugin.create(settings, parts.preparation, parts.metrics);
      kubeletRelease = new KubeletRelease(client, config, parts.acting);
      agent =
          new NodeAgent(
              config,
              parts.acting,
              parts.monitor,
              plugin,
              kubeletRelease,
              parts.desired,
              parts.keeper,
              informer,
              new ClassicAbandonedClaims(
                  prepared, informer, new ClassicClaims(client), config, InstantSource.system()),
              new StructuredAbandonedClaims(
                  prepared,
                  new StructuredClaims(client),
                  new ListedClaims(client),
                  informer,
                  config,
                  InstantSource.system()),
              DraMode.CLASSIC,
              slices,
              parts.pending,
              new OfferedDeviceHealth(devices, prepared, config, Clock.systemUTC()),
              parts.proof,
              parts.heartbeat,
              new UnusableGpus(
                  devices,
                  parts.hosts,
                  prepared,
                  new NodeEvents(client, config, Clock.systemUTC())),
              new PolicyWatch(
                  config,
                  DraMode.CLASSIC,
                  parts.policies,
                  new NodeLabels(client, config),
                  new NodeEvents(client, config, Clock.systemUTC()),
                  informer,
                  Meters.ofAgent(parts.meters, config.nodeName())),
              new GasLiveness(new MockedGasStore(client, config), informer),
              parts.statuses,
              new MemoryInUse(
                  config,
                  prepared,
                  new StructuredClaims(client),
                  devices,
                  Meters.ofAgent(parts.meters, config.nodeName())),
              parts.metadata);
    }

    void start() throws IOException {
      agent.start(new StartupEvent());
    }

    void stop() throws IOException {
      agent.stop(new ShutdownEvent());
      parts.acting.letGo();
    }

    GpuAllocationState reconciledGas() throws IOException {
      await().untilAsserted(() -> assertThat(stored()).isNotNull());
      parts.reconciler.reconcile(stored());
      return stored();
    }

    HealthCheckResponse liveness() {
      return new SocketsLiveness(plugin, kubeletRelease).call();
    }

    HealthCheckResponse readiness() {
      var api = new ServedApi();
      return new AgentReadiness(
              plugin,
              kubeletRelease,
              parts.acting,
              parts.publication,
              DraMode.CLASSIC,
              slices,
              new ClusterWatch(
                  new DraModeChoice(DraModeSetting.CLASSIC, client, api),
                  api,
                  DraMode.CLASSIC,
                  prepared,
                  slices,
                  new NodeEvents(client, config, Clock.systemUTC())))
          .call();
    }

    double count(String name, String result) {
      return meters.get(name).tags("api_version", "v1alpha3", "result", result).counter().count();
    }
  }
}
