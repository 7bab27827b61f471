package com.intel.dra.gpu.nodeagent.vfs;

import com.intel.dra.gpu.device.DeviceUid;
import com.intel.dra.gpu.nodeagent.config.AgentConfig;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The GPUs on which VFs could not be made lately. No other VFs are planned there until they were
 * made or some time has passed; without that, a broken GPU, which no claim uses, would be the first
 * choice for each next claim. This is in memory only, so a new agent tries again at once.
 */
@Singleton
public class VfBackoff {

  private final Duration pause;
  private final InstantSource clock;
  private final Map<DeviceUid, Instant> until = new ConcurrentHashMap<>();

  @Inject
  public VfBackoff(AgentConfig config, InstantSource clock) {
    this.pause = config.vfFailurePause();
    this.clock = clock;
  }

  /** VFs could not be made, or still cannot. */
  void failed(DeviceUid gpu) {
    until.put(gpu, clock.instant().plus(pause));
  }

  /** VFs were made. */
  void succeeded(DeviceUid gpu) {
    until.remove(gpu);
  }

  /** Whether a failure is so recent that no new VFs are planned on the GPU. */
  public boolean isRecent(DeviceUid gpu) {
    return Optional.ofNullable(until.get(gpu)).filter(clock.instant()::isBefore).isPresent();
  }

  /** How long until the first of the GPUs may be tried again; empty when there is none. */
  Optional<Duration> untilNextIsTriedAgain() {
    Instant now = clock.instant();
    return until.values().stream()
        .filter(now::isBefore)
        .min(Instant::compareTo)
        .map(end -> Duration.between(now, end));
  }
}
