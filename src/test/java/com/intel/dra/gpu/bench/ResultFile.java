package com.intel.dra.gpu.bench;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The results of a benchmark as JSON. */
final class ResultFile {

  private ResultFile() {}

  static void write(Path file, Object results) throws IOException {
    Files.writeString(
        file,
        JsonMapper.builder().build().writerWithDefaultPrettyPrinter().writeValueAsString(results));
  }
}
