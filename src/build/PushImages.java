import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.cloud.tools.jib.api.Containerizer;
import com.google.cloud.tools.jib.api.ImageReference;
import com.google.cloud.tools.jib.api.InvalidImageReferenceException;
import com.google.cloud.tools.jib.api.Jib;
import com.google.cloud.tools.jib.api.LogEvent;
import com.google.cloud.tools.jib.api.RegistryImage;
import com.google.cloud.tools.jib.api.TarImage;
import com.google.cloud.tools.jib.api.buildplan.ImageFormat;
import com.google.cloud.tools.jib.frontend.CredentialRetrieverFactory;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/**
 * Pushes images that are files to a registry, without a Docker engine: {@code PushImages.java [--to
 * HOST/PATH] IMAGE.tar...}. Without {@code --to}, each goes where its name says. Prints {@code
 * NAME:VERSION@DIGEST} for each. The password is that of {@code docker login}, in
 * ~/.docker/config.json.
 */
final class PushImages {

  private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1");

  private static final Consumer<LogEvent> WARNINGS =
      event -> {
        if (event.getLevel().compareTo(LogEvent.Level.WARN) <= 0) {
          System.err.println(event.getMessage());
        }
      };

  private PushImages() {}

  public static void main(String[] args) {
    List<String> arguments = new ArrayList<>(List.of(args));
    String place = "";
    if (arguments.size() > 1 && arguments.getFirst().equals("--to")) {
      place = arguments.get(1);
      arguments = arguments.subList(2, arguments.size());
    }
    for (String tar : arguments) {
      String name = tar;
      try {
        name = name(Path.of(tar));
        if (!place.isEmpty()) {
          name = place + name.substring(name.lastIndexOf('/'));
        }
        System.out.println(name + "@" + push(Path.of(tar), name));
      } catch (Exception e) {
        System.err.println("error: cannot push " + name + ": " + reasons(e));
        System.err.println(
            "Check the name and that the registry answers; if it wants a password, run 'docker"
                + " login', or write ~/.docker/config.json as that does.");
        System.exit(1);
      }
    }
  }

  private static String push(Path tar, String name) throws Exception {
    ImageReference reference = ImageReference.parse(name);
    RegistryImage image =
        RegistryImage.named(reference)
            .addCredentialRetriever(
                CredentialRetrieverFactory.forImage(reference, WARNINGS).dockerConfig());
    Path cache = Files.createDirectories(Path.of("target", "push-cache"));
    return Jib.from(TarImage.at(tar))
        .setFormat(ImageFormat.OCI)
        .containerize(
            Containerizer.to(image)
                .setToolName("intel-gpu-resource-driver")
                .setAllowInsecureRegistries(
                    LOOPBACK.contains(reference.getRegistry().split(":", 2)[0]))
                .setBaseImageLayersCache(cache)
                .setApplicationLayersCache(cache))
        .getDigest()
        .toString();
  }

  /** Returns the name that the build gave to the image. */
  private static String name(Path tar) throws IOException, InvalidImageReferenceException {
    try (InputStream file = Files.newInputStream(tar);
        var entries = new TarArchiveInputStream(file)) {
      TarArchiveEntry entry;
      while ((entry = entries.getNextEntry()) != null) {
        if (entry.getName().equals("manifest.json")) {
          return new ObjectMapper()
              .readTree(entries.readAllBytes())
              .path(0)
              .path("RepoTags")
              .path(0)
              .asText();
        }
      }
    }
    throw new IOException(tar + " is no image: it has no manifest.json");
  }

  private static String reasons(Throwable failure) {
    var text = new StringBuilder(String.valueOf(failure.getMessage()));
    for (Throwable cause = failure.getCause(); cause != null; cause = cause.getCause()) {
      String reason = String.valueOf(cause.getMessage());
      if (text.indexOf(reason) < 0) {
        text.append(": ").append(reason);
      }
    }
    return text.toString();
  }
}
