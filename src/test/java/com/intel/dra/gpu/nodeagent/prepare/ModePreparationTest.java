package com.intel.dra.gpu.nodeagent.prepare;

import static com.intel.dra.gpu.nodeagent.app.AgentFixtures.BOOT;
import static com.intel.dra.gpu.nodeagent.app.AgentFixtures.allocated;
import static com.intel.dra.gpu.nodeagent.app.AgentFixtures.claim;
import static com.intel.dra.gpu.nodeagent.app.AgentFixtures.gpu;
import static com.intel.dra.gpu.nodeagent.app.AgentFixtures.result;
import static com.intel.dra.gpu.nodeagent.app.AgentFixtures.simulatedGpu;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import com.intel.dra.gpu.api.ResourceHandle;
import com.intel.dra.gpu.mode.DraMode;
import com.intel.dra.gpu.nodeagent.app.AgentParts;
import com.intel.dra.gpu.nodeagent.config.TestingConfig;
import com.intel.dra.gpu.nodeagent.gas.TestingGasInformer;
import com.intel.dra.gpu.nodeagent.gas.TestingGasStore;
import com.intel.dra.gpu.nodeagent.life.TestingLeaseStore;
import com.intel.dra.gpu.nodeagent.life.TheOnlyAgent;
import com.intel.dra.gpu.nodeagent.vfs.VfThreads;
import com.intel.dra.gpu.simulator.folder.DeviceNodes;
import com.intel.dra.gpu.simulator.program.FolderNode;
import com.intel.dra.gpu.simulator.topology.Topology;
import com.intel.dra.gpu.structured.DeviceName;
import com.intel.dra.gpu.sysfs.sriov.VirtualFunctions;
import com.intel.dra.kit.kubelet.api.PrepareResult;
import com.intel.dra.kit.kubelet.api.UnprepareResult;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A kubelet that is earlier than the first discovery, as after a boot. */
class ModePreparationTest {

  private static final Duration LONG = Duration.ofSeconds(60);

  /** Much less, so that nobody can be woken by the end of his patience. */
  private static final Duration SOON = Duration.ofSeconds(20);

  @TempDir Path root;

  private final TestingStructuredClaims claims = new TestingStructuredClaims();

  @ParameterizedTest
  @EnumSource
  void aCallBeforeTheFirstDiscoveryIsAnsweredAsSoonAsTheDevicesAreKnown(DraMode mode)
      throws Exception {
    AgentParts parts = agentBeforeSysfs(mode, LONG);
    assertThat(parts.monitor.scan()).as("discovery works").isFalse();
    claims.give("a", result("gpu", DeviceName.of(gpu(4).uid()).toString()));
    var answer = new FutureTask<>(() -> prepare(parts));
    Thread call = Thread.ofPlatform().start(answer);
    await().until(() -> call.getState() == Thread.State.TIMED_WAITING);

    try (var _ = nodeWithTwoGpus()) {
      assertThat(parts.monitor.scan()).isTrue();

      assertThat(answer.get(SOON.toSeconds(), TimeUnit.SECONDS))
          .isInstanceOf(PrepareResult.Prepared.class);
      assertThat(parts.prepared.all()).containsOnlyKeys("a");
    }
  }

  @ParameterizedTest
  @EnumSource
  void whereTheDevicesStayUnknownTheAnswerSaysWhereToLookAndNothingIsPrepared(DraMode mode)
      throws IOException {
    AgentParts parts = agentBeforeSysfs(mode, Duration.ofMillis(10));
    parts.monitor.scan();

    assertThat(prepare(parts))
        .isInstanceOfSatisfying(
            PrepareResult.Failed.class,
            failed ->
                assertThat(failed.message())
                    .contains("devices of node node1 are not known yet", "log of its node agent"));
    assertThat(parts.prepared.all()).isEmpty();
  }

  @Test
  void whatACallHasWaitedForBeforeIsAPartOfItsTime() throws IOException {
    AgentParts parts = agentBeforeSysfs(DraMode.CLASSIC, LONG);
    parts.monitor.scan();

    for (Duration waited : List.of(LONG, LONG.multipliedBy(2))) {
      assertTimeoutPreemptively(
          SOON,
          () ->
              assertThat(parts.preparation.prepare(claim("a"), Optional.empty(), waited))
                  .isInstanceOf(PrepareResult.Failed.class));
    }
  }

  @Test
  void unpreparingWaitsForNoDiscovery() throws IOException {
    AgentParts parts = agentBeforeSysfs(DraMode.CLASSIC, LONG);

    assertTimeoutPreemptively(
        SOON,
        () ->
            assertThat(parts.preparation.unprepare(claim("a")))
                .isInstanceOf(UnprepareResult.Unprepared.class));
  }

  private static PrepareResult prepare(AgentParts parts) {
    return parts.preparation.prepare(
        claim("a"), Optional.of(new ResourceHandle(List.of(allocated(4))).encode()));
  }

  private AgentParts agentBeforeSysfs(DraMode mode, Duration prepareWait) throws IOException {
    var config =
        TestingConfig.below(root)
            .withHost(root.resolve("host/sysfs"), root.resolve("host/dev"))
            .withPrepareWait(prepareWait);
    var parts =
        new AgentParts(
            config,
            new TestingGasStore(config),
            new TestingGasInformer(config),
            new TheOnlyAgent(),
            new TestingLeaseStore(),
            BOOT,
            new VirtualFunctions(config.sysfsRoot()),
            VfThreads.PLATFORM,
            InstantSource.system(),
            mode,
            claims);
    parts.prepared.completeFrom(Map.of());
    return parts;
  }

  private FolderNode nodeWithTwoGpus() throws IOException {
    return FolderNode.create(
        root.resolve("host"),
        new Topology(List.of(simulatedGpu(3), simulatedGpu(4))),
        DeviceNodes.PLAIN_FILES);
  }
}
