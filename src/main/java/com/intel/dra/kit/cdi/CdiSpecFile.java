package com.intel.dra.kit.cdi;

import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.intel.dra.kit.files.AtomicFile;
import com.intel.dra.kit.files.FileMutex;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The only spec file of a kind: {@code <folder>/<vendor>-<class>.yaml}. Runtimes read the folder at
 * any time, so the file is replaced atomically, and the temporary file has an extension that they
 * do not read. Other files in the folder are left alone.
 */
public final class CdiSpecFile {

  /** The result of {@link #publish}. */
  public enum Outcome {
    WRITTEN,
    REMOVED,
    /** The file already had this content. */
    UNCHANGED
  }

  private static final ObjectWriter YAML =
      YAMLMapper.builder()
          .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
          .disable(YAMLGenerator.Feature.SPLIT_LINES)
          .addModule(new Jdk8Module())
          .build()
          .writer();

  private final CdiKind kind;
  private final Path folder;
  private final AtomicFile file;
  private final FileMutex mutex;

  // the devices found in the file, and the file's attributes at that time, which are none if there
  // is no file; empty if nothing is known of the file; guarded by this
  private List<CdiDevice> found = List.of();
  private Optional<Map<String, Object>> look = Optional.empty();

  /**
   * @param folder one of the runtime's CDI folders, such as /var/run/cdi; made if missing
   */
  public CdiSpecFile(Path folder, CdiKind kind) {
    this.kind = kind;
    this.folder = folder;
    this.file =
        new AtomicFile(
            folder.resolve(fileName(kind)), PosixFilePermissions.fromString("rw-r--r--"));
    this.mutex = new FileMutex(folder.resolve(lockName(kind)));
  }

  static String fileName(CdiKind kind) {
    return kind.vendor() + "-" + kind.deviceClass() + ".yaml";
  }

  /** With a name that runtimes do not read. */
  static String lockName(CdiKind kind) {
    return "." + fileName(kind) + ".lock";
  }

  /**
   * Runs an action that finds the devices and publishes them. No other thread or process runs such
   * an action meanwhile; otherwise an older discovery could replace the result of a newer one.
   *
   * @throws IOException what the action throws, or if the folder cannot be used, for example
   *     because another process holds the lock for more than 10 s
   */
  public <R> R exclusively(FileMutex.Action<R> action) throws IOException {
    Files.createDirectories(folder);
    return mutex.exclusively(action);
  }

  public CdiKind kind() {
    return kind;
  }

  public Path path() {
    return file.path();
  }

  /**
   * Makes the file list exactly these devices of the kind. Without devices the file is removed,
   * because an empty spec is invalid. A file that already has this content is not written, and is
   * not even read while its attributes have not changed since.
   *
   * @throws InvalidCdiSpecException if two devices have the same name
   * @throws IOException if the file could not be written; the old file is still there
   */
  public Outcome publish(List<CdiDevice> devices) throws IOException {
    return says(devices) ? Outcome.UNCHANGED : exclusively(() -> write(devices));
  }

  /**
   * Whether the file is known to list exactly these devices, and its attributes have not changed
   * since it was read.
   */
  public synchronized boolean says(List<CdiDevice> devices) throws IOException {
    return look.isPresent() && look.get().equals(look()) && devices.equals(found);
  }

  private synchronized Outcome write(List<CdiDevice> devices) throws IOException {
    Map<String, Object> now = look();
    look = Optional.empty();
    file.deleteLeftovers();
    if (devices.isEmpty()) {
      boolean removed = file.delete();
      found = List.of();
      look = Optional.of(Map.of());
      return removed ? Outcome.REMOVED : Outcome.UNCHANGED;
    }
    byte[] content = YAML.writeValueAsBytes(new CdiSpec(kind, devices));
    if (file.read(content.length).filter(old -> Arrays.equals(old, content)).isPresent()) {
      found = List.copyOf(devices);
      look = Optional.of(now); // taken before the read, so that a later change is noticed
      return Outcome.UNCHANGED;
    }
    file.write(content);
    return Outcome.WRITTEN;
  }

  /** The attributes that change when the file is written or replaced; empty if there is no file. */
  private Map<String, Object> look() throws IOException {
    try {
      return Files.readAttributes(file.path(), "unix:ino,size,lastModifiedTime,ctime");
    } catch (NoSuchFileException e) {
      return Map.of();
    }
  }
}
