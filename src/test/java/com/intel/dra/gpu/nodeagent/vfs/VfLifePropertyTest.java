package com.intel.dra.gpu.nodeagent.vfs;

import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.device.DeviceType;
import com.intel.dra.gpu.nodeagent.app.ProcessLife.AgentDied;
import com.intel.dra.gpu.nodeagent.app.VfNode;
import com.intel.dra.gpu.sysfs.sriov.FakeKernel.Driver;
import com.intel.dra.kit.kubelet.api.PrepareResult;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/**
 * Whatever claims, agent, node and kernel do, and in whatever order, also in the middle of the work
 * on the hardware: no prepared claim ever loses a VF, and at rest all agree. One thread, so that
 * the same actions always do the same.
 */
class VfLifePropertyTest {

  sealed interface Action {
    record AllocateVfs(String claim, int count, int memoryMiB) implements Action {}

    record AllocateGpu(String claim, int memoryMiB) implements Action {}

    record Prepare(String claim) implements Action {}

    record Unprepare(String claim) implements Action {}

    record Release(String claim) implements Action {}

    /** The GAS loses a record, as when it was deleted, of a claim that is prepared. */
    record LoseRecord(String claim) implements Action {}

    /** The operator looks once, at a GAS that may be some writes old; what it begins is pending. */
    record Reconcile(int writesBehind) implements Action {}

    /** The controller is faster than the agent's next write. */
    record BeforeTheNextWrite(Action action) implements Action {}

    /** A piece of work that is pending, and what happens meanwhile. */
    record Work(List<Meanwhile> meanwhile) implements Action {}

    record Scan() implements Action {}

    record Settle() implements Action {}

    record RestartAgent() implements Action {}

    record Reboot() implements Action {}

    /** The kernel does not do what the next such write asks for. */
    record Fault(String fileEnd, boolean silently) implements Action {}

    record NoCard(int index) implements Action {}

    record VfsStay() implements Action {}

    record HealAndPass(int seconds) implements Action {}

    /** Only meanwhile: the agent is killed. */
    record Die() implements Action {}
  }

  enum When {
    FIRST_WRITE,
    FIFTH_WRITE,
    BEFORE_NUMVFS,
    AFTER_NUMVFS
  }

  record Meanwhile(When when, Action action) {}

  @Property(tries = 100)
  void noPreparedClaimIsHarmedAndAtRestAllAgree(@ForAll("actions") List<Action> actions)
      throws IOException {
    Path root = Files.createTempDirectory("vfs");
    try {
      var node = VfNode.stepByStep(root);
      node.flex170(3);
      node.add(Driver.I915, 4, "0xe212", 8_192, 4);
      node.add(Driver.XE, 5, "0x56c0", 16_384, 5);
      node.add(Driver.XE_WITHOUT_VRAM_QUOTA, 6, "0xe211", 24_576, 6);
      node.start();
      node.settle();
      node.assertAgreement();

      for (Action action : actions) {
        act(node, action);
        node.assertNobodyIsHarmed();
      }
      node.kernel.heal();
      node.gas.beforeNextPatch(() -> {});
      node.putBackLostRecords();
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
      assertThat(node.gpus).allMatch(node.kernel::isPlain, "is whole again");
    } finally {
      delete(root);
    }
  }

  private static void act(VfNode node, Action action) {
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
          assertThat(node.agent.prepared.find(claim)).isPresent();
        }
      }
      case Action.Unprepare(String claim) -> {
        node.unprepare(claim);
        if (!node.gas.now().getSpec().resourceClaimAllocations().containsKey(claim)) {
          node.release(claim);
        }
      }
      case Action.LoseRecord(String claim) -> {
        if (node.gas.now().getSpec().prepared().containsKey(claim)
            && node.agent.prepared.find(claim).isPresent()) {
          node.gas.release(claim);
        }
      }
      case Action.Release(String claim) -> {
        // no claim is deallocated before the kubelet has let it go
        if (node.agent.prepared.find(claim).isEmpty()) {
          node.release(claim);
        }
      }
      case Action.Reconcile(int writesBehind) -> node.reconcile(node.gas.before(writesBehind));
      case Action.BeforeTheNextWrite(Action other) ->
          node.gas.beforeNextPatch(() -> act(node, other));
      case Action.Work(List<Meanwhile> meanwhile) -> work(node, meanwhile);
      case Action.Scan() -> node.agent.monitor.scan();
      case Action.Settle() -> node.settle();
      case Action.RestartAgent() -> restart(node);
      case Action.Reboot() -> {
        node.putBackLostRecords();
        reboot(node);
      }
      case Action.Fault(String fileEnd, boolean silently) -> {
        if (silently) {
          node.kernel.ignore(fileEnd, "");
        } else {
          node.kernel.refuse(fileEnd, "", "Input/output error");
        }
      }
      case Action.NoCard(int index) -> node.kernel.neverShowCardOf(index);
      case Action.VfsStay() -> node.kernel.keepDisabledVfs();
      case Action.HealAndPass(int seconds) -> {
        node.kernel.heal();
        node.pass(Duration.ofSeconds(seconds));
      }
      case Action.Die() -> throw new AgentDied();
    }
  }

  private static void work(VfNode node, List<Meanwhile> meanwhile) {
    int[] writes = {0};
    node.kernel.beforeEachWrite(
        write -> {
          writes[0]++;
          for (Meanwhile other : meanwhile) {
            boolean now =
                switch (other.when()) {
                  case FIRST_WRITE -> writes[0] == 1;
                  case FIFTH_WRITE -> writes[0] == 5;
                  case BEFORE_NUMVFS -> write.startsWith("sriov_numvfs");
                  case AFTER_NUMVFS -> false;
                };
            if (now) {
              act(node, other.action());
              node.assertNobodyIsHarmed();
            }
          }
        });
    node.kernel.afterEachWrite(
        write -> {
          for (Meanwhile other : meanwhile) {
            if (other.when() == When.AFTER_NUMVFS && write.startsWith("sriov_numvfs")) {
              act(node, other.action());
              node.assertNobodyIsHarmed();
            }
          }
        });
    node.work();
    node.kernel.beforeEachWrite(write -> {});
    node.kernel.afterEachWrite(write -> {});
  }

  private static void restart(VfNode node) {
    try {
      node.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void reboot(VfNode node) {
    try {
      node.reboot();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Provide
  @SuppressWarnings("unchecked") // generic varargs
  Arbitrary<List<Action>> actions() {
    Arbitrary<Action> shortActions = Arbitraries.frequencyOf(ofClaims(3), pair(2, reconcile()));
    Arbitrary<Meanwhile> meanwhile =
        Combinators.combine(
                Arbitraries.of(When.class),
                Arbitraries.<Action>frequencyOf(
                    pair(5, shortActions),
                    pair(1, Arbitraries.just(new Action.Scan())),
                    pair(1, Arbitraries.just(new Action.Die()))))
            .as(Meanwhile::new);
    Arbitrary<Action> faults =
        Arbitraries.frequencyOf(
            pair(
                4,
                Combinators.combine(
                        Arbitraries.of(
                            "sriov_numvfs",
                            "lmem_quota",
                            "auto_provisioning",
                            "vf2/gt/ggtt_quota",
                            "vf1/profile/vram_quota",
                            "exec_quantum_ms"),
                        Arbitraries.of(true, false))
                    .as(Action.Fault::new)),
            pair(1, Arbitraries.integers().between(0, 3).map(Action.NoCard::new)),
            pair(1, Arbitraries.just(new Action.VfsStay())),
            pair(4, Arbitraries.of(1, 2, 60).map(Action.HealAndPass::new)));
    return Arbitraries.<Action>frequencyOf(
            ofClaims(20),
            pair(8, reconcile()),
            pair(2, ofClaims(1).get2().map(action -> new Action.BeforeTheNextWrite(action))),
            pair(8, meanwhile.list().ofMaxSize(4).map(Action.Work::new)),
            pair(1, Arbitraries.just(new Action.Scan())),
            pair(5, Arbitraries.just(new Action.Settle())),
            pair(1, Arbitraries.just(new Action.RestartAgent())),
            pair(1, Arbitraries.just(new Action.Reboot())),
            pair(3, faults))
        .list()
        .ofMinSize(3)
        .ofMaxSize(40);
  }

  private static Arbitrary<Action> reconcile() {
    return Arbitraries.frequency(Tuple.of(3, 0), Tuple.of(1, 1), Tuple.of(1, 2), Tuple.of(1, 4))
        .map(Action.Reconcile::new);
  }

  @SuppressWarnings("unchecked") // generic varargs
  private static Tuple.Tuple2<Integer, Arbitrary<? extends Action>> ofClaims(int frequency) {
    Arbitrary<String> claim = Arbitraries.of("a", "b", "c", "d");
    Arbitrary<Integer> memoryMiB = Arbitraries.of(0, 500, 2000, 2048, 4000, 8000, 16_000);
    return Tuple.of(
        frequency,
        Arbitraries.frequencyOf(
            pair(
                6,
                Combinators.combine(claim, Arbitraries.integers().between(1, 8), memoryMiB)
                    .as(Action.AllocateVfs::new)),
            pair(2, Combinators.combine(claim, memoryMiB).as(Action.AllocateGpu::new)),
            pair(6, claim.map(Action.Prepare::new)),
            pair(3, claim.map(Action.Unprepare::new)),
            pair(3, claim.map(Action.Release::new)),
            pair(2, claim.map(Action.LoseRecord::new))));
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
