package com.intel.dra.gpu.nodeagent.vfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.intel.dra.gpu.api.AllocatableDevice;
import com.intel.dra.gpu.api.AllocatedDevice;
import com.intel.dra.gpu.api.ClaimAllocation;
import com.intel.dra.gpu.api.ResourceHandle;
import com.intel.dra.gpu.device.DeviceType;
import com.intel.dra.gpu.device.Gpu;
import com.intel.dra.gpu.nodeagent.app.AgentFixtures;
import com.intel.dra.gpu.nodeagent.app.VfNode;
import com.intel.dra.gpu.nodeagent.devices.VfHostState;
import com.intel.dra.kit.kubelet.api.PrepareResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What cannot be known of a GPU's VFs, or done with them, only for the moment. */
class VfsThatCannotBeReadTest {

  private static final String NUM_VFS = "sriov_numvfs";

  @TempDir Path root;

  private VfNode node;
  private Gpu gpu;

  @BeforeEach
  void nodeWithAGpu() throws IOException {
    node = VfNode.stepByStep(root);
    gpu = node.flex170(0xb3);
    node.start(node.config().withPrepareWait(Duration.ofMinutes(1)));
    node.settle();
  }

  private void makeUnreadable() throws IOException {
    Files.move(node.sysfs(gpu, NUM_VFS), root.resolve("aside"));
    Files.createDirectory(node.sysfs(gpu, NUM_VFS));
  }

  private void makeReadable() throws IOException {
    Files.delete(node.sysfs(gpu, NUM_VFS));
    Files.move(root.resolve("aside"), node.sysfs(gpu, NUM_VFS));
  }

  private VfHostState state() {
    return node.agent.hosts.state(gpu.uid()).orElseThrow();
  }

  /** Returns the kubelet's call after it has begun to wait: then it asks for a reconciliation. */
  private CompletableFuture<PrepareResult> callThatWaits(
      String claim, List<AllocatedDevice> devices) {
    int before = node.informer.signals;
    CompletableFuture<PrepareResult> call =
        CompletableFuture.supplyAsync(
            () ->
                node.agent.preparation.prepare(
                    AgentFixtures.claim(claim), Optional.of(new ResourceHandle(devices).encode())));
    await().until(() -> call.isDone() || node.informer.signals > before);
    assertThat(call).as("it waits").isNotDone();
    return call;
  }

  private static PrepareResult resultOf(CompletableFuture<PrepareResult> call) throws Exception {
    return call.get(60, TimeUnit.SECONDS);
  }

  @Test
  void aCallWaitsUntilTheVfsOfTheGpuCanBeReadAgain() throws Exception {
    assertThat(node.allocateVfs("a", 1, 2000)).isTrue();
    makeUnreadable();
    node.settle();
    assertThat(state()).isInstanceOf(VfHostState.Refused.class);
    assertThat(node.agent.provisioner.lookAgainAfter())
        .hasValueSatisfying(wait -> assertThat(wait).isLessThanOrEqualTo(Duration.ofSeconds(2)));

    CompletableFuture<PrepareResult> call = callThatWaits("a", node.devicesOf("a"));
    makeReadable();
    node.settle();

    assertThat(resultOf(call)).isInstanceOf(PrepareResult.Prepared.class);
  }

  /** The scheduler gives VFs of a GPU away as soon as the pod that had it was deleted by force. */
  @Test
  void aCallForVfsWaitsForTheClaimThatHasTheGpuAsAWhole() throws Exception {
    assertThat(node.allocate("whole", DeviceType.GPU, 1, 0)).isTrue();
    node.prepared("whole");
    node.settle();
    node.gas.release("whole");
    var vf =
        new AllocatedDevice(
            2000, gpu.uid().toString(), "flex170_m8", "vf", gpu.uid().vf(0).toString());
    node.gas.allocate("vf", new ClaimAllocation(List.of(vf), ""));
    node.settle();
    assertThat(state()).isInstanceOf(VfHostState.Refused.class);

    CompletableFuture<PrepareResult> call = callThatWaits("vf", List.of(vf));
    node.unprepare("whole");
    node.settle();

    assertThat(resultOf(call)).isInstanceOf(PrepareResult.Prepared.class);
  }

  /** Otherwise the GPU would be offered as a whole, with the memory that a machine uses. */
  @Test
  void aGpuWhoseVfsOthersUseStaysTheirsWhenTheVfsCannotBeRead() throws Exception {
    node.kernel.makeVfsForOthers(gpu, 2, false);
    node.agent.monitor.scan();
    node.settle();
    assertThat(state()).isEqualTo(new VfHostState.Occupied());
    AllocatableDevice before = offered();
    assertThat(before.memory()).isZero();

    makeUnreadable();
    node.settle();
    assertThat(state()).isEqualTo(new VfHostState.Occupied());
    assertThat(offered()).isEqualTo(before);

    makeReadable();
    node.kernel.removeVfsOf(gpu);
    node.settle();
    assertThat(node.agent.hosts.states()).isEmpty();
    assertThat(offered().memory()).isEqualTo(gpu.memoryMiB());
  }

  private AllocatableDevice offered() {
    return Optional.ofNullable(node.gas.now().getSpec().allocatable().get(gpu.uid().toString()))
        .orElseThrow();
  }
}
