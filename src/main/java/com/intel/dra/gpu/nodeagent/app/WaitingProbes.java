package com.intel.dra.gpu.nodeagent.app;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * Answers the probes of an agent that has not started yet: it lives and is not ready, and the
 * readiness says why. Quarkus takes the port when this is closed.
 */
final class WaitingProbes implements AutoCloseable {

  private static final Logger LOG = Logger.getLogger(WaitingProbes.class);

  private static final String READINESS = "GET /q/health/ready ";
  private static final int LONGEST_REQUEST = 8192;
  private static final int PATIENCE_MILLIS = 2000;

  private final int port;
  private Optional<Serving> serving = Optional.empty();
  private volatile String reason = "";

  private record Serving(ServerSocket socket, Thread thread) {}

  WaitingProbes(int port) {
    this.port = port;
  }

  /** Answers from now on, with this reason. */
  synchronized void answer(String reason) {
    this.reason = reason;
    if (serving.isPresent()) {
      return;
    }
    try {
      var socket = new ServerSocket();
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(port));
      Thread thread = Thread.ofVirtual().name("waiting-probes").start(() -> serve(socket));
      serving = Optional.of(new Serving(socket, thread));
    } catch (IOException e) {
      LOG.warnf("Port %d cannot be used, so probes get no answer yet: %s", port, e.getMessage());
    }
  }

  private void serve(ServerSocket socket) {
    while (!socket.isClosed()) {
      try (Socket caller = socket.accept()) {
        caller.setSoTimeout(PATIENCE_MILLIS);
        String request = request(caller);
        caller.getOutputStream().write(response(request).getBytes(StandardCharsets.UTF_8));
      } catch (IOException e) {
        LOG.debugf("A probe was not answered: %s", e.getMessage());
      }
    }
  }

  /** Reads to the empty line: a caller that gets its answer earlier may see a reset connection. */
  private static String request(Socket caller) throws IOException {
    var text = new StringBuilder();
    while (text.length() < LONGEST_REQUEST && text.indexOf("\r\n\r\n") < 0) {
      int next = caller.getInputStream().read();
      if (next < 0) {
        break;
      }
      text.append((char) next);
    }
    return text.toString();
  }

  private String response(String request) {
    boolean isUp = !request.startsWith(READINESS);
    ObjectNode health = JsonNodeFactory.instance.objectNode();
    health.put("status", isUp ? "UP" : "DOWN");
    ObjectNode check = health.putArray("checks").addObject();
    check.put("name", "node-agent");
    check.put("status", isUp ? "UP" : "DOWN");
    check.putObject("data").put("reason", reason);
    String body = health.toString();
    return "HTTP/1.1 %s\r\nContent-Type: application/json; charset=UTF-8\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s"
        .formatted(
            isUp ? "200 OK" : "503 Service Unavailable",
            body.getBytes(StandardCharsets.UTF_8).length,
            body);
  }

  /** Waits until the port is free: that is when the thread has left the socket. */
  @Override
  public synchronized void close() {
    serving.ifPresent(WaitingProbes::close);
    serving = Optional.empty();
  }

  private static void close(Serving serving) {
    try {
      serving.socket().close();
      var _ = serving.thread().join(Duration.ofMillis(2L * PATIENCE_MILLIS));
    } catch (IOException e) {
      LOG.debugf("The port of the probes could not be closed: %s", e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
