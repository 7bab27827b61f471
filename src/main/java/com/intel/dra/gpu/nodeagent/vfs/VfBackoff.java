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
 * The GPUs of which VFs could not be made lately, so that no others are planned there until they
 * were made or some time has passed: else a GPU that is broken, which nobody uses, would be the
 * first choice for every next claim. In memory only: a new agent tries anew.
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

  /** They could not be made, or still cannot. */
  void failed(DeviceUid gpu) {
    until.put(gpu, clock.instant().plus(pause));
  }

  void succeeded(DeviceUid gpu) {
    until.remove(gpu);
  }

  /** Whether no new VFs are to be planned on the GPU. */
  public boolean isRecent(DeviceUid gpu) {
    return Optional.ofNullable(until.get(gpu)).filter(clock.instant()::isBefore).isPresent();
  }

  /** When the first of the GPUs may be tried again; empty when there is none. */
  Optional<Duration> untilNextIsTriedAgain() {
    Instant now = clock.instant();
    return until.values().stream()
        .filter(now::isBefore)
        .min(Instant::compareTo)
        .map(end -> Duration.between(now, end));
  }
}
