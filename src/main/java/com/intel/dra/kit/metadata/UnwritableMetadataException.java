package com.intel.dra.kit.metadata;

import java.io.IOException;
import java.nio.file.Path;

/** A folder in which metadata files could not be written. */
public final class UnwritableMetadataException extends IOException {

  private static final long serialVersionUID = 1L;

  UnwritableMetadataException(Path folder, IOException cause) {
    super("no file could be written in %s: %s".formatted(folder, cause), cause);
  }
}
