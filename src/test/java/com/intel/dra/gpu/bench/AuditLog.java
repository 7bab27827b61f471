package com.intel.dra.gpu.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.intel.dra.gpu.bench.results.Traffic;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * The requests in the API server's audit log. They are those of the driver only, because the audit
 * policy of the benchmark's cluster leaves out all other clients.
 */
final class AuditLog {

  /** Longer than the API server collects a batch (up.sh). */
  private static final Duration BATCHES = Duration.ofSeconds(3);

  /** A list in pages, or of the one object that has this name. */
  private static final Pattern LIMITED =
      Pattern.compile("[?&]limit=[1-9]|fieldSelector=metadata\\.name(=|%3D)");

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
   * refused the request. A dry run is marked, and so is a list without pages. Watches are left out,
   * because a watch lasts.
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
          counts.merge(name(event), 1L, Long::sum);
        }
      }
    }
    return counts;
  }

  /** Returns what {@link #requests} calls the request of an event. */
  static String name(JsonNode event) {
    String verb = event.path("verb").asText();
    String uri = event.path("requestURI").asText();
    JsonNode object = event.path("objectRef");
    String part = object.path("subresource").asText();
    int code = event.path("responseStatus").path("code").asInt();
    return verb
        + " "
        + object.path("resource").asText(uri)
        + (part.isEmpty() ? "" : "/" + part)
        + (uri.contains("dryRun=") ? " (dry run)" : "")
        + (code < 300 ? "" : " (" + code + ")")
        + (verb.equals("list") && !LIMITED.matcher(uri).find() ? Traffic.WITHOUT_PAGES : "");
  }
}
