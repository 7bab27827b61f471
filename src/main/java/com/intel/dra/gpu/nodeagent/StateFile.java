package com.intel.dra.gpu.nodeagent;

import com.intel.dra.gpu.files.AtomicFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** A file of the agent's state folder, readable by its owner alone. */
final class StateFile {

  private StateFile() {}

  /**
   * The file of that name, without what an interrupted write left beside it.
   *
   * @param folder made when it is missing
   * @throws IOException if the folder cannot be used at all
   */
  static AtomicFile in(Path folder, String name) throws IOException {
    Files.createDirectories(folder);
    var file = new AtomicFile(folder.resolve(name), PosixFilePermissions.fromString("rw-------"));
    file.deleteLeftovers();
    return file;
  }
}
