package com.intel.dra.kit.files;

import com.intel.dra.kit.time.Deadline;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A reentrant mutual exclusion of short actions, also with other processes that use the same file.
 * The file lock is polled, because a blocking lock would occupy a virtual thread's carrier.
 */
public final class FileMutex {

  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final Duration RETRY = Duration.ofMillis(5);

  /** The action to run while the mutex is held. */
  @FunctionalInterface
  public interface Action<R> {
    R run() throws IOException;
  }

  private final Path file;
  private final ReentrantLock threads = new ReentrantLock();

  /**
   * @param file a file used only for this mutex; its folder must exist before the first use
   */
  public FileMutex(Path file) {
    this.file = file.toAbsolutePath();
  }

  /**
   * @throws IOException what the action throws, or if the file cannot be locked, for example
   *     because another process holds it for more than 10 s
   */
  public <R> R exclusively(Action<R> action) throws IOException {
    threads.lock();
    try {
      if (threads.getHoldCount() > 1) {
        return action.run();
      }
      try (FileChannel held = lock()) {
        return action.run();
      }
    } finally {
      threads.unlock();
    }
  }

  private FileChannel lock() throws IOException {
    Deadline deadline = Deadline.of(PATIENCE);
    try {
      while (true) {
        Optional<FileChannel> held = FileLocks.tryLock(file);
        if (held.isPresent()) {
          return held.get();
        }
        if (deadline.hasPassed()) {
          throw new IOException(
              "another process has held the lock %s for %d s"
                  .formatted(file, PATIENCE.toSeconds()));
        }
        deadline.clock().sleep(RETRY);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while waiting for " + file, e);
    }
  }
}
