package com.intel.dra.kit.served;

import com.intel.dra.kit.client.AnsweringApiServer;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.Collectors;

/** An API server that says what it serves of resource.k8s.io, and nothing else. */
public final class ResourceGroup implements AutoCloseable {

  private static final String GROUP = "/apis/resource.k8s.io";

  private final Map<String, Set<String>> versions = new ConcurrentSkipListMap<>();
  private final AnsweringApiServer server;
  private volatile Optional<String> release = Optional.empty();
  private volatile boolean away;

  public ResourceGroup() throws IOException {
    server = new AnsweringApiServer(request -> answer(request.uri()));
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
    return server.client();
  }

  /** The paths that were asked for, in their order. */
  public List<String> asked() {
    return server.requests().stream().map(AnsweringApiServer.Request::uri).toList();
  }

  private AnsweringApiServer.Answer answer(String path) {
    return away
        ? new AnsweringApiServer.Answer(503, "{}")
        : found(path)
            .map(body -> new AnsweringApiServer.Answer(200, body))
            .orElseGet(() -> new AnsweringApiServer.Answer(404, "{}"));
  }

  private Optional<String> found(String path) {
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
    server.close();
  }
}
