package com.intel.dra.kit.served;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.Collectors;

/** An API server that says what it serves of resource.k8s.io, and nothing else. */
public final class ResourceGroup implements AutoCloseable {

  private static final String GROUP = "/apis/resource.k8s.io";

  private final Map<String, Set<String>> versions = new ConcurrentSkipListMap<>();
  private final HttpServer server;
  private volatile Optional<String> release = Optional.empty();
  private volatile boolean away;

  public ResourceGroup() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::handle);
    server.start();
  }

  /** Serves this version from now on. */
  public void serve(String version, Set<String> resources) {
    versions.put(version, resources);
  }

  /** Serves this version with all kinds from now on, and no other. */
  public void serveOnly(ServedVersion version) {
    versions.clear();
    serve(version.label(), version.resources());
  }

  public void serveNothing() {
    versions.clear();
  }

  public void setRelease(String gitVersion) {
    release = Optional.of(gitVersion);
  }

  /** Sets whether it answers that it is overloaded. */
  public void setAway(boolean away) {
    this.away = away;
  }

  public KubernetesClient client() {
    return new KubernetesClientBuilder()
        .withConfig(
            new ConfigBuilder()
                .withAutoConfigure(false)
                .withMasterUrl("http://localhost:" + server.getAddress().getPort())
                .withRequestRetryBackoffLimit(0)
                .build())
        .build();
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      Optional<String> answer =
          away ? Optional.empty() : answer(exchange.getRequestURI().getPath());
      byte[] bytes = answer.orElse("{}").getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().add("Content-Type", "application/json");
      exchange.sendResponseHeaders(away ? 503 : answer.isPresent() ? 200 : 404, bytes.length);
      exchange.getResponseBody().write(bytes);
    }
  }

  private Optional<String> answer(String path) {
    if (path.equals("/version") || path.equals("/version/")) {
      return release.map("{\"gitVersion\": \"%s\"}"::formatted);
    }
    if (path.equals(GROUP) && !versions.isEmpty()) {
      return Optional.of(
          versions.keySet().stream()
              .map("{\"groupVersion\": \"resource.k8s.io/%1$s\", \"version\": \"%1$s\"}"::formatted)
              .collect(
                  Collectors.joining(
                      ",",
                      "{\"kind\": \"APIGroup\", \"name\": \"resource.k8s.io\", \"versions\": [",
                      "]}")));
    }
    return Optional.ofNullable(
            path.startsWith(GROUP + "/") ? versions.get(path.substring(GROUP.length() + 1)) : null)
        .map(
            resources ->
                resources.stream()
                    .map("{\"name\": \"%s\"}"::formatted)
                    .collect(
                        Collectors.joining(
                            ",", "{\"kind\": \"APIResourceList\", \"resources\": [", "]}")));
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
