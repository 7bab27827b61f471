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
import java.io.ByteArrayOutputStream;
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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
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

  private static final int SOME_BYTES = 16 * 1024;

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
   * @param answerWithin the limit of a read
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
    var read = new CompletableFuture<Void>();
    try {
      HttpURLConnection connection = connection(namespace, name);
      // the time-outs of a connection begin again with each byte
      var unused =
          read.orTimeout(answerWithin.toMillis(), TimeUnit.MILLISECONDS)
              .exceptionallyAsync(_ -> disconnect(connection), Thread::startVirtualThread);
      return answer(connection, read)
          .flatMap(this::decoded)
          .filter(object -> ObjectLookup.isStored(object, name))
          .filter(object -> namespace.equals(object.getMetadata().getNamespace()));
    } catch (IOException e) {
      if (e instanceof SocketTimeoutException || read.isCompletedExceptionally()) {
        throw new KubernetesClientException(
            "the API server did not answer within %d s".formatted(answerWithin.toSeconds()), e);
      }
      return Optional.empty();
    } catch (IllegalArgumentException e) { // a header that is none
      return Optional.empty();
    } finally {
      read.complete(null);
    }
  }

  private static @Nullable Void disconnect(HttpURLConnection connection) {
    connection.disconnect();
    return null;
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

  private static Optional<byte[]> answer(HttpURLConnection connection, Future<?> read)
      throws IOException {
    int status = connection.getResponseCode();
    if (status < 0 || connection.getContentLengthLong() > MAX_BYTES) {
      connection.disconnect();
      return Optional.empty();
    }
    // what was read to its end leaves a connection for the next read
    try (InputStream in =
        status < HttpURLConnection.HTTP_BAD_REQUEST
            ? connection.getInputStream()
            : connection.getErrorStream()) {
      byte[] body = in == null ? new byte[0] : body(in, read);
      requireInTime(read);
      return status == HttpURLConnection.HTTP_OK ? Optional.of(body) : Optional.empty();
    }
  }

  private static byte[] body(InputStream in, Future<?> read) throws IOException {
    var body = new ByteArrayOutputStream();
    byte[] some = new byte[SOME_BYTES];
    for (int count = in.read(some); count >= 0; count = in.read(some)) {
      body.write(some, 0, count);
      if (body.size() > MAX_BYTES) {
        throw new IOException("the answer is too long");
      }
      requireInTime(read);
    }
    return body.toByteArray();
  }

  /** What ends the connection also ends the answer. */
  private static void requireInTime(Future<?> read) throws SocketTimeoutException {
    if (read.isDone()) {
      throw new SocketTimeoutException("the answer did not end in time");
    }
  }

  /** Empty for what is no such object: the client reads it again, and says what is wrong. */
  private Optional<T> decoded(byte[] body) {
    try {
      return Optional.ofNullable(serialization.unmarshal(new ByteArrayInputStream(body), kind));
    } catch (RuntimeException e) { // of the client, or of its reader of YAML
      return Optional.empty();
    }
  }
}
