package com.intel.dra.gpu.bench.results;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What a driver and the API server said to each other.
 *
 * @param requests of the driver, by "verb resource"; see {@code AuditLog}
 * @param sentBytes by the driver, as they go through the network, with TLS
 * @param receivedBytes by the driver, also of watches
 */
public record Traffic(Map<String, Long> requests, long sentBytes, long receivedBytes) {

  public static final Traffic NONE = new Traffic(Map.of(), 0, 0);

  /** Follows the name of a list that the client requested in one piece, whatever its length. */
  public static final String WITHOUT_PAGES = " (without pages)";

  private static final Set<String> READS = Set.of("get", "list");

  public Traffic {
    requests = Map.copyOf(requests);
  }

  /** Returns the requests in the order of their names. */
  public Map<String, Long> sorted() {
    return new TreeMap<>(requests);
  }

  public long all() {
    return requests.values().stream().mapToLong(Long::longValue).sum();
  }

  /** Returns the number of requests that change something. */
  public long writes() {
    return requests.entrySet().stream()
        .filter(request -> !READS.contains(request.getKey().split(" ", 2)[0]))
        .mapToLong(Map.Entry::getValue)
        .sum();
  }

  public long listsWithoutPages() {
    return requests.entrySet().stream()
        .filter(request -> request.getKey().endsWith(WITHOUT_PAGES))
        .mapToLong(Map.Entry::getValue)
        .sum();
  }
}
