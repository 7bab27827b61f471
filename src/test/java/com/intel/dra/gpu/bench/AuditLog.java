package com.intel.dra.gpu.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/**
 * The requests that the API server wrote into its audit log: those of the driver alone, because the
 * policy of the benchmark's cluster leaves out everybody else.
 */
final class AuditLog {

  /** Longer than a batch waits (up.sh). */
  private static final Duration BATCHES = Duration.ofSeconds(3);

  private final Path file;
  private long counted; // lines

  AuditLog(Path file) {
    this.file = file;
  }

  /** What was asked for so far counts no more. */
  void begin() throws IOException, InterruptedException {
    settle();
    if (Files.exists(file)) {
      try (var lines = Files.lines(file)) {
        counted = lines.count();
      }
    }
  }

  /** Waits until what was asked for so far is written: the API server writes in batches. */
  private static void settle() throws InterruptedException {
    Thread.sleep(BATCHES);
  }

  /**
   * The number of requests since {@link #begin}, or since they were last asked for, by "verb
   * resource", as in "update resourceclaims/status"; with the code behind it where the API server
   * refused, and marked where it was only to be tried. Watches are left out, for one lasts.
   */
  Map<String, Long> requests() throws IOException, InterruptedException {
    settle();
    var counts = new TreeMap<String, Long>();
    var json = JsonMapper.builder().build();
    try (BufferedReader reader = Files.newBufferedReader(file)) {
      for (long skipped = 0; skipped < counted && reader.readLine() != null; skipped++) {}
      for (String text = reader.readLine(); text != null; text = reader.readLine()) {
        counted++;
        JsonNode event = json.readTree(text);
        String verb = event.path("verb").asText();
        if (event.path("stage").asText().equals("ResponseComplete") && !verb.equals("watch")) {
          JsonNode object = event.path("objectRef");
          String part = object.path("subresource").asText();
          int code = event.path("responseStatus").path("code").asInt();
          counts.merge(
              verb
                  + " "
                  + object.path("resource").asText(event.path("requestURI").asText())
                  + (part.isEmpty() ? "" : "/" + part)
                  + (event.path("requestURI").asText().contains("dryRun=") ? " (dry run)" : "")
                  + (code < 300 ? "" : " (" + code + ")"),
              1L,
              Long::sum);
        }
      }
    }
    return counts;
  }
}
