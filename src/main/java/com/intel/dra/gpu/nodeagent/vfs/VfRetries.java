package com.intel.dra.gpu.nodeagent.vfs;

import com.intel.dra.gpu.device.DeviceUid;
import com.intel.dra.gpu.nodeagent.devices.AttemptFailure;
import com.intel.dra.gpu.nodeagent.devices.VfHostState;
import com.intel.dra.gpu.nodeagent.devices.VfHostState.MakingFailed;
import com.intel.dra.gpu.nodeagent.devices.VfHostState.RemovalFailed;
import com.intel.dra.gpu.nodeagent.devices.VfHosts;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.stream.Stream;

/** Says when VFs are tried again after an attempt that failed or found nothing to be done. */
@Singleton
public class VfRetries {

  private static final Duration LOOK_AT_UNCHANGED = Duration.ofSeconds(10);
  private static final Duration LOOK_AT_PASSING = Duration.ofSeconds(2);
  private static final Duration LOOK_AT_MOST_EVERY = Duration.ofSeconds(1);

  private final VfHosts hosts;
  private final VfBackoff failures;
  private final InstantSource clock;
  private final UselessAttempts useless;

  @Inject
  public VfRetries(VfHosts hosts, VfBackoff failures, InstantSource clock) {
    this.hosts = hosts;
    this.failures = failures;
    this.clock = clock;
    this.useless = new UselessAttempts(clock);
  }

  /**
   * Whether the GPU must wait for its next attempt: after a failure, unless claims hold other VFs
   * now, and after an attempt that found nothing to be done.
   *
   * @param held the VFs that claims hold now
   */
  boolean mustWait(DeviceUid gpu, Optional<VfHostState> before, SortedSet<Integer> held) {
    if (useless.mustWait(gpu)) {
      return true;
    }
    boolean sameAgain =
        before
            .filter(
                state ->
                    state instanceof RemovalFailed
                        || (state instanceof MakingFailed failed && failed.held().equals(held)))
            .isPresent();
    return sameAgain
        && before
            .flatMap(VfHostState::lastFailure)
            .filter(last -> !last.isDue(clock.instant()))
            .isPresent();
  }

  /** When to look again although nothing changes; empty when there is no need to. */
  Optional<Duration> lookAgainAfter() {
    Instant now = clock.instant();
    return Stream.concat(
            hosts.states().values().stream()
                .filter(state -> !state.isBusy())
                .map(
                    state ->
                        state
                            .lastFailure()
                            .map(failure -> Duration.between(now, failure.retryAt()))
                            .orElse(state.mayPass() ? LOOK_AT_PASSING : LOOK_AT_UNCHANGED)),
            Stream.of(failures.untilNextIsTriedAgain(), useless.untilNext())
                .flatMap(Optional::stream))
        .min(Duration::compareTo)
        .map(wait -> wait.compareTo(LOOK_AT_MOST_EVERY) < 0 ? LOOK_AT_MOST_EVERY : wait);
  }

  /** Forgets the attempts that found nothing to be done, except those on these GPUs. */
  void forgetUselessAllBut(Set<DeviceUid> gpus) {
    useless.forgetAllBut(gpus);
  }

  /** An attempt found nothing to be done. */
  void wasUseless(DeviceUid gpu) {
    useless.add(gpu);
  }

  /** An attempt did something, with or without success, or nothing is to be done any more. */
  void forgetUseless(DeviceUid gpu) {
    useless.forget(gpu);
  }

  /** VFs were made. */
  void made(DeviceUid gpu) {
    failures.succeeded(gpu);
  }

  /** VFs could not be made, or still cannot. */
  void couldNotBeMade(DeviceUid gpu) {
    failures.failed(gpu);
  }

  /** The failure of an attempt that just ended, and when the next one is due. */
  AttemptFailure failure(Optional<AttemptFailure> previous, String message) {
    return AttemptFailure.after(previous, message, clock.instant());
  }
}
