package com.intel.dra.gpu.kubelet;

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
 * Keeps instances of the driver apart that run side by side on a node, each in a process of its
 * own. The calls of one instance overlap as if there were no other: the first of them locks the
 * file, the last lets it go. A process that dies lets go too.
 *
 * <p>The kubelet calls the newest instance, so that the older runs out of calls and the newer gets
 * the lock; where calls never cease, the other instance answers that this one is busy.
 *
 * <p>The file is asked for again and again rather than waited for: a blocked lock of a file would
 * hold a virtual thread's carrier. It is a POSIX record lock, which belongs to the process: it does
 * not see the BSD locks of {@code flock(2)}, which drivers written in Go use.
 */
final class InstanceLock {

  private static final Logger LOG = Logger.getLogger(InstanceLock.class);

  /** Less than the 45 s after which the kubelet hears no answer. */
  static final Duration PATIENCE = Duration.ofSeconds(30);

  private static final Duration RETRY = Duration.ofMillis(50);

  private final Optional<Path> file;
  private final Duration patience;

  /** Held while the file is asked for, so that one call asks and the others wait for it. */
  private final ReentrantLock mutex = new ReentrantLock();

  // guarded by mutex
  private int holders;
  private @Nullable FileChannel locked;

  /** How asking for the file ended. */
  private sealed interface Attempt {
    record Held() implements Attempt {}

    record Denied(String reason) implements Attempt {}
  }

  /**
   * @param file what all instances lock; empty when this is the only one, and nothing is locked
   */
  InstanceLock(Optional<Path> file, Duration patience) {
    this.file = file;
    this.patience = patience;
  }

  /** Does the action while no other instance does one, or says why it could not. */
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
          "%s, which keeps instances of the driver on this node apart, could not be locked: %s"
              .formatted(path, e));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Attempt.Denied("the driver on this node is stopping");
    }
  }

  private Attempt busy(Path path) {
    return new Attempt.Denied(
        "another instance of the driver on this node is busy: it did not let go of %s for %d s; the kubelet's next call tries again"
            .formatted(path, patience.toSeconds()));
  }

  /** The channel that holds the lock; null when another instance held it for too long. */
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
      return false; // another instance in this very process
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
