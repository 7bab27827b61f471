package com.intel.dra.gpu.nodeagent.devices;

import com.intel.dra.kit.time.Deadline;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * The one lock of this agent for what happens to devices, and the place where calls of the kubelet
 * wait for them. Hold it to decide that VFs are made or removed, and to take a device into use, so
 * that neither misses the other.
 *
 * <p>Threads that wait here look again when devices were discovered or are gone, when the state of
 * a GPU's VFs has changed, and when a claim was unprepared.
 *
 * <p>Under this lock a thread may take the lock of the node's agents ({@link
 * com.intel.dra.gpu.nodeagent.state.VfHostRecords#exclusively}) and write state to the disk. Never
 * take this lock under that one.
 */
@Singleton
public class DeviceLock {

  /** The outcome of one attempt at something that may have to wait. */
  public sealed interface Attempt<T> {

    /** There is nothing to wait for. */
    record Final<T>(T result) implements Attempt<T> {}

    /**
     * The attempt is to be made again after a change.
     *
     * @param result counts when there is no time left
     */
    record NotYet<T>(T result) implements Attempt<T> {}
  }

  /**
   * Changes made by another agent on this node are not signalled; waiting threads therefore look
   * again every second.
   */
  private static final Duration LOOK_AGAIN = Duration.ofSeconds(1);

  private final Duration lookAgain;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  @Inject
  public DeviceLock() {
    this(LOOK_AGAIN);
  }

  /**
   * @param lookAgain how long a thread waits for a signal before it looks again without one
   */
  public DeviceLock(Duration lookAgain) {
    this.lookAgain = lookAgain;
  }

  /** Does something under the lock. */
  public <T> T locked(Supplier<T> action) {
    lock.lock();
    try {
      return action.get();
    } finally {
      lock.unlock();
    }
  }

  /** Has the waiting threads look again. */
  public void signalChange() {
    lock.lock();
    try {
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Waits until something changes or it is time to look again, but not beyond the deadline. */
  public void awaitChange(Deadline deadline) {
    var first = new AtomicBoolean(true);
    var unused =
        untilFinal(
            deadline,
            () -> first.getAndSet(false) ? new Attempt.NotYet<>(true) : new Attempt.Final<>(true));
  }

  /**
   * Makes the attempt under the lock, and again after each change and from time to time, until it
   * is final or the deadline has passed.
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
