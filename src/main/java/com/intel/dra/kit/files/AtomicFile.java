package com.intel.dra.kit.files;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A file that is only replaced as a whole. A reader, or a process that starts after a crash at any
 * moment, finds the old content or the new one and never a part of it.
 *
 * <p>New content is written to a temporary file in the same folder ({@code .<name>.*.tmp}), which
 * is fsynced and renamed; then the folder is fsynced. Not for concurrent writers: of two
 * simultaneous writes, either may win.
 */
public final class AtomicFile {

  private static final String TEMPORARY_SUFFIX = ".tmp";

  private final Path path;
  private final Path folder;
  private final String temporaryPrefix;
  private final Set<PosixFilePermission> permissions;

  /**
   * @param path the file; its folder must exist before the first write
   * @param permissions the permissions that the file gets at each write
   */
  public AtomicFile(Path path, Set<PosixFilePermission> permissions) {
    this.path = path.toAbsolutePath();
    this.folder = parentOf(this.path);
    this.temporaryPrefix = temporaryPrefix(this.path);
    this.permissions = Set.copyOf(permissions);
  }

  public Path path() {
    return path;
  }

  /**
   * The content; empty if there is no such file.
   *
   * @param maxBytes the largest number of bytes; of a longer file one more is read, so that the
   *     caller can recognize it
   */
  public Optional<byte[]> read(int maxBytes) throws IOException {
    return read(path, maxBytes);
  }

  /** Reads any file in the same way, for callers that only read. */
  public static Optional<byte[]> read(Path path, int maxBytes) throws IOException {
    try (InputStream in = Files.newInputStream(path)) {
      return Optional.of(in.readNBytes(maxBytes + 1));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  /**
   * Replaces the content. If it throws, the old content is still there, or, if only the sync of the
   * folder failed, the new one.
   */
  public void write(byte[] content) throws IOException {
    replace(content, true);
    syncFolder();
  }

  /**
   * Replaces the content, and does not wait for the disk. A process that crashes leaves the old
   * content or the new one; after a crash of the machine the file may be missing, empty or only a
   * part. For what is worth nothing after a boot, or is compared before it is used.
   */
  public void writeForThisBoot(byte[] content) throws IOException {
    replace(content, false);
  }

  private void replace(byte[] content, boolean sync) throws IOException {
    Path temporary = Files.createTempFile(folder, temporaryPrefix, TEMPORARY_SUFFIX);
    try {
      Files.setPosixFilePermissions(temporary, permissions);
      try (var channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
        var bytes = ByteBuffer.wrap(content);
        while (bytes.hasRemaining()) {
          channel.write(bytes);
        }
        if (sync) {
          channel.force(true);
        }
      }
      Files.move(
          temporary, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  /** Removes the file; returns false if there was none. */
  public boolean delete() throws IOException {
    boolean deleted = Files.deleteIfExists(path);
    if (deleted) {
      syncFolder();
    }
    return deleted;
  }

  /** Renames the file within its folder, and replaces a file that has the new name. */
  public void setAsideAs(String name) throws IOException {
    Files.move(
        path,
        folder.resolve(name),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
    syncFolder();
  }

  /** Removes the temporary files of writes that a crash interrupted. */
  public void deleteLeftovers() throws IOException {
    for (Path file : leftovers(path)) {
      Files.deleteIfExists(file);
    }
  }

  /**
   * The temporary files of this file: of a running write, or of one that a crash interrupted.
   *
   * @param path in a folder that exists
   */
  public static List<Path> leftovers(Path path) throws IOException {
    String prefix = temporaryPrefix(path);
    try (var files = Files.newDirectoryStream(parentOf(path), file -> isTemporary(file, prefix))) {
      var found = new ArrayList<Path>();
      files.forEach(found::add);
      return found;
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
  }

  private static String temporaryPrefix(Path path) {
    return "." + path.getFileName() + ".";
  }

  private static boolean isTemporary(Path file, String prefix) {
    String name = String.valueOf(file.getFileName());
    return name.startsWith(prefix) && name.endsWith(TEMPORARY_SUFFIX);
  }

  private void syncFolder() throws IOException {
    try (var channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  private static Path parentOf(Path path) {
    Path parent = path.getParent();
    if (parent == null) {
      throw new IllegalArgumentException("not the path of a file: " + path);
    }
    return parent;
  }
}
