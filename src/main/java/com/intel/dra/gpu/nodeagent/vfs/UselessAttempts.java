package com.intel.dra.gpu.nodeagent.vfs;

import com.intel.dra.gpu.device.DeviceUid;
import com.intel.dra.gpu.nodeagent.devices.AttemptFailure;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Attempts that found nothing to be done, although work had been decided on. The next attempt on
 * the same GPU waits, longer each time; otherwise the decision and the work could disagree in an
 * endless loop.
 */
final class UselessAttempts {

  private final InstantSource clock;
  private final Map<DeviceUid, AttemptFailure> byGpu = new HashMap<>();

  UselessAttempts(InstantSource clock) {
    this.clock = clock;
  }

  /** An attempt found nothing to be done. */
  synchronized void add(DeviceUid gpu) {
    byGpu.compute(
        gpu,
        (_, before) ->
            AttemptFailure.after(Optional.ofNullable(before), "obsolete", clock.instant()));
  }

  /** An attempt did something, or nothing is to be done any more. */
  synchronized void forget(DeviceUid gpu) {
    byGpu.remove(gpu);
  }

  synchronized void forgetAllBut(Set<DeviceUid> gpus) {
    byGpu.keySet().retainAll(gpus);
  }

  synchronized boolean mustWait(DeviceUid gpu) {
    return Optional.ofNullable(byGpu.get(gpu))
        .filter(last -> !last.isDue(clock.instant()))
        .isPresent();
  }

  /** How long until the first GPU need not wait any more; empty when none waits. */
  synchronized Optional<Duration> untilNext() {
    Instant now = clock.instant();
    return byGpu.values().stream()
        .filter(last -> !last.isDue(now))
        .map(last -> Duration.between(now, last.retryAt()))
        .min(Duration::compareTo);
  }
}
