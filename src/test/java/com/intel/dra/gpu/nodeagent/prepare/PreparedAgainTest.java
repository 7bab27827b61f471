package com.intel.dra.gpu.nodeagent.prepare;

import static com.intel.dra.gpu.nodeagent.app.AgentFixtures.claim;
import static com.intel.dra.gpu.nodeagent.app.AgentFixtures.result;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.api.ClaimAllocation;
import com.intel.dra.gpu.device.DeviceType;
import com.intel.dra.gpu.device.Gpu;
import com.intel.dra.gpu.mode.DraMode;
import com.intel.dra.gpu.nodeagent.app.NoApiServer;
import com.intel.dra.gpu.nodeagent.app.VfNode;
import com.intel.dra.gpu.nodeagent.state.PreparedClaim;
import com.intel.dra.kit.kubelet.api.PrepareResult;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceRequestAllocationResult;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaim;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A claim that the kubelet prepares again, with the same devices as before, just when the agent is
 * about to forget it.
 */
class PreparedAgainTest {

  private static final Duration LONG = Duration.ofMinutes(10);

  @TempDir Path root;

  private VfNode node;
  private Gpu gpu;
  private Instant now = Instant.EPOCH;

  /** What happens after the API server has answered and before the agent acts on the answer. */
  private Runnable whenAnswered = () -> {};

  @SuppressWarnings("NullAway.Init") // each test starts the node in its mode first
  PreparedAgainTest() {}

  private void start(DraMode mode) throws IOException {
    node = VfNode.stepByStep(root, mode);
    gpu = node.flex170(0xb3);
    node.start();
    node.settle();
  }

  private DeviceRequestAllocationResult vf() {
    return result(gpu.uid().vf(0));
  }

  private StructuredAbandonedClaims structured() {
    return new StructuredAbandonedClaims(
        node.agent.prepared,
        new StructuredClaims(NoApiServer.CLIENT) {
          @Override
          public Optional<ResourceClaim> read(String namespace, String name) {
            Optional<ResourceClaim> answer = node.structuredClaims.read(namespace, name);
            whenAnswered.run();
            return answer;
          }
        },
        node.agent.listed,
        node.informer,
        node.config(),
        () -> now);
  }

  private ClassicAbandonedClaims classic() {
    return new ClassicAbandonedClaims(
        node.agent.prepared,
        node.informer,
        new ClassicClaims(NoApiServer.CLIENT) {
          @Override
          boolean mayBeInUse(String uid, PreparedClaim claim) {
            whenAnswered.run();
            return false;
          }
        },
        node.config(),
        () -> now);
  }

  private void assertThatItsVfIsKept() {
    node.settle();
    assertThat(node.agent.prepared.all()).containsOnlyKeys("a");
    assertThat(node.kernel.numVfs(gpu)).isPositive();
    node.assertNobodyIsHarmed();
  }

  @Test
  void withStructuredDraItStays() throws IOException {
    start(DraMode.STRUCTURED);
    node.structuredClaims.give("a", vf());
    node.agent.preparation.prepare(claim("a"), Optional.empty());
    node.settle();
    prepareStructured();
    node.settle();
    node.structuredClaims.deallocate("a");
    StructuredAbandonedClaims abandoned = structured();
    abandoned.forget();
    now = now.plus(LONG);
    whenAnswered =
        () -> {
          node.structuredClaims.give("a", vf());
          prepareStructured();
        };

    abandoned.forget();

    assertThatItsVfIsKept();
  }

  private void prepareStructured() {
    assertThat(node.agent.preparation.prepare(claim("a"), Optional.empty()))
        .isInstanceOf(PrepareResult.Prepared.class);
  }

  @Test
  void withClassicDraItStays() throws IOException {
    start(DraMode.CLASSIC);
    assertThat(node.allocate("a", DeviceType.VF, 1, 2000)).isTrue();
    node.settle();
    node.prepared("a");
    node.settle();
    ClaimAllocation allocated =
        requireNonNull(node.gas.now().getSpec().resourceClaimAllocations().get("a"));
    node.gas.release("a");
    node.informer.gas = node.gas.now();
    ClassicAbandonedClaims abandoned = classic();
    abandoned.forget();
    now = now.plus(LONG);
    whenAnswered =
        () -> {
          node.gas.allocate("a", allocated);
          node.informer.gas = node.gas.now();
          node.prepared("a");
        };

    abandoned.forget();
    node.gas.release("a"); // only what is prepared keeps the VF now

    assertThatItsVfIsKept();
  }
}
