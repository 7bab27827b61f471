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
 * The mode that an agent was last in on this node, for one that starts while the API server does
 * not say which it is to be. It stands in a file of the state folder, since both modes may have one
 * folder; agents of before that file left their record of prepared claims.
 */
public final class LastDraMode {

  static final String FILE_NAME = "dra-mode";

  private static final Logger LOG = Logger.getLogger(LastDraMode.class);

  private final Function<DraMode, Path> stateDir;

  /**
   * @param stateDir where an agent keeps its state in that mode
   */
  public LastDraMode(Function<DraMode, Path> stateDir) {
    this.stateDir = stateDir;
  }

  /** Empty when no agent was here, or none can tell. */
  public Optional<DraMode> read() {
    return Arrays.stream(DraMode.values())
        .filter(mode -> traces(mode).findAny().isPresent())
        .max(Comparator.comparingLong(this::lastTrace));
  }

  /** Without it the next agent may have to wait for the API server, and that is all. */
  public void remember(DraMode mode) {
    Path file = file(mode);
    try {
      Files.createDirectories(stateDir.apply(mode));
      new AtomicFile(file, PosixFilePermissions.fromString("rw-------"))
          .write(name(mode).getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      LOG.warnf("%s could not be written, see to the node's disk: %s", file, e);
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
