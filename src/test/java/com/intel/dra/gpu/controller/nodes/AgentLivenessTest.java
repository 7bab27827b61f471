package com.intel.dra.gpu.controller.nodes;

import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.controller.nodes.AgentLiveness.Sign;
import com.intel.dra.gpu.controller.nodes.AgentLiveness.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class AgentLivenessTest {

  private static final Duration LEASE = Duration.ofSeconds(40);
  private static final Duration GRACE = Duration.ofMinutes(15);
  private static final String NODE = "node1";

  private final AgentLiveness liveness = new AgentLiveness(GRACE);

  private static Optional<Sign> renewed(String time) {
    return Optional.of(new Sign("agent", time, LEASE));
  }

  private Verdict verdict(int second) {
    return liveness.verdict(NODE, Instant.ofEpochSecond(second));
  }

  private void see(Optional<Sign> sign, int second) {
    liveness.see(NODE, sign, Instant.ofEpochSecond(second));
  }

  @Test
  void anAgentIsSilentWhenNothingChangedForAsLongAsItsLeaseLasts() {
    see(renewed("a"), 100);
    assertThat(verdict(119)).isEqualTo(Verdict.ALIVE);
    assertThat(verdict(120)).isEqualTo(Verdict.OVERDUE);
    see(renewed("a"), 130);
    assertThat(verdict(139)).isEqualTo(Verdict.OVERDUE);
    assertThat(verdict(140)).isEqualTo(Verdict.SILENT);
    see(renewed("b"), 150);
    assertThat(verdict(150)).isEqualTo(Verdict.ALIVE);
  }

  @Test
  void aNewHolderIsASignOfLifeToo() {
    see(renewed("a"), 0);
    see(Optional.of(new Sign("its successor", "a", LEASE)), 39);
    assertThat(verdict(58)).isEqualTo(Verdict.ALIVE);
  }

  /** This is the case after a start: every Lease is then seen for the first time. */
  @Test
  void aLeaseThatExpiredLongAgoGetsItsFullDurationWhenItIsFirstSeen() {
    see(renewed("2001-01-01T00:00:00Z"), 1000);
    assertThat(verdict(1039)).isNotEqualTo(Verdict.SILENT);
    assertThat(verdict(1040)).isEqualTo(Verdict.SILENT);
  }

  @Test
  void anAgentWithoutLeaseHasAGrace() {
    see(Optional.empty(), 0);
    assertThat(verdict(879)).isEqualTo(Verdict.ALIVE);
    assertThat(verdict(899)).isEqualTo(Verdict.OVERDUE);
    assertThat(verdict(900)).isEqualTo(Verdict.SILENT);
  }

  @Test
  void aNodeThatWasNotReadyMeanwhileBeginsAnew() {
    see(renewed("a"), 0);
    liveness.retain(Set.of("node2"));
    assertThat(verdict(1000)).isEqualTo(Verdict.ALIVE);
    see(renewed("a"), 1000);
    assertThat(verdict(1019)).isEqualTo(Verdict.ALIVE);
  }

  /**
   * The time that the agent writes may go back, jump and repeat; it only has to differ from the
   * time before.
   */
  @Property
  void anAgentThatRenewsInTimeIsNeverSilentWhateverItsClockSays(
      @ForAll @Size(min = 1, max = 30) List<@IntRange(min = 1, max = 39) Integer> pauses,
      @ForAll @IntRange(min = 1, max = 5) int period) {
    int now = 0;
    see(renewed("first"), now);
    for (int renewal = 0; renewal < pauses.size(); renewal++) {
      int next = now + pauses.get(renewal);
      for (int look = now; look < next; look += period) {
        see(renewed(renewal % 2 == 0 ? "2030" : "1990"), look);
        assertThat(verdict(look)).isNotEqualTo(Verdict.SILENT);
      }
      assertThat(verdict(next)).isNotEqualTo(Verdict.SILENT);
      now = next;
      see(renewed(renewal % 2 == 0 ? "1990" : "2030"), now);
    }
  }

  @Property
  void nobodyIsSilentWithinTheLeasesDurationAfterABlindSpot(
      @ForAll @Size(min = 1, max = 5) List<@IntRange(max = 500) Integer> firstSeen,
      @ForAll @IntRange(min = 500, max = 2000) int blindUntil,
      @ForAll @IntRange(max = 39) int later) {
    for (int node = 0; node < firstSeen.size(); node++) {
      liveness.see("n" + node, renewed("a"), Instant.ofEpochSecond(firstSeen.get(node)));
    }
    liveness.beginAnew(Instant.ofEpochSecond(blindUntil));
    for (int node = 0; node < firstSeen.size(); node++) {
      assertThat(liveness.verdict("n" + node, Instant.ofEpochSecond(blindUntil + later)))
          .isNotEqualTo(Verdict.SILENT);
      assertThat(liveness.verdict("n" + node, Instant.ofEpochSecond(blindUntil + 40)))
          .isEqualTo(Verdict.SILENT);
    }
  }
}
