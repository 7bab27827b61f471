package com.intel.dra.gpu.metrics;

import com.intel.dra.gpu.metrics.Meters.Counters;
import com.intel.dra.kit.served.ServedAddress;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.http.AsyncBody;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import io.fabric8.kubernetes.client.http.Interceptor;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Counts the writes to the API server where requests are sent, no matter which part of the
 * application or which library makes them: by the kind of object and the API server's answer.
 */
public final class ApiWrites implements Interceptor {

  private static final Set<String> WRITING = Set.of("POST", "PUT", "PATCH", "DELETE");
  private static final String OTHER = "other";

  /** Kinds by their name in URLs; all other writes count as {@code other}. */
  private static final Map<String, String> KINDS =
      Map.of(
          "events", "Event",
          "gpuallocationstates", "GpuAllocationState",
          "leases", "Lease",
          "podschedulingcontexts", "PodSchedulingContext",
          "podschedulings", "PodSchedulingContext",
          "resourceclaims", "ResourceClaim",
          "resourceslices", "ResourceSlice");

  private final Counters writes;

  /**
   * @param kinds the kinds that this application is known to write
   */
  public ApiWrites(Meters meters, List<String> kinds) {
    this.writes =
        meters.counters(
            Metric.API_WRITES, kinds, List.of("written", "conflict", "not_found", "error"));
  }

  /** A client whose writes are counted, and whose requests go to the served version. */
  public KubernetesClient client(
      Config config, KubernetesSerialization serialization, ServedAddress address) {
    return new KubernetesClientBuilder()
        .withKubernetesSerialization(serialization)
        .withConfig(config)
        .withHttpClientBuilderConsumer(
            http -> {
              address.addTo(http);
              http.addOrReplaceInterceptor("api-writes", this);
            })
        .build();
  }

  @Override
  public void after(
      HttpRequest request,
      HttpResponse<?> response,
      AsyncBody.Consumer<List<ByteBuffer>> consumer) {
    answered(request.method(), request.uri(), response.code());
  }

  @Override
  public void afterConnectionFailure(HttpRequest request, Throwable failure) {
    count(request.method(), request.uri(), "error");
  }

  void answered(String method, URI uri, int status) {
    count(
        method,
        uri,
        switch (status) {
          case HttpURLConnection.HTTP_CONFLICT -> "conflict";
          case HttpURLConnection.HTTP_NOT_FOUND -> "not_found";
          default -> status < HttpURLConnection.HTTP_MULT_CHOICE ? "written" : "error";
        });
  }

  private void count(String method, URI uri, String result) {
    if (WRITING.contains(method) && !isDryRun(uri)) {
      writes.increment(kind(uri.getPath()), result);
    }
  }

  private static boolean isDryRun(URI uri) {
    String query = uri.getQuery();
    return query != null && query.contains("dryRun=");
  }

  /**
   * {@code /api/v1/[namespaces/NAME/]PLURAL[/NAME[/SUBRESOURCE]]}, or the same below {@code
   * /apis/GROUP/VERSION}.
   */
  private static String kind(String path) {
    String[] parts = path.split("/", -1);
    int plural = parts.length > 1 && parts[1].equals("api") ? 3 : 4;
    if (plural + 2 < parts.length && parts[plural].equals("namespaces")) {
      plural += 2;
    }
    return plural < parts.length ? KINDS.getOrDefault(parts[plural], OTHER) : OTHER;
  }
}
