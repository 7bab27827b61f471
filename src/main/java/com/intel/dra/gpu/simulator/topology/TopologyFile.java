package com.intel.dra.gpu.simulator.topology;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * The file that lists the GPUs. It is compared by content: a mounted ConfigMap changes when a link
 * far above the file is replaced, and a watch on the file does not see that.
 */
public final class TopologyFile {

  private static final int MAX_BYTES = 1 << 20;

  /** The result of one look at the file. */
  public sealed interface Look {}

  public record Unchanged() implements Look {}

  public record Changed(Topology topology) implements Look {}

  /**
   * The file cannot be used. Reported once per content.
   *
   * @param why the reason, for the user
   */
  public record Unusable(String why) implements Look {}

  private final Path path;
  private byte[] lastContent = {};
  private boolean seen;
  private String lastFailure = "";

  public TopologyFile(Path path) {
    this.path = path;
  }

  public Look look() {
    byte[] content;
    try (InputStream in = Files.newInputStream(path)) {
      content = in.readNBytes(MAX_BYTES + 1);
    } catch (IOException e) {
      return failure(path + ": " + (e instanceof NoSuchFileException ? "does not exist" : e));
    }
    lastFailure = "";
    if (seen && Arrays.equals(content, lastContent)) {
      return new Unchanged();
    }
    seen = true;
    lastContent = content;
    if (content.length > MAX_BYTES) {
      return new Unusable(path + ": is larger than " + MAX_BYTES + " bytes; is it the right file?");
    }
    try {
      return new Changed(TopologyReader.read(path.toString(), content));
    } catch (InvalidTopologyException e) {
      return new Unusable(e.getMessage());
    }
  }

  // The file may be missing for a moment while it is replaced; a lasting failure is reported once.
  private Look failure(String why) {
    if (why.equals(lastFailure)) {
      return new Unchanged();
    }
    lastFailure = why;
    return new Unusable(why);
  }
}
