package com.intel.dra.kit.files;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * Locks between processes. Each lock has a separate file, which is made if missing and stays.
 *
 * <p>They are POSIX record locks: when a process ends, they are released as soon as the last of its
 * threads has left the kernel. Meanwhile the same process must not close any other channel to the
 * file.
 */
public final class FileLocks {

  private FileLocks() {}

  /**
   * Locks the file without waiting.
   *
   * @return the channel that holds the lock until it is closed; empty if the lock is held elsewhere
   */
  public static Optional<FileChannel> tryLock(Path file) throws IOException {
    FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    boolean held = false;
    try {
      held = channel.tryLock() != null;
      return held ? Optional.of(channel) : Optional.empty();
    } catch (OverlappingFileLockException e) {
      return Optional.empty(); // held in this process, as tests do
    } finally {
      if (!held) {
        channel.close();
      }
    }
  }
}
