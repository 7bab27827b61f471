import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** An application of the driver that runs so that the JVM records what it does. */
final class TrialRun implements AutoCloseable {

  private static final Pattern LISTENS =
      Pattern.compile("anagement interface listening on http:[^ ]*:([0-9]+)");
  private static final Duration START_LIMIT = Duration.ofMinutes(2);
  private static final Duration END_LIMIT = Duration.ofMinutes(3);
  private static final Duration ANSWER_LIMIT = Duration.ofSeconds(5);

  private final Process process;
  private final Path log;
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private int port;

  private TrialRun(Process process, Path log) {
    this.process = process;
    this.log = log;
    // so that the application ends, too, if the build is interrupted
    Runtime.getRuntime().addShutdownHook(new Thread(this::close));
  }

  /** Starts it with just that environment. */
  static TrialRun start(
      List<String> command, Map<String, String> environment, Path folder, Path log)
      throws IOException {
    var builder = new ProcessBuilder(command).directory(folder.toFile());
    builder.environment().clear();
    builder.environment().putAll(environment);
    builder.redirectErrorStream(true).redirectOutput(log.toFile());
    return new TrialRun(builder.start(), log);
  }

  /** Waits until it listens for requests. */
  void awaitPort() throws IOException, InterruptedException {
    long start = System.nanoTime();
    Matcher listens;
    while (!(listens = LISTENS.matcher(Files.readString(log))).find()) {
      if (process.waitFor(100, TimeUnit.MILLISECONDS)) {
        throw failure("the application ended before it listened");
      }
      if (System.nanoTime() - start > START_LIMIT.toNanos()) {
        throw failure("the application did not listen within " + START_LIMIT.toSeconds() + " s");
      }
    }
    port = Integer.parseInt(listens.group(1));
  }

  /**
   * Asks for the path, and ignores the answer: also "not ready" is one, and a controller whose API
   * server has ended may be ending, too.
   */
  void ask(String path) throws InterruptedException {
    var request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
            .timeout(ANSWER_LIMIT)
            .build();
    try {
      client.send(request, HttpResponse.BodyHandlers.discarding());
    } catch (IOException e) {
      // what it has answered until now is recorded
    }
  }

  /** Ends it; its end takes long, because another JVM puts the cache together. */
  void end() throws IOException, InterruptedException {
    if (!process.isAlive()) {
      throw failure("the application ended by itself");
    }
    process.destroy();
    if (!process.waitFor(END_LIMIT)) {
      throw failure("the application did not end within " + END_LIMIT.toSeconds() + " s");
    }
  }

  /** Returns a failure that begins with what the application printed. */
  IOException failure(String what) throws IOException {
    return new IOException(Files.readString(log) + what + ": see the application's output above");
  }

  @Override
  public void close() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
    client.close();
  }
}
