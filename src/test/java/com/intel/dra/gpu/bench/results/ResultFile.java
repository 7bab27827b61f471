package com.intel.dra.gpu.bench.results;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The results of a benchmark as JSON. */
public final class ResultFile {

  private static final JsonMapper JSON = JsonMapper.builder().build();

  private ResultFile() {}

  public static void write(Path file, Object results) throws IOException {
    Files.writeString(file, JSON.writerWithDefaultPrettyPrinter().writeValueAsString(results));
  }

  public static <T> T read(Path file, Class<T> type) throws IOException {
    return JSON.readValue(file.toFile(), type);
  }
}
