package com.intel.dra.gpu.nodeagent.devices;

import com.intel.dra.gpu.device.DeviceUid;
import com.intel.dra.kit.time.Deadline;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * The GPUs whose VFs are being made or removed, or could not be. What decides that VFs go away, and
 * what takes one into use, does so under this lock, so that neither misses the other.
 */
@Singleton
public class VfHosts {

  /** What an attempt at something that may have to wait for VFs came to. */
  public sealed interface Attempt<T> {

    record Final<T>(T result) implements Attempt<T> {}

    /**
     * @param result if no more can be waited
     */
    record NotYet<T>(T result) implements Attempt<T> {}
  }

  /** What another agent on this node has changed, nobody tells of here. */
  private static final Duration LOOK_AGAIN = Duration.ofSeconds(1);

  private final Duration lookAgain;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  /** Replaced as a whole under the lock, and read without it: who looks on waits for nobody. */
  private volatile Map<DeviceUid, VfHostState> states = Map.of();

  @Inject
  public VfHosts() {
    this(LOOK_AGAIN);
  }

  /**
   * @param lookAgain how long whoever waits does so for a change, before it looks by itself
   */
  public VfHosts(Duration lookAgain) {
    this.lookAgain = lookAgain;
  }

  /** What goes on with the GPU; empty when nothing does. */
  public Optional<VfHostState> state(DeviceUid gpu) {
    return Optional.ofNullable(states.get(gpu));
  }

  public Map<DeviceUid, VfHostState> states() {
    return states;
  }

  public void set(DeviceUid gpu, Optional<VfHostState> state) {
    locked(
        () -> {
          var all = new TreeMap<>(states);
          state.ifPresentOrElse(now -> all.put(gpu, now), () -> all.remove(gpu));
          states = Map.copyOf(all);
          changed.signalAll();
          return true;
        });
  }

  /** Of a GPU that is gone nothing is to be said, once nobody is at work on it. */
  public void forgetAllBut(Set<DeviceUid> gpus) {
    locked(
        () -> {
          var all = new TreeMap<>(states);
          all.entrySet().removeIf(e -> !e.getValue().isBusy() && !gpus.contains(e.getKey()));
          states = Map.copyOf(all);
          return true;
        });
  }

  /** Whoever waits looks again: there are other devices than before. */
  public void devicesChanged() {
    lookAgain();
  }

  /** Whoever waits looks again: a claim has let go of its devices. */
  public void claimsChanged() {
    lookAgain();
  }

  private void lookAgain() {
    locked(
        () -> {
          changed.signalAll();
          return true;
        });
  }

  public <T> T locked(Supplier<T> action) {
    lock.lock();
    try {
      return action.get();
    } finally {
      lock.unlock();
    }
  }

  /** Until something changes, or it is time to look by oneself; not longer than the patience. */
  public void awaitChange(Deadline deadline) {
    var first = new AtomicBoolean(true);
    var unused =
        untilFinal(
            deadline,
            () -> first.getAndSet(false) ? new Attempt.NotYet<>(true) : new Attempt.Final<>(true));
  }

  /**
   * Makes the attempt, under the lock, again after each change, and from time to time, until it is
   * final or the patience is at its end.
   */
  public <T> T untilFinal(Deadline deadline, Supplier<Attempt<T>> attempt) {
    lock.lock();
    try {
      while (true) {
        switch (attempt.get()) {
          case Attempt.Final<T>(T result) -> {
            return result;
          }
          case Attempt.NotYet<T>(T result) -> {
            long nanosLeft = deadline.left().toNanos();
            if (nanosLeft <= 0) {
              return result;
            }
            var unused = changed.awaitNanos(Math.min(nanosLeft, lookAgain.toNanos()));
          }
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return switch (attempt.get()) {
        case Attempt.Final<T>(T result) -> result;
        case Attempt.NotYet<T>(T result) -> result;
      };
    } finally {
      lock.unlock();
    }
  }
}
