package com.intel.dra.kit.client;

import com.intel.dra.kit.time.Deadline;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.ProtocolException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/**
 * One connection to an HTTP server, for one request after the other. All work is done by the thread
 * that asks. It understands what an API server answers to a GET, and nothing else.
 */
final class HttpConnection implements Closeable {

  /** The API server stores objects of less than 2 MiB. */
  private static final int MAX_BODY_BYTES = 16 << 20;

  private static final int MAX_LINE_BYTES = 16 << 10;
  private static final int MAX_HEADERS = 128;
  private static final int BUFFER_BYTES = 8 << 10;
  private static final int HTTP_PORT = 80;
  private static final int HTTPS_PORT = 443;

  private final Socket socket;
  private final InputStream in;
  private final byte[] buffer = new byte[BUFFER_BYTES];
  private int begin;
  private int end;
  private Deadline deadline;

  /** How the socket of a connection is protected. */
  record Tls(SSLContext context, Optional<String[]> protocols) {}

  /**
   * @param isLast whether the server ends the connection
   */
  record Answer(int status, byte[] body, boolean isLast) {}

  private HttpConnection(Socket socket, InputStream in, Deadline deadline) {
    this.socket = socket;
    this.in = in;
    this.deadline = deadline;
  }

  /**
   * @param tls empty for a server that is reached without
   */
  static HttpConnection open(URI server, Optional<Tls> tls, Deadline deadline) throws IOException {
    var plain = new Socket();
    boolean isOpen = false;
    try {
      int port =
          server.getPort() >= 0 ? server.getPort() : tls.isPresent() ? HTTPS_PORT : HTTP_PORT;
      String host = host(server);
      plain.setTcpNoDelay(true);
      plain.connect(new InetSocketAddress(host, port), millis(deadline));
      plain.setSoTimeout(millis(deadline));
      Socket socket = tls.isPresent() ? secured(plain, host, port, tls.get()) : plain;
      var connection = new HttpConnection(socket, socket.getInputStream(), deadline);
      isOpen = true;
      return connection;
    } finally {
      if (!isOpen) {
        plain.close();
      }
    }
  }

  private static String host(URI server) {
    String host = String.valueOf(server.getHost());
    return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
  }

  /** The server must have a certificate for that name, as with the client. */
  private static Socket secured(Socket plain, String host, int port, Tls tls) throws IOException {
    var socket = (SSLSocket) tls.context().getSocketFactory().createSocket(plain, host, port, true);
    var parameters = socket.getSSLParameters();
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    tls.protocols().ifPresent(parameters::setProtocols);
    socket.setSSLParameters(parameters);
    socket.startHandshake();
    return socket;
  }

  /** Never zero, which would be for ever. */
  private static int millis(Deadline deadline) throws SocketTimeoutException {
    if (deadline.hasPassed()) {
      throw new SocketTimeoutException("there was no answer in time");
    }
    return (int) Math.max(1, deadline.left().toMillis());
  }

  /** Sends the request and reads its answer. After a failure the connection is of no use. */
  Answer ask(byte[] request, Deadline until) throws IOException {
    deadline = until;
    socket.getOutputStream().write(request);
    int status = status(line());
    Map<String, String> headers = headers();
    return new Answer(status, body(headers), "close".equals(headers.get("connection")));
  }

  private static int status(String line) throws ProtocolException {
    String[] parts = line.split(" ", 3);
    try {
      if (parts.length > 1 && parts[0].equals("HTTP/1.1")) {
        return Integer.parseInt(parts[1]);
      }
    } catch (NumberFormatException e) {
      // told below
    }
    throw new ProtocolException("not an answer of HTTP/1.1: " + line);
  }

  private Map<String, String> headers() throws IOException {
    var headers = new HashMap<String, String>();
    for (int i = 0; i < MAX_HEADERS; i++) {
      String line = line();
      if (line.isEmpty()) {
        return headers;
      }
      int colon = line.indexOf(':');
      if (colon < 0) {
        throw new ProtocolException("not a header: " + line);
      }
      headers.put(
          line.substring(0, colon).toLowerCase(Locale.ROOT),
          line.substring(colon + 1).strip().toLowerCase(Locale.ROOT));
    }
    throw new ProtocolException("too many headers");
  }

  private byte[] body(Map<String, String> headers) throws IOException {
    if (headers.containsKey("content-encoding")) {
      throw new ProtocolException("a compressed answer, which nobody asked for");
    }
    if ("chunked".equals(headers.get("transfer-encoding"))) {
      return chunks();
    }
    return bytes(number(headers.getOrDefault("content-length", ""), 10));
  }

  private byte[] chunks() throws IOException {
    var body = new ByteArrayOutputStream();
    while (true) {
      String line = line();
      int extension = line.indexOf(';');
      int size = number(extension < 0 ? line : line.substring(0, extension), 16);
      if (size == 0) {
        var trailers = headers();
        return trailers.isEmpty() ? body.toByteArray() : refused("trailers");
      }
      if (body.size() + size > MAX_BODY_BYTES) {
        throw new ProtocolException("an answer without end");
      }
      body.writeBytes(bytes(size));
      if (!line().isEmpty()) {
        throw new ProtocolException("a chunk that does not end");
      }
    }
  }

  private static byte[] refused(String what) throws ProtocolException {
    throw new ProtocolException("an answer with " + what);
  }

  private static int number(String text, int radix) throws ProtocolException {
    try {
      int number = Integer.parseInt(text.strip(), radix);
      if (number >= 0 && number <= MAX_BODY_BYTES) {
        return number;
      }
    } catch (NumberFormatException e) {
      // told below
    }
    throw new ProtocolException("not a size of an answer: " + text);
  }

  /** Returns the line without its end. */
  private String line() throws IOException {
    var line = new ByteArrayOutputStream();
    while (line.size() < MAX_LINE_BYTES) {
      if (begin == end) {
        fill();
      }
      int at = begin;
      while (at < end && buffer[at] != '\n') {
        at++;
      }
      line.write(buffer, begin, at - begin);
      begin = at;
      if (at < end) {
        begin++;
        String text = line.toString(StandardCharsets.ISO_8859_1);
        return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
      }
    }
    throw new ProtocolException("a line without end");
  }

  private byte[] bytes(int count) throws IOException {
    byte[] bytes = new byte[count];
    int have = 0;
    while (have < count) {
      if (begin == end) {
        fill();
      }
      int part = Math.min(count - have, end - begin);
      System.arraycopy(buffer, begin, bytes, have, part);
      begin += part;
      have += part;
    }
    return bytes;
  }

  private void fill() throws IOException {
    socket.setSoTimeout(millis(deadline));
    begin = 0;
    end = Math.max(0, in.read(buffer));
    if (end == 0) {
      throw new EOFException("the server ended the connection");
    }
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      // it is of no use any more, in either case
    }
  }
}
