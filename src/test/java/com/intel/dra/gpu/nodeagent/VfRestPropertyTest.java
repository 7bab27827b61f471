package com.intel.dra.gpu.nodeagent;

import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.device.DeviceType;
import com.intel.dra.gpu.device.Gpu;
import com.intel.dra.gpu.nodeagent.Life.AgentDied;
import com.intel.dra.gpu.sysfs.FakeKernel.Driver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.logging.Level;
import java.util.logging.Logger;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/**
 * Claims come and go, the kernel refuses writes, agents die at any write, and VFs and drivers come
 * and go behind the agent's back. As soon as the kernel is well again the agent comes to rest: what
 * is claimed is made, everything else of it is gone, and what others made is as they made it. It
 * looks only when it is told to, or when it said that it would.
 */
class VfRestPropertyTest {

  /** Where there is no disk to wait for. */
  private static final Path MEMORY = Path.of("/dev/shm");

  /** More than the longest pause between two attempts. */
  private static final Duration LONG_ENOUGH = Duration.ofSeconds(100);

  private static final int MOST_TURNS_A_MINUTE = 60;

  sealed interface Action {
    record AllocateVfs(String claim, int count, int memoryMiB) implements Action {}

    record AllocateGpu(String claim) implements Action {}

    record Prepare(String claim) implements Action {}

    /** Its pod is deleted. */
    record Release(String claim) implements Action {}

    /** The agent decides, and what it begins is pending. */
    record Decide() implements Action {}

    record Work() implements Action {}

    record Scan() implements Action {}

    record RunByItself(int seconds) implements Action {}

    record RestartAgent() implements Action {}

    /** The next such write is refused, or taken and not done. */
    record Fault(String fileEnd, boolean silently) implements Action {}

    /** All such writes are refused from now on. */
    record RefuseAll(String fileEnd) implements Action {}

    record NoCard(int index) implements Action {}

    record VfsStay() implements Action {}

    record Heal() implements Action {}

    /** The agent dies at that write from now, counted from 0. */
    record DieAt(int write, boolean after) implements Action {}

    /** Whoever made them. */
    record VfsVanish(int gpu) implements Action {}

    /** Others make VFs where there are none. */
    record OthersMake(int gpu, int count) implements Action {}

    record OthersReplace(int gpu, int count) implements Action {}

    record Unbind(int gpu) implements Action {}

    record Bind(int gpu) implements Action {}
  }

  @BeforeContainer
  static void beQuiet() {
    Logger.getLogger("com.intel.dra.gpu").setLevel(Level.OFF);
  }

  @AfterContainer
  static void speak() {
    Logger.getLogger("com.intel.dra.gpu").setLevel(null);
  }

  @Property(tries = 40)
  void whenTheKernelIsWellAgainAllThatIsClaimedIsMadeAndTheRestIsGone(
      @ForAll("actions") List<Action> actions) throws IOException {
    Path root =
        Files.isWritable(MEMORY)
            ? Files.createTempDirectory(MEMORY, "vfs")
            : Files.createTempDirectory("vfs");
    try {
      var world = new World(root);
      world.act(new Action.AllocateVfs("a", 1, 4000));
      world.run(Duration.ZERO);
      world.act(new Action.Prepare("a"));
      for (Action action : actions) {
        world.act(action);
        world.assertOthersAreLeftAlone();
      }
      world.allIsWell();
      world.comesToRest();
      world.assertOthersAreLeftAlone();
      world.assertClaimedVfsExistWhereNoOthersAre();

      world.othersLeave();
      world.comesToRest();
      world.node.assertAgreement();

      world.node.claims().keySet().forEach(world::release);
      world.comesToRest();
      world.node.assertAgreement();
      assertThat(world.node.gpus).allMatch(world.node.kernel::isPlain, "is whole again");
    } finally {
      delete(root);
    }
  }

  private static final class World {

    final VfNode node;
    private final Map<Gpu, Integer> others = new HashMap<>();
    private final Set<String> refused = new HashSet<>();
    private Optional<Action.DieAt> death = Optional.empty();
    private int writesUntilDeath;

    World(Path root) throws IOException {
      node = VfNode.stepByStep(root);
      node.flex170(3);
      node.add(Driver.OLD_XE, 6, "0x56c0", 16_384, 4);
      node.start();
      listen();
      run(Duration.ZERO);
    }

    private void listen() {
      node.kernel.beforeEachWrite(
          write -> {
            dieIfItIsTime(false);
            String file = write.substring(0, write.indexOf('='));
            if (refused.stream().anyMatch(file::endsWith)) {
              throw new IOException("Input/output error");
            }
          });
      node.kernel.afterEachWrite(write -> dieIfItIsTime(true));
    }

    private void dieIfItIsTime(boolean after) {
      if (death.filter(at -> at.after() == after).isPresent() && writesUntilDeath-- == 0) {
        death = Optional.empty();
        throw new AgentDied();
      }
    }

    void act(Action action) throws IOException {
      switch (action) {
        case Action.AllocateVfs(String claim, int count, int memoryMiB) -> {
          if (node.devicesOf(claim).isEmpty()) {
            node.allocateVfs(claim, count, memoryMiB);
          }
        }
        case Action.AllocateGpu(String claim) -> {
          if (node.devicesOf(claim).isEmpty()) {
            node.allocate(claim, DeviceType.GPU, 1, 0);
          }
        }
        case Action.Prepare(String claim) -> {
          if (!node.devicesOf(claim).isEmpty()) {
            var _ = node.prepare(claim);
          }
        }
        case Action.Release(String claim) -> release(claim);
        case Action.Decide() -> node.reconcile();
        case Action.Work() -> node.work();
        case Action.Scan() -> node.agent.monitor.scan();
        case Action.RunByItself(int seconds) -> run(Duration.ofSeconds(seconds));
        case Action.RestartAgent() -> node.start();
        case Action.Fault(String fileEnd, boolean silently) -> {
          if (silently) {
            node.kernel.ignore(fileEnd, "");
          } else {
            node.kernel.refuse(fileEnd, "", "Input/output error");
          }
        }
        case Action.RefuseAll(String fileEnd) -> refused.add(fileEnd);
        case Action.NoCard(int index) -> node.kernel.neverShowCardOf(index);
        case Action.VfsStay() -> node.kernel.keepDisabledVfs();
        case Action.Heal() -> heal();
        case Action.DieAt at -> {
          death = Optional.of(at);
          writesUntilDeath = at.write();
        }
        case Action.VfsVanish(int index) -> vfsVanish(node.gpus.get(index));
        case Action.OthersMake(int index, int count) -> othersMake(node.gpus.get(index), count);
        case Action.OthersReplace(int index, int count) -> {
          vfsVanish(node.gpus.get(index));
          othersMake(node.gpus.get(index), count);
        }
        case Action.Unbind(int index) -> {
          others.remove(node.gpus.get(index));
          node.kernel.unbind(node.gpus.get(index));
        }
        case Action.Bind(int index) -> node.kernel.bind(node.gpus.get(index));
      }
    }

    private void heal() {
      refused.clear();
      death = Optional.empty();
      node.kernel.heal();
      listen();
    }

    private void vfsVanish(Gpu gpu) throws IOException {
      if (node.kernel.numVfs(gpu) > 0) {
        others.remove(gpu);
        node.kernel.removeVfsOf(gpu);
      }
    }

    /**
     * An agent that died before it knew which VFs it had made takes what it finds for them: others
     * are not that fast.
     */
    private void othersMake(Gpu gpu, int count) throws IOException {
      boolean unknown =
          node.agent.records.find(gpu.uid()).filter(made -> made.identity().isEmpty()).isPresent();
      if (!unknown && node.kernel.canHaveVfs(gpu)) {
        node.kernel.makeVfsForOthers(gpu, count, false);
        others.put(gpu, count);
      }
    }

    void release(String claim) {
      node.unprepare(claim);
      node.release(claim);
    }

    void allIsWell() throws IOException {
      heal();
      for (Gpu gpu : node.gpus) {
        node.kernel.bind(gpu);
      }
    }

    void othersLeave() throws IOException {
      for (Gpu gpu : List.copyOf(others.keySet())) {
        vfsVanish(gpu);
      }
    }

    /** Each GPU is made into VFs, or whole, once at most, and then nothing is written any more. */
    void comesToRest() throws IOException {
      int before = node.kernel.writes().size();
      run(LONG_ENOUGH);
      List<String> all = node.kernel.writes();
      List<String> written = all.subList(before, all.size());
      assertThat(written)
          .as("writes until all is at rest")
          .filteredOn(write -> write.startsWith("sriov_numvfs"))
          .hasSizeLessThanOrEqualTo(2 * node.gpus.size());
      assertThat(written).hasSizeLessThan(300 * node.gpus.size());

      run(Duration.ofSeconds(20));
      assertThat(node.kernel.writes()).as("writes at rest").hasSameSizeAs(all);
    }

    /**
     * What the operator does in that time: it looks when something is news to it, and else when it
     * said that it would.
     */
    private void run(Duration time) throws IOException {
      long mostTurns = 50 + time.toSeconds() * MOST_TURNS_A_MINUTE / 60;
      Duration left = time;
      for (int turn = 0; turn < mostTurns; turn++) {
        TestingGasInformer informer = node.informer;
        int signals = informer.signals;
        String version = node.gas.now().getMetadata().getResourceVersion();
        Optional<Long> delayMillis = node.reconcile().getScheduleDelay();
        while (node.work()) {}
        node.agent.monitor.scan();
        boolean news =
            node.informer != informer
                || informer.signals != signals
                || !node.gas.now().getMetadata().getResourceVersion().equals(version);
        if (news) {
          continue;
        }
        Duration delay = delayMillis.map(Duration::ofMillis).orElse(left);
        if (left.isZero() || delay.compareTo(left) > 0) {
          node.pass(left);
          return;
        }
        node.pass(delay);
        left = left.minus(delay);
      }
      throw new AssertionError("%d turns in %s".formatted(mostTurns, time));
    }

    void assertOthersAreLeftAlone() {
      others.forEach(
          (gpu, count) ->
              assertThat(node.kernel.numVfs(gpu)).as("VFs of others of %s", gpu).isEqualTo(count));
    }

    void assertClaimedVfsExistWhereNoOthersAre() {
      var lacking = new ArrayList<String>();
      for (Gpu gpu : node.gpus) {
        if (others.containsKey(gpu)) {
          continue;
        }
        List<Long> memory = node.kernel.memoryOfVfs(gpu);
        boolean held = false;
        for (var devices : node.claims().values()) {
          for (var device : devices) {
            for (int index = 0; index < gpu.maxVfs(); index++) {
              if (device.uid().equals(gpu.uid().vf(index).toString())) {
                held = true;
                if (index >= memory.size() || memory.get(index) < (long) device.memory() << 20) {
                  lacking.add(device.uid());
                }
              }
            }
          }
        }
        if (!held) {
          assertThat(node.kernel.isPlain(gpu)).as("%s is whole", gpu.uid()).isTrue();
        }
      }
      assertThat(lacking).as("VFs that are claimed and not made").isEmpty();
    }
  }

  @Provide
  @SuppressWarnings("unchecked") // generic varargs
  Arbitrary<List<Action>> actions() {
    Arbitrary<String> claim = Arbitraries.of("a", "b");
    Arbitrary<Integer> gpu = Arbitraries.frequency(Tuple.of(3, 0), Tuple.of(1, 1));
    Arbitrary<Integer> count = Arbitraries.integers().between(1, 4);
    Arbitrary<String> file = Arbitraries.of("sriov_numvfs", "lmem_quota", "auto_provisioning");
    Arbitrary<Action> faults =
        Arbitraries.frequencyOf(
            pair(3, Combinators.combine(file, Arbitraries.of(true, false)).as(Action.Fault::new)),
            pair(2, file.map(Action.RefuseAll::new)),
            pair(1, Arbitraries.integers().between(0, 3).map(Action.NoCard::new)),
            pair(1, Arbitraries.just(new Action.VfsStay())),
            pair(3, Arbitraries.just(new Action.Heal())),
            pair(
                4,
                Combinators.combine(
                        Arbitraries.of(0, 1, 3, 7, 15, 24, 25, 26, 31), Arbitraries.of(true, false))
                    .as(Action.DieAt::new)));
    Arbitrary<Action> outside =
        Arbitraries.frequencyOf(
            pair(3, gpu.map(Action.VfsVanish::new)),
            pair(2, Combinators.combine(gpu, count).as(Action.OthersMake::new)),
            pair(2, Combinators.combine(gpu, count).as(Action.OthersReplace::new)),
            pair(2, gpu.map(Action.Unbind::new)),
            pair(4, gpu.map(Action.Bind::new)));
    return Arbitraries.<Action>frequencyOf(
            pair(
                4,
                Combinators.combine(
                        claim,
                        Arbitraries.integers().between(1, 6),
                        Arbitraries.of(0, 2000, 4000, 8000))
                    .as(Action.AllocateVfs::new)),
            pair(1, claim.map(Action.AllocateGpu::new)),
            pair(5, claim.map(Action.Prepare::new)),
            pair(2, claim.map(Action.Release::new)),
            pair(4, Arbitraries.just(new Action.Decide())),
            pair(4, Arbitraries.just(new Action.Work())),
            pair(1, Arbitraries.just(new Action.Scan())),
            pair(5, Arbitraries.of(0, 1, 5, 60).map(Action.RunByItself::new)),
            pair(1, Arbitraries.just(new Action.RestartAgent())),
            pair(7, faults),
            pair(7, outside))
        .list()
        .ofMinSize(3)
        .ofMaxSize(25);
  }

  private static Tuple.Tuple2<Integer, Arbitrary<? extends Action>> pair(
      int frequency, Arbitrary<? extends Action> arbitrary) {
    return Tuple.of(frequency, arbitrary);
  }

  private static void delete(Path root) {
    try (var files = Files.walk(root)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
