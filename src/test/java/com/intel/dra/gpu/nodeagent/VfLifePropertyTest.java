package com.intel.dra.gpu.nodeagent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.intel.dra.gpu.device.DeviceType;
import com.intel.dra.gpu.device.Gpu;
import com.intel.dra.gpu.kubelet.PrepareResult;
import com.intel.dra.gpu.sysfs.FakeKernel.Driver;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/** Whatever claims, agent, node and kernel do, and in whatever order: at rest all agree. */
class VfLifePropertyTest {

  sealed interface Action {
    record AllocateVfs(String claim, int count, int memoryMiB) implements Action {}

    record AllocateGpu(String claim, int memoryMiB) implements Action {}

    record Prepare(String claim) implements Action {}

    record Unprepare(String claim) implements Action {}

    record Release(String claim) implements Action {}

    /** The operator looks once; what it begins goes on beside what follows. */
    record Reconcile() implements Action {}

    record Settle() implements Action {}

    record RestartAgent() implements Action {}

    record Reboot() implements Action {}

    record Refuse(String fileEnd) implements Action {}
  }

  @Property(tries = 60)
  void atRestHardwareGasAndCdiAgreeAndNoVfIsWithoutAnOwner(@ForAll("actions") List<Action> actions)
      throws IOException {
    Path root = Files.createTempDirectory("vfs");
    try {
      var node = new VfNode(root, UnownedVfs.ADOPT);
      node.flex170(3);
      node.add(Driver.I915, 4, "0xe212", 8_192, 4);
      node.flex170(5);
      node.start();
      node.settle();
      Set<String> prepared = new TreeSet<>();

      for (Action action : actions) {
        act(node, action, prepared);
        assertNeverBothWays(node);
      }
      node.kernel.heal();
      node.pass(Duration.ofMinutes(1));
      node.settle();
      node.assertAgreement();

      node.claims().keySet().forEach(node::prepared);
      node.settle();
      node.assertAgreement();

      node.claims().keySet().forEach(node::unprepare);
      node.claims().keySet().forEach(node::release);
      node.settle();
      node.assertAgreement();
      assertThat(node.gpus).allMatch(node.kernel::isPlain);
    } finally {
      delete(root);
    }
  }

  private static void act(VfNode node, Action action, Set<String> prepared) throws IOException {
    switch (action) {
      case Action.AllocateVfs(String claim, int count, int memoryMiB) -> {
        if (node.devicesOf(claim).isEmpty()) {
          node.allocateVfs(claim, count, memoryMiB);
        }
      }
      case Action.AllocateGpu(String claim, int memoryMiB) -> {
        if (node.devicesOf(claim).isEmpty()) {
          node.allocate(claim, DeviceType.GPU, 1, memoryMiB);
        }
      }
      case Action.Prepare(String claim) -> {
        if (!node.devicesOf(claim).isEmpty()
            && node.prepare(claim) instanceof PrepareResult.Prepared) {
          prepared.add(claim);
        }
      }
      case Action.Unprepare(String claim) -> {
        node.unprepare(claim);
        prepared.remove(claim);
      }
      case Action.Release(String claim) -> {
        // no claim is deallocated before the kubelet has let it go
        if (!prepared.contains(claim)) {
          node.release(claim);
        }
      }
      case Action.Reconcile() -> node.reconcile();
      case Action.Settle() -> node.settle();
      case Action.RestartAgent() -> {
        await().pollInterval(Duration.ofMillis(1)).until(node::isIdle);
        node.start();
      }
      case Action.Reboot() -> {
        node.reboot();
        prepared.clear();
      }
      case Action.Refuse(String fileEnd) -> node.kernel.refuse(fileEnd, "", "Input/output error");
    }
  }

  private static void assertNeverBothWays(VfNode node) {
    var holders = VfHolders.of(node.gas.now(), node.agent.prepared.all().values());
    for (Gpu gpu : node.gpus) {
      assertThat(!holders.of(gpu.uid()).isEmpty() && holders.areUsing(gpu.uid()))
          .as("%s is held as a GPU and as VFs", gpu.uid())
          .isFalse();
    }
  }

  @Provide
  @SuppressWarnings("unchecked") // generic varargs
  Arbitrary<List<Action>> actions() {
    Arbitrary<String> claim = Arbitraries.of("a", "b", "c", "d");
    Arbitrary<Integer> memoryMiB = Arbitraries.of(0, 500, 2000, 2048, 4000, 8000, 16_000);
    return Arbitraries.<Action>frequencyOf(
            pair(
                6,
                Combinators.combine(claim, Arbitraries.integers().between(1, 8), memoryMiB)
                    .as(Action.AllocateVfs::new)),
            pair(2, Combinators.combine(claim, memoryMiB).as(Action.AllocateGpu::new)),
            pair(6, claim.map(Action.Prepare::new)),
            pair(4, claim.map(Action.Unprepare::new)),
            pair(4, claim.map(Action.Release::new)),
            pair(4, Arbitraries.just(new Action.Reconcile())),
            pair(6, Arbitraries.just(new Action.Settle())),
            pair(1, Arbitraries.just(new Action.RestartAgent())),
            pair(1, Arbitraries.just(new Action.Reboot())),
            pair(
                2,
                Arbitraries.of(
                        "sriov_numvfs", "lmem_quota", "auto_provisioning", "vf2/gt/ggtt_quota")
                    .map(Action.Refuse::new)))
        .list()
        .ofMinSize(3)
        .ofMaxSize(25);
  }

  private static Tuple.Tuple2<Integer, Arbitrary<? extends Action>> pair(
      int frequency, Arbitrary<? extends Action> arbitrary) {
    return Tuple.of(frequency, arbitrary);
  }

  private static void delete(Path root) throws IOException {
    try (var files = Files.walk(root)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}
