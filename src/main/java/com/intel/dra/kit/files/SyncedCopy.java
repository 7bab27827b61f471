package com.intel.dra.kit.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/**
 * A copy of what was last written to another file, for the time after the machine has crashed. The
 * other file can then be replaced without a sync: {@link AtomicFile#writeForThisBoot}.
 *
 * <p>A new file and its name take two syncs, and the file system writes its journal for each. The
 * copy is overwritten in place, which takes one sync of data. It has two halves that are written in
 * turn, so that one of them is whole at any moment.
 *
 * <p>Not for concurrent writers, as {@link AtomicFile}.
 */
public final class SyncedCopy {

  private static final int MAGIC = 0x53594e43;

  /** The magic number, the checksum, the number of the write and the length of the content. */
  private static final int HEADER_BYTES =
      Integer.BYTES + Integer.BYTES + Long.BYTES + Integer.BYTES;

  /** A multiple of what a file system writes at once. */
  private static final int SMALLEST_HALF_BYTES = 64 << 10;

  private final Path path;
  private final AtomicFile file;
  private final Opener opener;

  /**
   * Whether the last write has failed. The kernel then shows the new content also where the disk
   * has the old one, so nobody can tell which half is on the disk.
   */
  private boolean inDoubt;

  /** Opens the file to overwrite it. */
  interface Opener {
    FileChannel open(Path path) throws IOException;
  }

  /**
   * @param offset where the half begins in the file
   * @param number of the write
   */
  private record Half(long offset, long number, byte[] content) {}

  /**
   * @param path the file; its folder must exist before the first write
   * @param permissions the permissions that the file gets
   */
  public SyncedCopy(Path path, Set<PosixFilePermission> permissions) {
    this(
        path,
        permissions,
        file -> FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE));
  }

  SyncedCopy(Path path, Set<PosixFilePermission> permissions, Opener opener) {
    this.path = path.toAbsolutePath();
    this.file = new AtomicFile(this.path, permissions);
    this.opener = opener;
  }

  /** The content that was last written; empty if there is none that is whole. */
  public Optional<byte[]> read() throws IOException {
    try (var channel = FileChannel.open(path, StandardOpenOption.READ)) {
      return newest(channel).map(Half::content);
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  /** Writes the content. It is on the disk when this returns; if it throws, it may be. */
  public void write(byte[] content) throws IOException {
    boolean wasInDoubt = inDoubt;
    inDoubt = true;
    if (wasInDoubt || !overwrite(content)) {
      makeAnew(content);
    }
    inDoubt = false;
  }

  /** Removes the temporary files of writes that a crash interrupted. */
  public void deleteLeftovers() throws IOException {
    file.deleteLeftovers();
  }

  /** Returns false if the file is not there, is too small, or cannot be read. */
  private boolean overwrite(byte[] content) throws IOException {
    try (var channel = opener.open(path)) {
      if (HEADER_BYTES + content.length > halfBytes(channel)) {
        return false;
      }
      Optional<Half> newest;
      try {
        newest = newest(channel);
      } catch (IOException e) { // such as a sector that has failed
        return false;
      }
      overwrite(channel, newest, content);
      return true;
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  private static void overwrite(FileChannel channel, Optional<Half> newest, byte[] content)
      throws IOException {
    long offset = newest.filter(half -> half.offset() == 0).isPresent() ? halfBytes(channel) : 0;
    ByteBuffer bytes = encoded(newest.map(Half::number).orElse(0L) + 1, content);
    while (bytes.hasRemaining()) {
      offset += channel.write(bytes, offset);
    }
    channel.force(false); // the size stays the same
  }

  /** Has all blocks of the file written, so that later writes allocate none. */
  private void makeAnew(byte[] content) throws IOException {
    int half = SMALLEST_HALF_BYTES;
    while (half < 2 * (HEADER_BYTES + content.length)) {
      half *= 2;
    }
    file.write(Arrays.copyOf(encoded(1, content).array(), 2 * half));
  }

  private static long halfBytes(FileChannel channel) throws IOException {
    return channel.size() / 2;
  }

  private static Optional<Half> newest(FileChannel channel) throws IOException {
    long half = halfBytes(channel);
    return Stream.concat(half(channel, 0, half).stream(), half(channel, half, half).stream())
        .max(Comparator.comparingLong(Half::number));
  }

  private static Optional<Half> half(FileChannel channel, long offset, long bytes)
      throws IOException {
    if (bytes < HEADER_BYTES) {
      return Optional.empty();
    }
    ByteBuffer header = read(channel, offset, HEADER_BYTES);
    int magic = header.getInt();
    int checksum = header.getInt();
    long number = header.getLong();
    int length = header.getInt();
    if (magic != MAGIC || length < 0 || length > bytes - HEADER_BYTES) {
      return Optional.empty();
    }
    byte[] content = read(channel, offset + HEADER_BYTES, length).array();
    return checksum == checksum(number, content)
        ? Optional.of(new Half(offset, number, content))
        : Optional.empty();
  }

  private static ByteBuffer read(FileChannel channel, long offset, int bytes) throws IOException {
    ByteBuffer read = ByteBuffer.allocate(bytes);
    long at = offset;
    while (read.hasRemaining()) {
      int count = channel.read(read, at);
      if (count < 0) {
        throw new IOException("the file has become shorter");
      }
      at += count;
    }
    return read.flip();
  }

  private static ByteBuffer encoded(long number, byte[] content) {
    return ByteBuffer.allocate(HEADER_BYTES + content.length)
        .putInt(MAGIC)
        .putInt(checksum(number, content))
        .putLong(number)
        .putInt(content.length)
        .put(content)
        .flip();
  }

  private static int checksum(long number, byte[] content) {
    var checksum = new CRC32C();
    checksum.update(ByteBuffer.allocate(Long.BYTES).putLong(number).flip());
    checksum.update(content);
    return (int) checksum.getValue();
  }
}
