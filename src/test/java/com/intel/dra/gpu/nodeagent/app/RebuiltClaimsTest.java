package com.intel.dra.gpu.nodeagent.app;

import static com.intel.dra.gpu.nodeagent.app.AgentFixtures.claim;
import static com.intel.dra.gpu.nodeagent.app.AgentFixtures.result;
import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.device.Gpu;
import com.intel.dra.gpu.mode.DraMode;
import com.intel.dra.gpu.nodeagent.prepare.StructuredAbandonedClaims;
import com.intel.dra.gpu.nodeagent.state.PreparedClaim;
import com.intel.dra.gpu.nodeagent.state.PreparedClaims;
import com.intel.dra.kit.kubelet.api.PrepareResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Claims that the agent takes over from the GAS although the kubelet has unprepared them. */
class RebuiltClaimsTest {

  private static final Duration LONG_ENOUGH = Duration.ofMinutes(10);

  @TempDir Path root;

  private Instant now = Instant.EPOCH;
  private VfNode node;
  private Gpu gpu;

  @BeforeEach
  void prepareAVf() throws IOException {
    node = VfNode.stepByStep(root, DraMode.STRUCTURED);
    gpu = node.flex170(0xb3);
    node.start();
    node.settle();
    node.structuredClaims.give("a", result(gpu.uid().vf(0)));
    prepare("a"); // makes the VF
    node.settle();
    assertThat(prepare("a")).isInstanceOf(PrepareResult.Prepared.class);
    node.settle();
  }

  private PrepareResult prepare(String uid) {
    return node.agent.preparation.prepare(claim(uid), Optional.empty());
  }

  private void loseTheFileAndStartAgain() throws IOException {
    Files.delete(root.resolve("state").resolve(PreparedClaims.FILE_NAME));
    node.start();
  }

  private void forgetAfterTheTime() {
    var abandoned =
        new StructuredAbandonedClaims(
            node.agent.prepared,
            node.structuredClaims,
            node.agent.listed,
            node.informer,
            node.config(),
            () -> now);
    abandoned.forget();
    now = now.plus(LONG_ENOUGH);
    abandoned.forget();
  }

  @Test
  void oneThatTheGasStillListsIsForgottenWhenTheApiServerSaysThatItIsGone() throws IOException {
    node.unprepare("a"); // the API server is away, so the GAS still says that the claim is prepared
    loseTheFileAndStartAgain();
    node.settle();
    assertThat(node.agent.prepared.find("a").flatMap(PreparedClaim::claimName))
        .hasToString("Optional[default/claim-a]");

    node.structuredClaims.delete("a");
    forgetAfterTheTime();
    node.settle();

    assertThat(node.agent.prepared.all()).isEmpty();
    assertThat(node.gas.now().getSpec().prepared()).isEmpty();
    assertThat(node.gas.now().getSpec().preparedNames()).isEmpty();
    assertThat(node.kernel.numVfs(gpu)).isZero();
    node.structuredClaims.give("b", result(gpu.uid()));
    assertThat(prepare("b")).isInstanceOf(PrepareResult.Prepared.class);
  }

  @Test
  void oneThatIsInUseStays() throws IOException {
    loseTheFileAndStartAgain();
    node.settle();
    forgetAfterTheTime();
    node.settle();

    assertThat(node.agent.prepared.all()).containsOnlyKeys("a");
    assertThat(node.gas.now().getSpec().preparedNames()).containsEntry("a", "default/claim-a");
    assertThat(node.kernel.numVfs(gpu)).isPositive();
  }

  @Test
  void oneThatWasUnpreparedBeforeTheGasWasReadIsNotTakenOverAfterAnotherStart() throws IOException {
    loseTheFileAndStartAgain(); // the API server is away, so the agent does not read the GAS
    node.unprepare("a");
    node.start();
    node.settle();

    assertThat(node.agent.prepared.all()).isEmpty();
    assertThat(node.gas.now().getSpec().prepared()).isEmpty();
    assertThat(node.kernel.numVfs(gpu)).isZero();
  }
}
