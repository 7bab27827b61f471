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
 * The requests in the API server's audit log. They are those of the driver only, because the audit
 * policy of the benchmark's cluster leaves out all other clients.
 */
final class AuditLog {

  /** Longer than the API server collects a batch (up.sh). */
  private static final Duration BATCHES = Duration.ofSeconds(3);

  private final Path file;
  private long counted; // lines

  AuditLog(Path file) {
    this.file = file;
  }

  /** Leaves out the requests so far. */
  void begin() throws IOException, InterruptedException {
    settle();
    if (Files.exists(file)) {
      try (var lines = Files.lines(file)) {
        counted = lines.count();
      }
    }
  }

  /** Waits until the requests so far are written, because the API server writes in batches. */
  private static void settle() throws InterruptedException {
    Thread.sleep(BATCHES);
  }

  /**
   * Returns the number of requests since {@link #begin}, or since the last call, by "verb
   * resource", for example "update resourceclaims/status". The code follows if the API server
   * refused the request, and a dry run is marked. Watches are left out, because a watch lasts.
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
