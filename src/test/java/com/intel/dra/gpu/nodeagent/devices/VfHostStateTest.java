package com.intel.dra.gpu.nodeagent.devices;

import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.device.VfProfile;
import com.intel.dra.gpu.nodeagent.devices.VfHostState.AnnouncedVfs;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class VfHostStateTest {

  private static final VfProfile PROFILE = new VfProfile("two", 2, 4096, Optional.empty());
  private static final SortedSet<Integer> HELD = new TreeSet<>(List.of(1));
  private static final AttemptFailure FAILURE =
      AttemptFailure.after(Optional.empty(), "refused", Instant.EPOCH);
  private static final Optional<AnnouncedVfs> ANNOUNCED =
      Optional.of(new AnnouncedVfs(PROFILE, HELD));
  private static final Optional<AnnouncedVfs> NONE = Optional.empty();

  private record Answers(
      boolean busy,
      boolean offersGpu,
      boolean offersGpuSoon,
      boolean offersVfs,
      boolean mayHaveOthers,
      boolean occupied,
      Optional<AnnouncedVfs> announced,
      Optional<String> hindrance) {}

  static Stream<Arguments> states() {
    Optional<String> no = Optional.empty();
    return Stream.of(
        Arguments.of(
            new VfHostState.Making(PROFILE, HELD, Optional.of(FAILURE)),
            new Answers(true, true, true, false, true, false, ANNOUNCED, no)),
        Arguments.of(
            new VfHostState.MakingFailed(FAILURE, PROFILE, HELD, true),
            new Answers(false, true, true, false, false, false, ANNOUNCED, Optional.of("refused"))),
        Arguments.of(
            new VfHostState.MakingFailed(FAILURE, PROFILE, HELD, false),
            new Answers(false, true, true, false, false, false, NONE, Optional.of("refused"))),
        Arguments.of(
            new VfHostState.Removing(Optional.of(FAILURE)),
            new Answers(true, false, true, false, false, false, NONE, no)),
        Arguments.of(
            new VfHostState.RemovalFailed(FAILURE),
            new Answers(false, false, false, false, false, false, NONE, Optional.of("refused"))),
        Arguments.of(
            new VfHostState.Refused("too many", false),
            new Answers(false, true, true, true, false, false, NONE, Optional.of("too many"))),
        Arguments.of(
            new VfHostState.Occupied(),
            new Answers(false, true, true, true, false, true, NONE, no)),
        Arguments.of(
            new VfHostState.Unknown("no answer"),
            new Answers(false, false, false, false, false, false, NONE, Optional.of("no answer"))));
  }

  @ParameterizedTest
  @MethodSource("states")
  void eachStateAnswersWhatMayBeOffered(VfHostState state, Answers answers) {
    assertThat(
            new Answers(
                state.isBusy(),
                state.offersGpu(),
                state.offersGpuSoon(),
                state.offersVfs(),
                state.mayHaveOthers(),
                state.isOccupied(),
                state.announcedVfs(),
                state.hindrance()))
        .isEqualTo(answers);
  }
}
