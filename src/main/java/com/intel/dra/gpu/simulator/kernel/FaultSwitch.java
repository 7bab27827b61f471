package com.intel.dra.gpu.simulator.kernel;

import com.intel.dra.gpu.simulator.fuse.Errno;
import com.intel.dra.gpu.simulator.topology.Fault;
import com.intel.dra.gpu.simulator.topology.FaultyWrites;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/**
 * The faults of one GPU that are switched on, with a count for those that end after some writes.
 */
final class FaultSwitch {

  /**
   * What the faults do to one write.
   *
   * @param delay how long to wait first
   * @param instead what happens in place of the write; empty when the write is carried out
   */
  record Effect(Duration delay, Optional<Instead> instead) {}

  sealed interface Instead {}

  record Refuse(Errno errno) implements Instead {}

  record Nothing() implements Instead {}

  private final RandomGenerator random;
  private List<Fault> faults = List.of();
  private final Map<Fault, Integer> strikes = new HashMap<>();

  /**
   * @param random decides for faults that apply to only some percent of the writes
   */
  FaultSwitch(RandomGenerator random) {
    this.random = random;
  }

  /** Replaces the faults. Faults that were already on keep their counts. */
  void set(List<Fault> now) {
    faults = List.copyOf(now);
    strikes.keySet().retainAll(faults);
  }

  /** Counts the write. The first fault that replaces the write wins; delays add up. */
  Effect onWrite(String path, String text) {
    Duration delay = Duration.ZERO;
    Optional<Instead> instead = Optional.empty();
    for (Fault.WriteFault fault : of(Fault.WriteFault.class).toList()) {
      boolean late = instead.isPresent() && !(fault instanceof Fault.Slow);
      if (late || !fault.writes().include(path, text) || !strike(fault)) {
        continue;
      }
      switch (fault) {
        case Fault.Slow slow -> delay = delay.plus(slow.delay());
        case Fault.Refuse refuse -> instead = Optional.of(new Refuse(refuse.errno()));
        case Fault.Ignore any -> instead = Optional.of(new Nothing());
      }
    }
    return new Effect(delay, instead);
  }

  private boolean strike(Fault.WriteFault fault) {
    int before = strikes.getOrDefault(fault, 0);
    if (before >= fault.writes().times() || random.nextInt(100) >= fault.writes().percent()) {
      return false;
    }
    if (fault.writes().times() != FaultyWrites.ALL) {
      strikes.put(fault, before + 1);
    }
    return true;
  }

  boolean isMissing(int vf) {
    return faults.contains(new Fault.MissingVf(vf));
  }

  boolean isWithoutDrm(int vf) {
    return faults.contains(new Fault.VfWithoutDrm(vf));
  }

  /** The type of the first survivability fault in the topology file. */
  Optional<Fault.Survivability.Type> survivability() {
    return of(Fault.Survivability.class).map(Fault.Survivability::type).findFirst();
  }

  boolean vfsStay() {
    return faults.contains(new Fault.StayingVfs());
  }

  Duration drmDelay() {
    return of(Fault.LateDrm.class).map(Fault.LateDrm::delay).reduce(Duration.ZERO, Duration::plus);
  }

  private <T extends Fault> Stream<T> of(Class<T> kind) {
    return faults.stream().filter(kind::isInstance).map(kind::cast);
  }
}
