package com.intel.dra.gpu.nodeagent.vfs;

import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.device.DeviceType;
import com.intel.dra.gpu.device.Gpu;
import com.intel.dra.gpu.nodeagent.app.AgentParts;
import com.intel.dra.gpu.nodeagent.app.ProcessLife.AgentDied;
import com.intel.dra.gpu.nodeagent.app.VfNode;
import com.intel.dra.gpu.sysfs.sriov.FakeKernel.Driver;
import com.intel.dra.gpu.sysfs.sriov.FakeKernel.WriteHook;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Every write of every kernel interface goes wrong, or is the agent's last. One thread. */
@SuppressWarnings("NullAway.Init") // set by newNode
class VfFaultsTest {

  @TempDir Path root;

  private int nodes;
  private VfNode node;
  private Gpu gpu;

  static Stream<Arguments> everyDriverAndErrno() {
    return Stream.of(Driver.values())
        .flatMap(
            driver ->
                Stream.of(
                        "Device or resource busy", "No space left on device", "Input/output error")
                    .map(errno -> Arguments.of(driver, errno)));
  }

  @ParameterizedTest
  @MethodSource("everyDriverAndErrno")
  void whicheverWriteIsRefusedTheClaimSaysSoNothingIsLeftAndTheNextTrySucceeds(
      Driver driver, String errno) throws IOException {
    int writes = writesToMake(driver);
    newNode(driver);
    node.allocateVfs("a", 2, 8000);
    List<String> before = node.offered();
    for (int refused = 0; refused < writes; refused++) {
      List<String> attempted = new ArrayList<>();
      int last = refused;
      node.kernel.beforeEachWrite(
          write -> {
            attempted.add(write);
            if (attempted.size() == last + 1) {
              throw new IOException(errno);
            }
          });

      node.settle();

      String write = attempted.get(last);
      assertThat(node.prepareError("a"))
          .contains(
              "writing %s to ".formatted(write.substring(write.indexOf('=') + 1)),
              write.substring(0, write.indexOf('=')) + " failed: ",
              errno.toLowerCase(Locale.ROOT));
      assertThat(node.kernel.isPlain(gpu)).as("after %s", write).isTrue();
      assertThat(node.offered()).as("no VF is offered").isEqualTo(before);
      assertThat(node.agent.records.find(gpu.uid())).isEmpty();
      node.pass(Duration.ofMinutes(1));
    }
    node.kernel.heal();
    node.settle();
    node.prepared("a");
    node.settle();
    node.assertAgreement();
  }

  @ParameterizedTest
  @EnumSource
  void whicheverWriteOfTheRemovalIsRefusedTheGpuIsWithheldUntilItIsWhole(Driver driver)
      throws IOException {
    newNode(driver);
    boolean failed = true;
    for (int refused = 0; failed; refused++) {
      makeVfs();
      node.release("a");
      node.kernel.refuseAfter(refused, "Input/output error");

      node.settle();

      failed = node.agent.hosts.state(gpu.uid()).isPresent();
      if (failed) {
        assertThat(node.offered()).isEmpty();
        assertThat(node.agent.records.find(gpu.uid())).isPresent();
        assertThat(node.allocate("gpu", DeviceType.GPU, 1, 0)).isFalse();
        assertThat(node.allocateVfs("b", 1, 2000)).isFalse();
        node.pass(Duration.ofSeconds(1));
        node.settle();
      } else {
        assertThat(refused).as("some were refused").isPositive();
      }
      node.kernel.heal();
      node.assertAgreement();
    }
  }

  @ParameterizedTest
  @EnumSource
  void anAgentThatDiesAtAnyWriteOfTheMakingIsFollowedByOneThatMakesThem(Driver driver)
      throws IOException {
    int writes = writesToMake(driver);
    for (BiConsumer<VfNode, WriteHook> around : beforeAndAfter()) {
      for (int last = 0; last < writes; last++) {
        newNode(driver);
        node.allocateVfs("a", 2, 8000);
        dieAt(around, last);

        node.settle();

        node.prepared("a");
        node.settle();
        node.assertAgreement();
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void whatADeadAgentLeftForAClaimThatIsGoneIsClearedAway(Driver driver) throws IOException {
    int writes = writesToMake(driver);
    for (BiConsumer<VfNode, WriteHook> around : beforeAndAfter()) {
      for (int last = 0; last < writes; last++) {
        newNode(driver);
        node.allocateVfs("a", 2, 8000);
        dieAt(around, last);
        node.reconcile();
        node.work();
        node.release("a");

        node.settle();

        node.assertAgreement();
        assertThat(node.kernel.isPlain(gpu)).isTrue();
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void anAgentThatDiesAtAnyWriteOfTheRemovalIsFollowedByOneThatEndsIt(Driver driver)
      throws IOException {
    for (BiConsumer<VfNode, WriteHook> around : beforeAndAfter()) {
      boolean died = true;
      for (int last = 0; died; last++) {
        newNode(driver);
        makeVfs();
        node.release("a");
        AgentParts first = node.agent;
        dieAt(around, last);

        node.settle();

        died = node.agent != first;
        assertThat(died || last > 0).as("some died").isTrue();
        node.assertAgreement();
        assertThat(node.kernel.isPlain(gpu)).isTrue();
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void aClaimThatIsPreparedAtAnyWriteWaitsAndIsNotHarmed(Driver driver) throws IOException {
    newNode(driver);
    node.allocateVfs("a", 2, 8000);
    List<String> asked = new ArrayList<>();
    node.kernel.beforeEachWrite(
        write -> {
          assertThat(node.prepareError("a")).contains("still being made");
          node.reconcile();
          node.agent.monitor.scan();
          node.assertNobodyIsHarmed();
          asked.add(write);
        });

    node.settle();

    assertThat(asked).isNotEmpty().isEqualTo(node.kernel.writes());
    node.prepared("a");
    node.settle();
    node.assertAgreement();
  }

  private static List<BiConsumer<VfNode, WriteHook>> beforeAndAfter() {
    return List.of(
        (at, hook) -> at.kernel.beforeEachWrite(hook),
        (at, hook) -> at.kernel.afterEachWrite(hook));
  }

  /** The agent dies once, when so many writes have gone well. */
  private void dieAt(BiConsumer<VfNode, WriteHook> around, int writes) {
    int[] left = {writes};
    around.accept(
        node,
        write -> {
          if (left[0]-- == 0) {
            throw new AgentDied();
          }
        });
  }

  private void newNode(Driver driver) throws IOException {
    node = VfNode.stepByStep(root.resolve("node" + nodes++));
    gpu = node.add(driver, 3, "0x56c0", 16_384, 8);
    node.start();
    node.settle();
  }

  private void makeVfs() {
    assertThat(node.allocateVfs("a", 2, 8000)).isTrue();
    node.settle();
    assertThat(node.kernel.numVfs(gpu)).isEqualTo(2);
  }

  private int writesToMake(Driver driver) throws IOException {
    newNode(driver);
    makeVfs();
    return node.kernel.writes().size();
  }
}
