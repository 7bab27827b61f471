import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The labels of an image: what it is, and from which commit. The environment says the rest: {@code
 * DRIVER_VERSION} the version of the driver, and {@code IMAGE_SOURCE} the address of its source
 * code, if it has one.
 */
final class ImageLabels {

  private static final String PREFIX = "org.opencontainers.image.";

  private ImageLabels() {}

  /** Returns the labels of the image with that title. */
  static ObjectNode of(String title) throws IOException, InterruptedException {
    String version = System.getenv("DRIVER_VERSION");
    if (version == null || version.isEmpty()) {
      throw new IOException("DRIVER_VERSION is not set: the build sets it");
    }
    Answer revision = git("rev-parse", "--verify", "-q", "HEAD");
    String commit = "";
    String created = "";
    if (revision.worked()) { // not without git, nor outside a clone
      boolean unchanged = git("diff", "--quiet", "HEAD").worked();
      commit = unchanged ? revision.text() : revision.text() + "-modified";
      // when the commit was made, not when the image was: so two builds of it have the same label
      created = git("log", "-1", "--date=format-local:%Y-%m-%dT%H:%M:%SZ", "--format=%cd").text();
    }
    ObjectNode labels = JsonNodeFactory.instance.objectNode();
    put(labels, "title", title);
    put(labels, "version", version);
    put(labels, "revision", commit);
    put(labels, "source", System.getenv().getOrDefault("IMAGE_SOURCE", ""));
    put(labels, "created", created);
    put(labels, "licenses", "Apache-2.0");
    return labels;
  }

  private static void put(ObjectNode labels, String name, String value) {
    if (!value.isEmpty()) {
      labels.put(PREFIX + name, value);
    }
  }

  private record Answer(boolean worked, String text) {}

  private static Answer git(String... arguments) throws InterruptedException {
    var command = new ArrayList<>(List.of("git"));
    command.addAll(List.of(arguments));
    var builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD);
    builder.environment().put("TZ", "UTC");
    try {
      Process process = builder.start();
      String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return new Answer(process.waitFor() == 0, text.strip());
    } catch (IOException e) { // there is no git
      return new Answer(false, "");
    }
  }
}
