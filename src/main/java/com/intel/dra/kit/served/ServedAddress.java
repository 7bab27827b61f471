package com.intel.dra.kit.served;

import io.fabric8.kubernetes.client.http.BasicBuilder;
import io.fabric8.kubernetes.client.http.HttpClient;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.Interceptor;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.net.URI;

/**
 * Sends the requests for v1alpha2 and v1 of resource.k8s.io to the version that is served. The
 * client calls it for every request, also for those of watches.
 */
@Singleton
public final class ServedAddress implements Interceptor {

  private static final String NAMESPACES = "namespaces";

  private final ServedApi api;

  @Inject
  public ServedAddress(ServedApi api) {
    this.api = api;
  }

  /** Has the client that is being made call this. */
  public void addTo(HttpClient.Builder http) {
    http.addOrReplaceInterceptor("served-address", this);
  }

  @Override
  public void before(BasicBuilder builder, HttpRequest request, RequestTags tags) {
    api.translated()
        .ifPresent(
            served -> {
              URI asked = request.uri();
              URI address = address(asked, served);
              if (!address.equals(asked)) {
                builder.uri(address);
              }
            });
  }

  static URI address(URI asked, ServedVersion served) {
    String text = asked.toString();
    String canonical = folder(served.canonical());
    int at = text.indexOf(canonical);
    int query = text.indexOf('?');
    if (at < 0 || (query >= 0 && query < at)) {
      return asked;
    }
    int below = at + canonical.length();
    int end = query < 0 ? text.length() : query;
    return URI.create(
        text.substring(0, at)
            + folder(served)
            + below(text.substring(below, end), served)
            + text.substring(end));
  }

  private static String folder(ServedVersion version) {
    return "/apis/" + version.apiVersion() + "/";
  }

  /** {@code [namespaces/NAME/]PLURAL[/NAME[/SUBRESOURCE]]}. */
  private static String below(String path, ServedVersion served) {
    if (!served.hasPodSchedulings()) {
      return path;
    }
    String[] parts = path.split("/", -1);
    int plural = parts.length > 2 && parts[0].equals(NAMESPACES) ? 2 : 0;
    parts[plural] = ServedNames.plural(parts[plural], served);
    return String.join("/", parts);
  }
}
