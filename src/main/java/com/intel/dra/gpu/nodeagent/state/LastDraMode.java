package com.intel.dra.gpu.nodeagent.state;

import com.intel.dra.gpu.mode.DraMode;
import com.intel.dra.kit.files.AtomicFile;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/**
 * The mode of the last agent on this node, for an agent that starts while the API server does not
 * say which mode to use. It is in a file of the state folder, because both modes may use the same
 * folder. Agents older than that file only left their record of prepared claims.
 */
public final class LastDraMode {

  static final String FILE_NAME = "dra-mode";

  private static final Logger LOG = Logger.getLogger(LastDraMode.class);

  private final Function<DraMode, Path> stateDir;

  /**
   * @param stateDir returns the folder in which an agent keeps its state in that mode
   */
  public LastDraMode(Function<DraMode, Path> stateDir) {
    this.stateDir = stateDir;
  }

  /** Returns the mode; empty if no agent ran here, or if its mode cannot be determined. */
  public Optional<DraMode> read() {
    return Arrays.stream(DraMode.values())
        .filter(mode -> traces(mode).findAny().isPresent())
        .max(Comparator.comparingLong(this::lastTrace));
  }

  /**
   * Writes the mode. If that fails, the only consequence is that the next agent may have to wait
   * for the API server.
   */
  public void remember(DraMode mode) {
    Path file = file(mode);
    try {
      Files.createDirectories(stateDir.apply(mode));
      new AtomicFile(file, PosixFilePermissions.fromString("rw-------"))
          .write(name(mode).getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      LOG.warnf("%s could not be written, check the node's disk: %s", file, e);
    }
  }

  private long lastTrace(DraMode mode) {
    return traces(mode).mapToLong(File::lastModified).max().orElse(0);
  }

  private Stream<File> traces(DraMode mode) {
    Path folder = stateDir.apply(mode);
    boolean ownFolder =
        Arrays.stream(DraMode.values()).map(stateDir).filter(folder::equals).count() == 1;
    return Stream.concat(
        Stream.of(file(mode).toFile()).filter(file -> says(file.toPath(), mode)),
        Stream.of(folder.resolve(PreparedClaims.FILE_NAME).toFile())
            .filter(record -> ownFolder && record.exists()));
  }

  private Path file(DraMode mode) {
    return stateDir.apply(mode).resolve(FILE_NAME);
  }

  private static boolean says(Path file, DraMode mode) {
    try {
      return Files.readString(file).strip().equals(name(mode));
    } catch (IOException e) {
      return false;
    }
  }

  private static String name(DraMode mode) {
    return mode.name().toLowerCase(Locale.ROOT);
  }
}
