package com.intel.dra.kit.client;

import com.intel.dra.kit.time.Deadline;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.http.HttpClient;
import io.fabric8.kubernetes.client.http.Interceptor;
import io.fabric8.kubernetes.client.http.StandardHttpClientBuilder;
import io.fabric8.kubernetes.client.http.StandardHttpRequest;
import io.fabric8.kubernetes.client.http.TlsVersion;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.ProtocolException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads objects of one kind on the thread that asks for them, over connections of its own. A
 * request of the client goes from thread to thread, which takes longer than all the rest of a read.
 *
 * <p>Address, credentials and certificates are those of the client, and its interceptors see each
 * request. What is not as usual is left to the client: {@link #read} then returns nothing, and the
 * caller asks the client, which has the words for it.
 *
 * @param <T> the kind
 */
public final class BlockingReads<T extends HasMetadata> {

  /** An API server ends a connection without requests after 90 s. */
  private static final Duration MAX_IDLE = Duration.ofSeconds(60);

  private static final int MAX_IDLE_CONNECTIONS = 16;

  /** Names that an address has as they are. */
  private static final Pattern PLAIN = Pattern.compile("[a-z0-9]([a-z0-9.-]*[a-z0-9])?");

  private final Class<T> kind;
  private final URI server;
  private final String folder;
  private final String plural;
  private final Optional<HttpConnection.Tls> tls;
  private final Collection<Interceptor> interceptors;
  private final Interceptor.RequestTags tags;
  private final KubernetesSerialization serialization;
  private final Duration answerWithin;

  // guarded by this
  private final Deque<Idle> idle = new ArrayDeque<>();

  private record Idle(HttpConnection connection, Deadline until) {}

  private BlockingReads(
      Class<T> kind,
      URI server,
      StandardHttpClientBuilder<?, ?, ?> http,
      Interceptor.RequestTags tags,
      KubernetesSerialization serialization,
      Duration answerWithin) {
    this.kind = kind;
    this.server = server;
    this.folder =
        "%s%sapis/%s/namespaces/"
            .formatted(
                server,
                server.toString().endsWith("/") ? "" : "/",
                HasMetadata.getApiVersion(kind));
    this.plural = HasMetadata.getPlural(kind);
    this.tls =
        isSecured(server)
            ? Optional.of(new HttpConnection.Tls(http.getSslContext(), protocols(http)))
            : Optional.empty();
    this.interceptors = List.copyOf(http.getInterceptors().values());
    this.tags = tags;
    this.serialization = serialization;
    this.answerWithin = answerWithin;
  }

  private static Optional<String[]> protocols(StandardHttpClientBuilder<?, ?, ?> http) {
    return Optional.ofNullable(http.getTlsVersions())
        .filter(versions -> versions.length > 0)
        .map(versions -> Arrays.stream(versions).map(TlsVersion::javaName).toArray(String[]::new));
  }

  /**
   * Returns empty if the client's requests are not sent by usual means, such as through a proxy.
   *
   * @param client gives its settings, and is not asked
   * @param answerWithin the limit of one read
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
      byte[] request = request(namespace, name);
      Deadline deadline = Deadline.of(answerWithin);
      Optional<HttpConnection> kept = takeIdle();
      HttpConnection connection =
          kept.isPresent() ? kept.get() : HttpConnection.open(server, tls, deadline);
      return answer(connection, request, deadline).map(this::decoded);
    } catch (SocketTimeoutException e) {
      throw new KubernetesClientException(
          "the API server did not answer within %d s".formatted(answerWithin.toSeconds()), e);
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static boolean isPlain(String name) {
    return PLAIN.matcher(name).matches() && !name.contains("..");
  }

  /** After a failure the other connections, which go to the same server, are given up, too. */
  private Optional<byte[]> answer(HttpConnection connection, byte[] request, Deadline deadline)
      throws IOException {
    boolean isUsable = false;
    try {
      HttpConnection.Answer answer = connection.ask(request, deadline);
      isUsable = !answer.isLast();
      if (isUsable) {
        keep(connection);
      }
      return answer.status() == HttpURLConnection.HTTP_OK
          ? Optional.of(answer.body())
          : Optional.empty();
    } finally {
      if (!isUsable) {
        connection.close();
        closeIdle();
      }
    }
  }

  private @Nullable T decoded(byte[] body) {
    try {
      return serialization.unmarshal(new ByteArrayInputStream(body), kind);
    } catch (KubernetesClientException e) {
      return null; // the client reads it again, and says what is wrong with it
    }
  }

  private byte[] request(String namespace, String name) throws ProtocolException {
    var builder = new StandardHttpRequest.Builder();
    builder.uri(URI.create(folder + namespace + "/" + plural + "/" + name));
    StandardHttpRequest request = builder.build();
    for (Interceptor interceptor : interceptors) {
      interceptor.before(builder, request, tags);
      request = builder.build();
    }
    return bytes(request);
  }

  private byte[] bytes(StandardHttpRequest request) throws ProtocolException {
    var text = new StringBuilder(2048);
    text.append("GET ").append(request.uri().getRawPath()).append(" HTTP/1.1\r\n");
    append(text, "Host", server.getRawAuthority());
    append(text, "Accept", "application/json");
    for (Map.Entry<String, List<String>> header : request.headers().entrySet()) {
      for (String value : header.getValue()) {
        append(text, header.getKey(), value);
      }
    }
    return text.append("\r\n").toString().getBytes(StandardCharsets.US_ASCII);
  }

  private static void append(StringBuilder text, String name, String value)
      throws ProtocolException {
    if (!(name + value).chars().allMatch(c -> c >= ' ' && c < 0x7f)) {
      throw new ProtocolException("header " + name + " cannot be sent as it is");
    }
    text.append(name).append(": ").append(value).append("\r\n");
  }

  private synchronized Optional<HttpConnection> takeIdle() {
    while (true) {
      Idle last = idle.pollLast();
      if (last == null || !last.until().hasPassed()) {
        return Optional.ofNullable(last).map(Idle::connection);
      }
      last.connection().close();
    }
  }

  private void keep(HttpConnection connection) {
    Optional<Idle> tooMany;
    synchronized (this) {
      idle.addLast(new Idle(connection, Deadline.of(MAX_IDLE)));
      tooMany =
          idle.size() > MAX_IDLE_CONNECTIONS ? Optional.of(idle.removeFirst()) : Optional.empty();
    }
    tooMany.ifPresent(oldest -> oldest.connection().close());
  }

  private void closeIdle() {
    List<Idle> all;
    synchronized (this) {
      all = List.copyOf(idle);
      idle.clear();
    }
    all.forEach(one -> one.connection().close());
  }
}
