import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Starts the application of an image once, and adds what the JVM recorded about its classes and
 * methods as a layer (JEP 483, 514, 515): {@code AddAotCache.java IMAGE.tar [--driven-by PROGRAM
 * ARGUMENT... --] NAME=VALUE...}. A start then takes a third of the time and half the CPU.
 *
 * <p>PROGRAM plays an API server and gives the application work, so that its first work after a
 * start is not slow either. It gets one more argument, the kubeconfig to write, and ends when all
 * is done. Without PROGRAM there is no API server. NAME=VALUE are the environment of the
 * application; {@code @DIR} in a value is an empty temporary folder.
 *
 * <p>The JVM accepts the cache only for exactly the jars and the runtime of the image, so the
 * application is started from the image.
 */
final class AddAotCache {

  private static final String CACHE_OPTION = "-XX:AOTCache=";
  private static final Duration WORK_LIMIT = Duration.ofMinutes(5);

  private final Path archive;
  private final List<String> program;
  private final List<String> settings;

  private AddAotCache(Path archive, List<String> program, List<String> settings) {
    this.archive = archive;
    this.program = program;
    this.settings = settings;
  }

  public static void main(String[] args) throws Exception {
    Path archive = Path.of(args[0]).toAbsolutePath();
    List<String> rest = List.of(args).subList(1, args.length);
    List<String> program = List.of();
    if (!rest.isEmpty() && rest.getFirst().equals("--driven-by")) {
      int end = rest.indexOf("--");
      program = rest.subList(1, end);
      rest = rest.subList(end + 1, rest.size());
    }
    if (!Files.exists(archive)) {
      System.err.println(
          archive
              + " is not there, because the image went to a Docker engine or a registry: it gets no"
              + " AOT cache");
      return;
    }
    if (hasCache(ImageArchive.configOf(archive))) {
      return;
    }
    try {
      new AddAotCache(archive, program, rest).run();
    } catch (IOException e) {
      System.err.println("AddAotCache: " + e.getMessage());
      System.exit(1);
    }
  }

  private static boolean hasCache(JsonNode config) {
    for (JsonNode word : config.path("config").path("Entrypoint")) {
      if (word.asText().startsWith(CACHE_OPTION)) {
        return true;
      }
    }
    return false;
  }

  private void run() throws IOException, InterruptedException {
    // beside the image, because a folder for temporary files may forbid running programs
    try (var work = WorkFolder.at(archive.resolveSibling(archive.getFileName() + ".aot"));
        // short, because it will have sockets, whose paths may have 107 bytes
        var trial = WorkFolder.at(Path.of("/tmp", "aot-" + ProcessHandle.current().pid()))) {
      ImageArchive image = ImageArchive.open(archive, work.folder("image"));
      Path root = work.folder("root");
      image.unpackLayers(root);
      Path cache = work.path().resolve("application.aot");
      record(image, root, cache, work.path(), trial.path());
      add(image, cache, work.folder("layer"));
    }
  }

  private void record(ImageArchive image, Path root, Path cache, Path logs, Path trial)
      throws IOException, InterruptedException {
    Map<String, String> environment = new HashMap<>();
    environment.put("POD_NAMESPACE", "default");
    environment.put("POD_NAME", "trial");
    environment.put("QUARKUS_MANAGEMENT_HOST", "127.0.0.1");
    environment.put("QUARKUS_MANAGEMENT_PORT", "0");
    Path kubeconfig = trial.resolve("kubeconfig");
    if (program.isEmpty()) {
      environment.put("KUBERNETES_MASTER", "https://127.0.0.1:1");
      environment.put("KUBECONFIG", "/nonexistent");
    } else {
      environment.put("KUBECONFIG", kubeconfig.toString());
    }
    for (String setting : settings) {
      String[] parts = setting.replace("@DIR", trial.toString()).split("=", 2);
      environment.put(parts[0], parts[1]);
    }
    Path folder = inside(root, image.containerConfig().required("WorkingDir").asText());
    try (Driver driver = Driver.start(program, kubeconfig, logs.resolve("program.log"));
        var application =
            TrialRun.start(
                command(image, root, cache),
                environment,
                folder,
                logs.resolve("application.log"))) {
      application.awaitPort();
      // the requests of Prometheus and of the kubelet are part of the trial
      for (String check : List.of("started", "live", "ready")) {
        application.ask("/q/health/" + check);
      }
      application.ask("/q/metrics");
      Thread.sleep(Duration.ofSeconds(2)); // for work in the background
      if (driver.exists()) {
        driver.awaitEnd(WORK_LIMIT, application);
        application.ask("/q/metrics");
      }
      application.end();
      if (!Files.exists(cache) || Files.size(cache) == 0) {
        throw application.failure("no cache was written");
      }
    }
  }

  private static List<String> command(ImageArchive image, Path root, Path cache) {
    var command = new ArrayList<String>();
    command.add(inside(root, image.entryPoint().getFirst()).toString());
    command.add("-XX:AOTCacheOutput=" + cache);
    for (String word : image.entryPoint().subList(1, image.entryPoint().size())) {
      if (word.equals("-jar")) {
        // with all compilers: the cache keeps only the profiles of methods that C2 needs, and they
        // make C1 alone faster, too
        command.add("-XX:TieredStopAtLevel=4");
      }
      command.add(word);
    }
    return command;
  }

  private void add(ImageArchive image, Path cache, Path layer)
      throws IOException, InterruptedException {
    String folder = image.containerConfig().required("WorkingDir").asText();
    Path target = inside(layer, folder).resolve(cache.getFileName());
    Files.createDirectories(target.getParent());
    Files.move(cache, target);
    image.addLayer("aot", layer, Modes::readable, "AddAotCache");
    String name = archive.getFileName().toString().replaceFirst("\\.tar$", "");
    image.addLabels(ImageLabels.of("intel-gpu-" + name));
    var entryPoint = new ArrayList<>(image.entryPoint());
    entryPoint.add(1, CACHE_OPTION + folder + "/" + target.getFileName());
    image.setEntryPoint(entryPoint);
    image.write(archive);
  }

  /** Returns where an absolute path of the image is in the folder with its content. */
  private static Path inside(Path root, String path) {
    return root.resolve(path.substring(1));
  }
}
