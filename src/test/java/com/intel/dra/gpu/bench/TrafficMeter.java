package com.intel.dra.gpu.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Counts what a process sends and receives over TCP, by the kernel's counters of its connections
 * (ss(8)). It looks again and again, because the counters end with the connection; what a
 * connection did after the last look before its end is not counted.
 */
final class TrafficMeter implements AutoCloseable {

  private static final Duration INTERVAL = Duration.ofSeconds(1);

  private static final Pattern ADDRESSES = Pattern.compile("\\S+ +\\d+ +\\d+ +(\\S+ +\\S+)");
  private static final Pattern SENT = Pattern.compile(" bytes_sent:(\\d+)");
  private static final Pattern RECEIVED = Pattern.compile(" bytes_received:(\\d+)");

  /** What went through one or more connections. */
  record Bytes(long sent, long received) {

    static final Bytes NONE = new Bytes(0, 0);

    Bytes plus(Bytes other) {
      return new Bytes(sent + other.sent, received + other.received);
    }

    Bytes minus(Bytes other) {
      return new Bytes(sent - other.sent, received - other.received);
    }
  }

  private final long pid;
  private final Map<String, Bytes> before;
  private final Map<String, Bytes> seen;
  private final CountDownLatch closed = new CountDownLatch(1);

  private TrafficMeter(long pid) {
    this.pid = pid;
    this.before = connections();
    this.seen = new HashMap<>(before);
  }

  /** Begins to count. */
  static TrafficMeter of(long pid) {
    var meter = new TrafficMeter(pid);
    Thread.ofPlatform().daemon().start(meter::look);
    return meter;
  }

  /** Returns what the process has sent and received since this began to count. */
  synchronized Bytes bytes() {
    seen.putAll(connections());
    Bytes all = Bytes.NONE;
    for (Map.Entry<String, Bytes> connection : seen.entrySet()) {
      Bytes earlier = before.getOrDefault(connection.getKey(), Bytes.NONE);
      all = all.plus(connection.getValue().minus(earlier));
    }
    return all;
  }

  private void look() {
    try {
      while (!closed.await(INTERVAL.toMillis(), TimeUnit.MILLISECONDS)) {
        synchronized (this) {
          seen.putAll(connections());
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The process may be in another network namespace than this one. */
  private Map<String, Bytes> connections() {
    try {
      Process ss =
          new ProcessBuilder("nsenter", "--net=/proc/%d/ns/net".formatted(pid), "ss", "-HtinpO")
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      List<String> lines =
          new String(ss.getInputStream().readAllBytes(), StandardCharsets.UTF_8).lines().toList();
      if (ss.waitFor() != 0) {
        throw new IllegalStateException("ss could not list the connections of process " + pid);
      }
      return connections(lines, pid);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while ss lists connections", e);
    }
  }

  /**
   * Returns what went through each connection of a process, by its addresses.
   *
   * @param lines of {@code ss -HtinpO}
   */
  static Map<String, Bytes> connections(List<String> lines, long pid) {
    var connections = new HashMap<String, Bytes>();
    for (String line : lines) {
      Matcher addresses = ADDRESSES.matcher(line);
      if (line.contains(",pid=%d,".formatted(pid)) && addresses.lookingAt()) {
        connections.put(
            addresses.group(1).replaceAll(" +", " "),
            new Bytes(number(SENT, line), number(RECEIVED, line)));
      }
    }
    return connections;
  }

  /** ss leaves out counters that are 0. */
  private static long number(Pattern pattern, String line) {
    Matcher matcher = pattern.matcher(line);
    return matcher.find() ? Long.parseLong(matcher.group(1)) : 0;
  }

  @Override
  public void close() {
    closed.countDown();
  }
}
