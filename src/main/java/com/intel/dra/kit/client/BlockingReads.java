package com.intel.dra.kit.client;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.http.HttpClient;
import io.fabric8.kubernetes.client.http.Interceptor;
import io.fabric8.kubernetes.client.http.StandardHttpClientBuilder;
import io.fabric8.kubernetes.client.http.StandardHttpRequest;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * Reads objects of one kind on the thread that asks for them, by the JDK's {@link
 * HttpURLConnection}. A request of the client goes from thread to thread, which takes longer than
 * all the rest of a read.
 *
 * <p>Address, credentials and certificates are those of the client, and its interceptors see each
 * request. What is not as usual is left to the client: {@link #read} then returns nothing, and the
 * caller asks the client, which has the words for it.
 *
 * @param <T> the kind
 */
public final class BlockingReads<T extends HasMetadata> {

  /** The API server stores objects of less than 2 MiB. */
  private static final int MAX_BYTES = 4 * 1024 * 1024;

  /** Names that an address has as they are. */
  private static final Pattern PLAIN = Pattern.compile("[a-z0-9]([a-z0-9.-]*[a-z0-9])?");

  private final Class<T> kind;
  private final String folder;
  private final String plural;
  private final Optional<SSLSocketFactory> tls;
  private final Collection<Interceptor> interceptors;
  private final Interceptor.RequestTags tags;
  private final KubernetesSerialization serialization;
  private final Duration answerWithin;

  private BlockingReads(
      Class<T> kind,
      URI server,
      StandardHttpClientBuilder<?, ?, ?> http,
      Interceptor.RequestTags tags,
      KubernetesSerialization serialization,
      Duration answerWithin) {
    this.kind = kind;
    this.folder =
        "%s%sapis/%s/namespaces/"
            .formatted(
                server,
                server.toString().endsWith("/") ? "" : "/",
                HasMetadata.getApiVersion(kind));
    this.plural = HasMetadata.getPlural(kind);
    // one for all requests, because the JDK keeps connections by it
    this.tls =
        isSecured(server) ? Optional.of(http.getSslContext().getSocketFactory()) : Optional.empty();
    this.interceptors = List.copyOf(http.getInterceptors().values());
    this.tags = tags;
    this.serialization = serialization;
    this.answerWithin = answerWithin;
  }

  /**
   * Returns empty if the client's requests are not sent by usual means, such as through a proxy.
   *
   * @param client gives its settings, and is not asked
   * @param answerWithin the limit of each wait of a read: for the connection, and for data
   */
  public static <T extends HasMetadata> Optional<BlockingReads<T>> of(
      KubernetesClient client, Class<T> kind, Duration answerWithin) {
    HttpClient http = client.getHttpClient();
    return http instanceof Interceptor.RequestTags tags
            && http.newBuilder() instanceof StandardHttpClientBuilder<?, ?, ?> builder
            && isDirect(builder)
            && (builder.getSslContext() != null || !isSecured(server(client)))
        ? Optional.of(
            new BlockingReads<>(
                kind,
                server(client),
                builder,
                tags,
                client.getKubernetesSerialization(),
                answerWithin))
        : Optional.empty();
  }

  private static URI server(KubernetesClient client) {
    return URI.create(client.getMasterUrl().toString());
  }

  private static boolean isSecured(URI server) {
    return "https".equals(server.getScheme());
  }

  private static boolean isDirect(StandardHttpClientBuilder<?, ?, ?> http) {
    return http.getProxyAddress() == null || http.getProxyType() == HttpClient.ProxyType.DIRECT;
  }

  /**
   * Reads the object.
   *
   * @return empty if the client is to be asked: there may or may not be such an object
   * @throws KubernetesClientException if there was no answer in time
   */
  public Optional<T> read(String namespace, String name) {
    if (!isPlain(namespace) || !isPlain(name)) {
      return Optional.empty();
    }
    try {
      return answer(connection(namespace, name)).map(this::decoded);
    } catch (SocketTimeoutException e) {
      throw new KubernetesClientException(
          "the API server did not answer within %d s".formatted(answerWithin.toSeconds()), e);
    } catch (IOException | IllegalArgumentException e) { // the latter of a header that is none
      return Optional.empty();
    }
  }

  private static boolean isPlain(String name) {
    return PLAIN.matcher(name).matches() && !name.contains("..");
  }

  private HttpURLConnection connection(String namespace, String name) throws IOException {
    var builder = new StandardHttpRequest.Builder();
    builder.uri(URI.create(folder + namespace + "/" + plural + "/" + name));
    StandardHttpRequest request = builder.build();
    for (Interceptor interceptor : interceptors) {
      interceptor.before(builder, request, tags);
      request = builder.build();
    }
    var connection = (HttpURLConnection) request.uri().toURL().openConnection(Proxy.NO_PROXY);
    if (connection instanceof HttpsURLConnection secured) {
      tls.ifPresent(secured::setSSLSocketFactory);
    }
    connection.setInstanceFollowRedirects(false);
    connection.setConnectTimeout(Math.toIntExact(answerWithin.toMillis()));
    connection.setReadTimeout(Math.toIntExact(answerWithin.toMillis()));
    connection.setRequestProperty("Accept", "application/json");
    request
        .headers()
        .forEach(
            (header, values) ->
                values.forEach(value -> connection.addRequestProperty(header, value)));
    return connection;
  }

  private static Optional<byte[]> answer(HttpURLConnection connection) throws IOException {
    if (connection.getContentLengthLong() > MAX_BYTES) {
      connection.disconnect();
      return Optional.empty();
    }
    boolean isThere = connection.getResponseCode() == HttpURLConnection.HTTP_OK;
    // what was read to its end leaves a connection for the next read
    try (InputStream in = isThere ? connection.getInputStream() : connection.getErrorStream()) {
      byte[] body = in == null ? new byte[0] : in.readNBytes(MAX_BYTES);
      return isThere ? Optional.of(body) : Optional.empty();
    }
  }

  private @Nullable T decoded(byte[] body) {
    try {
      T object = serialization.unmarshal(new ByteArrayInputStream(body), kind);
      return object.getMetadata() == null ? null : object;
    } catch (KubernetesClientException e) {
      return null; // the client reads it again, and says what is wrong with it
    }
  }
}
