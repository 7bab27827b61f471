package com.intel.dra.kit.kubelet.server;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Excludes the calls of other instances of the driver that run on the same node, each in a separate
 * process. The calls of one instance may overlap: the first of them locks the file, and the last
 * releases it. The lock of a process that dies is released too.
 *
 * <p>The kubelet calls the newest instance, so the older one soon has no more calls and the newer
 * one gets the lock. If the calls of one instance never cease, the other answers that this one is
 * busy.
 *
 * <p>The file lock is polled, because a blocking lock would occupy a virtual thread's carrier. It
 * is a POSIX record lock, which belongs to the process, and is independent of the BSD locks of
 * {@code flock(2)}, which drivers written in Go use.
 */
final class InstanceLock {

  private static final Logger LOG = Logger.getLogger(InstanceLock.class);

  /**
   * Shorter than the 45 s after which the kubelet no longer waits for an answer, so that the call
   * has time for its work too.
   */
  static final Duration PATIENCE = Duration.ofSeconds(20);

  private static final Duration RETRY = Duration.ofMillis(50);

  private final Optional<Path> file;
  private final Duration patience;

  /** Held while the file is polled, so that one call polls and the others wait for it. */
  private final ReentrantLock mutex = new ReentrantLock();

  // guarded by mutex
  private int holders;
  private @Nullable FileChannel locked;

  /** The result of acquiring the lock. */
  private sealed interface Attempt {
    record Held() implements Attempt {}

    record Denied(String reason) implements Attempt {}
  }

  /**
   * @param file the file that all instances lock; empty if there is only one instance, and nothing
   *     is locked
   */
  InstanceLock(Optional<Path> file, Duration patience) {
    this.file = file;
    this.patience = patience;
  }

  /**
   * Runs the action while no other instance runs one, or returns the answer for the reason of
   * denial.
   */
  <R> R whileHolding(Supplier<R> action, Function<String, R> denied) {
    if (file.isEmpty()) {
      return action.get();
    }
    return switch (enter(file.get())) {
      case Attempt.Denied(String reason) -> denied.apply(reason);
      case Attempt.Held() -> {
        try {
          yield action.get();
        } finally {
          leave();
        }
      }
    };
  }

  private Attempt enter(Path path) {
    long deadline = System.nanoTime() + patience.toNanos();
    try {
      if (!mutex.tryLock(patience.toNanos(), TimeUnit.NANOSECONDS)) {
        return busy(path);
      }
      try {
        if (holders == 0) {
          FileChannel channel = lock(path, deadline);
          if (channel == null) {
            return busy(path);
          }
          locked = channel;
        }
        holders++;
        return new Attempt.Held();
      } finally {
        mutex.unlock();
      }
    } catch (IOException e) {
      return new Attempt.Denied(
          "lock file %s, which the instances of the driver on this node share, could not be locked: %s"
              .formatted(path, e));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Attempt.Denied("the driver on this node is stopping");
    }
  }

  private Attempt busy(Path path) {
    return new Attempt.Denied(
        "another instance of the driver on this node is busy: it has held the lock %s for %d s; the kubelet's next call tries again"
            .formatted(path, patience.toSeconds()));
  }

  /** Returns the channel that holds the lock, or null if another instance held it too long. */
  private static @Nullable FileChannel lock(Path path, long deadline)
      throws IOException, InterruptedException {
    FileChannel channel =
        FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    boolean held = false;
    try {
      while (!(held = tryLock(channel)) && System.nanoTime() - deadline < 0) {
        Thread.sleep(RETRY);
      }
      return held ? channel : null;
    } finally {
      if (!held) {
        channel.close();
      }
    }
  }

  private static boolean tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      return false; // another instance in the same process
    }
  }

  private void leave() {
    mutex.lock();
    try {
      if (--holders == 0 && locked != null) {
        FileChannel channel = locked;
        locked = null;
        channel.close();
      }
    } catch (IOException e) {
      LOG.warnf(e, "Other instances of the driver may have to wait for this one to end");
    } finally {
      mutex.unlock();
    }
  }
}
