package com.intel.dra.gpu.nodeagent.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.nodeagent.app.AgentStory.Act;
import com.intel.dra.gpu.nodeagent.state.PreparedClaims;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Queue;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Kills the agent between any two of its changes to files, to sysfs and to the GAS. The agent that
 * starts from the state on disk must then reach the same end as one that was never killed, and the
 * self-check must find no disagreement at any point of rest.
 */
class AgentCrashPointsTest {

  /** In memory, so that the tests do not wait for a disk. */
  private static final Path MEMORY = Path.of("/dev/shm");

  /** The agent would log what it does some thousand times. */
  @BeforeAll
  @BeforeContainer
  static void beQuiet() {
    Logger.getLogger("com.intel.dra.gpu").setLevel(Level.OFF);
  }

  @AfterAll
  @AfterContainer
  static void speak() {
    Logger.getLogger("com.intel.dra.gpu").setLevel(null);
  }

  /**
   * The result of a story.
   *
   * @param preparing the steps of the first agent while the kubelet waits for a claim to be
   *     prepared; counted from 1
   */
  private record Played(
      List<String> atRest, List<ProcessLife> lives, SortedSet<Integer> preparing) {

    String end() {
      return atRest.getLast();
    }
  }

  @ParameterizedTest
  @EnumSource
  void whereTheKubeletAsksAgainAllIsAsIfTheAgentHadNotBeenKilled(AgentStory story)
      throws IOException {
    Played calm = play(story, true);
    List<String> steps = calm.lives().getFirst().steps();
    assertThat(steps).hasSizeGreaterThan(25);

    for (int step = 1; step <= steps.size(); step++) {
      Played played = play(story, true, step);
      assertThat(played.lives().getFirst().hasEnded()).isTrue();
      assertThat(played.atRest())
          .as("%s, killed before step %d: %s", story, step, steps.get(step - 1))
          .isEqualTo(calm.atRest());
    }
  }

  /**
   * If a pod is deleted meanwhile, the kubelet does not prepare its claim again; it only unprepares
   * it. An agent that is killed while it prepares nothing cannot tell this from the test above.
   */
  @ParameterizedTest
  @EnumSource(names = {"GPUS_ARE_SHARED", "VFS_COME_AND_GO", "THE_SCHEDULER_GIVES_VFS"})
  void whereNobodyAsksAgainNothingIsLeft(AgentStory story) throws IOException {
    Played calm = play(story, false);
    List<String> steps = calm.lives().getFirst().steps();
    assertThat(calm.preparing()).hasSizeGreaterThan(5);

    for (int step : calm.preparing()) {
      assertThat(play(story, false, step).end())
          .as("%s, killed before step %d: %s", story, step, steps.get(step - 1))
          .isEqualTo(calm.end());
    }
  }

  /**
   * At the end all GPUs are whole, and the self-check, which runs on the way, finds no disagreement
   * before.
   */
  @Property(tries = 40, shrinking = ShrinkingMode.OFF)
  void norDoesItMatterHowOftenItIsKilled(
      @ForAll AgentStory story,
      @ForAll @Size(min = 2, max = 6) List<@IntRange(min = 1, max = 25) Integer> ends)
      throws IOException {
    Played played = play(story, true, ends.stream().mapToInt(end -> end).toArray());

    assertThat(played.lives().getFirst().hasEnded()).isTrue();
  }

  /**
   * @param askAgain whether the kubelet repeats a call for a claim that got no answer
   * @param ends the step before which each agent is killed, one agent after the other; the last
   *     agent is not killed
   */
  private static Played play(AgentStory story, boolean askAgain, int... ends) throws IOException {
    Path root =
        Files.isWritable(MEMORY)
            ? Files.createTempDirectory(MEMORY, "story")
            : Files.createTempDirectory("story");
    try {
      var node = VfNode.stepByStep(root, story.mode());
      AgentStory.addGpus(node);
      Queue<ProcessLife> lives = new ArrayDeque<>();
      for (int end : ends) {
        lives.add(ProcessLife.endingBefore(end));
      }
      var lived = new ArrayList<ProcessLife>();
      start(node, lives, lived);
      var observer = new TestingObserver(node, story.mode());
      var atRest = new ArrayList<String>();
      var preparing = new TreeSet<Integer>();
      while (!survives(node, lives, lived, node::settle)) {}
      for (Act act : story.acts()) {
        boolean done = false;
        boolean again = true;
        while (!done && again) {
          int stepsBefore = lived.getFirst().steps().size();
          done = survives(node, lives, lived, () -> AgentStory.carryOut(act, node));
          if (act instanceof Act.Prepare) {
            IntStream.rangeClosed(stepsBefore + 1, lived.getFirst().steps().size())
                .forEach(preparing::add);
          }
          again = askAgain || !(act instanceof Act.Prepare);
        }
        while (!survives(node, lives, lived, node::settle)) {}
        assertThat(observer.disagreements()).as("%s after %s", story, act).isEmpty();
        atRest.add(state(node));
      }
      assertThat(node.gpus).allMatch(node.kernel::isPlain, "is whole again");
      return new Played(atRest, lived, preparing);
    } finally {
      delete(root);
    }
  }

  private static void start(VfNode node, Queue<ProcessLife> lives, List<ProcessLife> lived) {
    while (true) {
      ProcessLife next = lives.isEmpty() ? ProcessLife.untilItIsOver() : lives.remove();
      lived.add(next);
      try {
        node.start(next);
        return;
      } catch (ProcessLife.AgentDied e) {
        // the next agent starts
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    }
  }

  /** Returns whether the agent survives the action; if not, another agent has been started. */
  private static boolean survives(
      VfNode node, Queue<ProcessLife> lives, List<ProcessLife> lived, Runnable action) {
    try {
      action.run();
      return true;
    } catch (ProcessLife.AgentDied e) {
      start(node, lives, lived);
      return false;
    }
  }

  /** Returns all state that outlives the agent. */
  private static String state(VfNode node) throws IOException {
    var lines = new ArrayList<String>();
    lines.add(node.gas.now().getSpec() + " " + node.gas.now().getStatus());
    node.gpus.forEach(
        gpu ->
            lines.add(
                "%s: %d VFs, %s, plain: %s"
                    .formatted(
                        gpu.uid(),
                        node.kernel.numVfs(gpu),
                        node.kernel.memoryOfVfs(gpu),
                        node.kernel.isPlain(gpu))));
    for (Path folder : List.of(node.config().cdiRoot(), node.config().stateDir().orElseThrow())) {
      try (Stream<Path> files = Files.list(folder)) {
        // the copy may have what a killed agent had not told; nothing reads it in this boot
        for (Path file :
            files.filter(file -> !file.endsWith(PreparedClaims.COPY_FILE_NAME)).sorted().toList()) {
          lines.add(file.getFileName() + ": " + withoutChance(Files.readString(file)));
        }
      }
    }
    return String.join("\n", lines);
  }

  private static void delete(Path root) throws IOException {
    try (var files = Files.walk(root)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }

  /**
   * Removes what differs although all is the same: what depends on inodes, because the kernel gives
   * other ones to VFs that are made again, their PCI addresses, and the folder of this run.
   */
  private static String withoutChance(String file) {
    return file.replaceAll(",?\\s*\"(identity|checksum)\" : \"[^\"]*\"", "")
        .replaceAll("by-path/pci-[0-9a-f:.]+-", "by-path/pci-")
        .replaceAll("/[a-z/]*/story[0-9]+/", "/");
  }
}
