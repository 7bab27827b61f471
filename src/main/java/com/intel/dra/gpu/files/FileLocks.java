package com.intel.dra.gpu.files;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * Locks between processes, each by a file of its own that is made when it is missing and stays.
 *
 * <p>They are POSIX record locks: a process that ends lets go of them, not before the last of its
 * threads has left the kernel. No other channel to the file may be closed by the same process
 * meanwhile.
 */
public final class FileLocks {

  private FileLocks() {}

  /**
   * Locks the file without waiting.
   *
   * @return what holds the lock until it is closed; empty when somebody else holds it
   */
  public static Optional<FileChannel> tryLock(Path file) throws IOException {
    FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    boolean held = false;
    try {
      held = channel.tryLock() != null;
      return held ? Optional.of(channel) : Optional.empty();
    } catch (OverlappingFileLockException e) {
      return Optional.empty(); // held in this very process, which tests do
    } finally {
      if (!held) {
        channel.close();
      }
    }
  }
}
