package com.intel.dra.gpu.nodeagent.gas;

import com.intel.dra.gpu.api.AllocatableDevice;
import com.intel.dra.kit.time.Deadline;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/** Knows what the API server has of the agent's fields. */
@Singleton
public class GasPublication {

  /** How long a vanished device waits for the API server before it leaves the CDI spec. */
  private static final Duration WITHDRAWAL = Duration.ofSeconds(10);

  private final Duration withdrawal;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private Optional<GasFields> published = Optional.empty();

  public GasPublication() {
    this(WITHDRAWAL);
  }

  /**
   * @param withdrawal how long to wait until devices are withdrawn; zero where nothing writes the
   *     GAS meanwhile
   */
  public GasPublication(Duration withdrawal) {
    this.withdrawal = withdrawal;
  }

  /** Records that the GAS says this, by a write of this agent or because it said so already. */
  public void published(GasFields fields) {
    lock.lock();
    try {
      published = Optional.of(fields);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Returns whether the agent's devices have been in the GAS since it started. */
  public boolean isPublished() {
    lock.lock();
    try {
      return published.flatMap(GasFields::allocatable).isPresent();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits until the GAS offers none of these devices.
   *
   * @param uids called at first and after each write of the GAS
   * @return false if that is not known in time
   */
  public boolean awaitWithdrawn(Supplier<Set<String>> uids) throws InterruptedException {
    Deadline deadline = Deadline.of(withdrawal);
    lock.lock();
    try {
      while (!isWithdrawn(uids.get())) {
        if (deadline.hasPassed()) {
          return false;
        }
        var unused = changed.awaitNanos(deadline.left().toNanos());
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  private boolean isWithdrawn(Set<String> uids) {
    Optional<Map<String, AllocatableDevice>> offered = published.flatMap(GasFields::allocatable);
    return offered.isPresent() && Collections.disjoint(offered.get().keySet(), uids);
  }
}
