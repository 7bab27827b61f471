import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.function.IntUnaryOperator;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/**
 * An image as {@code docker save} writes it (manifest.json, config.json, layers), with its files in
 * a folder. What it writes depends on the content alone: names are sorted, and times and owners are
 * fixed.
 */
final class ImageArchive {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String CONFIG = "config.json";
  private static final String MANIFEST = "manifest.json";
  private static final int GZIP_MAGIC = 0x1f8b;

  /** As many as Linux follows in one name. */
  private static final int MAX_LINKS = 40;

  /** The time of a layer's files, in seconds since 1970: jib's. */
  private static final long TIME_IN_LAYER_SECONDS = 1;

  private final Path folder;
  private final ObjectNode config;
  private final ObjectNode manifest;

  private ImageArchive(Path folder, ObjectNode config, ObjectNode manifest) {
    this.folder = folder;
    this.config = config;
    this.manifest = manifest;
  }

  /** Makes an image without layers; the folder gets its files. */
  static ImageArchive empty(Path folder, String architecture) throws IOException {
    Files.createDirectories(folder);
    ObjectNode config = JSON.createObjectNode();
    config.put("architecture", architecture).put("os", "linux");
    config.putObject("config").put("WorkingDir", "/");
    config.putObject("rootfs").put("type", "layers").putArray("diff_ids");
    ObjectNode manifest = JSON.createObjectNode().put("Config", CONFIG);
    manifest.putArray("RepoTags");
    manifest.putArray("Layers");
    return new ImageArchive(folder, config, manifest);
  }

  /** Unpacks the files of the archive, not its layers, into the folder. */
  static ImageArchive open(Path archive, Path folder) throws IOException {
    Files.createDirectories(folder);
    unpack(archive, folder);
    return new ImageArchive(
        folder,
        (ObjectNode) JSON.readTree(folder.resolve(CONFIG).toFile()),
        (ObjectNode) JSON.readTree(folder.resolve(MANIFEST).toFile()).required(0));
  }

  /** Reads the configuration of an archive without unpacking it. */
  static JsonNode configOf(Path archive) throws IOException {
    try (var entries = entries(archive)) {
      TarArchiveEntry entry;
      while ((entry = entries.getNextEntry()) != null) {
        if (entry.getName().equals(CONFIG)) {
          return JSON.readTree(entries.readAllBytes());
        }
      }
    }
    throw new IOException(archive + " is no image: it has no " + CONFIG);
  }

  /** The part {@code config} of the configuration: environment, entry point, labels. */
  ObjectNode containerConfig() {
    return (ObjectNode) config.required("config");
  }

  /** The words of the entry point. */
  List<String> entryPoint() {
    var words = new ArrayList<String>();
    containerConfig().path("Entrypoint").forEach(word -> words.add(word.asText()));
    return words;
  }

  void setEntryPoint(List<String> words) {
    words.forEach(containerConfig().putArray("Entrypoint")::add);
  }

  /** Adds the labels to those that the image has. */
  void addLabels(ObjectNode labels) {
    containerConfig().withObjectProperty("Labels").setAll(labels);
  }

  void setName(String name) {
    manifest.putArray("RepoTags").add(name);
  }

  /**
   * Unpacks the content of all layers, combined, into the folder. Files that an upper layer deletes
   * stay, because the driver's images have none.
   */
  void unpackLayers(Path root) throws IOException {
    Files.createDirectories(root);
    for (JsonNode layer : layers()) {
      unpack(folder.resolve(layer.asText()), root);
    }
  }

  /**
   * Adds a layer with all that is below the folder. It is compressed if the first layer is, because
   * programs look at the first one to know whether all are.
   *
   * @param modes gives each file and folder its mode, from the one that it has
   */
  void addLayer(String name, Path content, IntUnaryOperator modes, String createdBy)
      throws IOException {
    boolean compressed =
        !layers().isEmpty() && isCompressed(folder.resolve(layers().get(0).asText()));
    String file = compressed ? name + ".tar.gz" : name + ".tar";
    MessageDigest digest = sha256();
    try (OutputStream out = Files.newOutputStream(folder.resolve(file));
        OutputStream packed = compressed ? new GZIPOutputStream(out, 1 << 16) : out;
        var entries = new TarArchiveOutputStream(new DigestOutputStream(packed, digest))) {
      entries.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
      for (Path path : sorted(content)) {
        addEntry(entries, path, "./" + content.relativize(path), modes);
      }
    }
    layers().add(file);
    ((ArrayNode) config.required("rootfs").required("diff_ids"))
        .add("sha256:" + HexFormat.of().formatHex(digest.digest()));
    if (config.get("history") instanceof ArrayNode history) {
      history.addObject().put("created_by", createdBy);
    }
  }

  /** Writes the archive; a reader of the file sees the old or the new one. */
  void write(Path archive) throws IOException {
    JSON.writeValue(folder.resolve(CONFIG).toFile(), config);
    JSON.writeValue(folder.resolve(MANIFEST).toFile(), JSON.createArrayNode().add(manifest));
    Path temporary = archive.resolveSibling(archive.getFileName() + ".tmp");
    try (OutputStream out = Files.newOutputStream(temporary);
        var entries = new TarArchiveOutputStream(out)) {
      addFile(entries, MANIFEST);
      addFile(entries, CONFIG);
      for (JsonNode layer : layers()) {
        addFile(entries, layer.asText());
      }
    }
    Files.move(temporary, archive, StandardCopyOption.ATOMIC_MOVE);
  }

  private ArrayNode layers() {
    return (ArrayNode) manifest.required("Layers");
  }

  private void addFile(TarArchiveOutputStream entries, String name) throws IOException {
    Path file = folder.resolve(name);
    var entry = new TarArchiveEntry(name);
    entry.setSize(Files.size(file));
    entry.setModTime(FileTime.fromMillis(0));
    entries.putArchiveEntry(entry);
    Files.copy(file, entries);
    entries.closeArchiveEntry();
  }

  private static void addEntry(
      TarArchiveOutputStream entries, Path path, String name, IntUnaryOperator modes)
      throws IOException {
    boolean link = Files.isSymbolicLink(path);
    boolean folder = Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS);
    var entry =
        link
            ? new TarArchiveEntry(name, TarConstants.LF_SYMLINK)
            : new TarArchiveEntry(folder ? name + "/" : name);
    entry.setModTime(FileTime.from(Instant.ofEpochSecond(TIME_IN_LAYER_SECONDS)));
    if (link) {
      entry.setLinkName(Files.readSymbolicLink(path).toString());
      entry.setMode(0777);
    } else {
      int mode = (int) Files.getAttribute(path, "unix:mode") & 07777;
      entry.setMode(modes.applyAsInt(mode));
      entry.setSize(folder ? 0 : Files.size(path));
    }
    entries.putArchiveEntry(entry);
    if (!link && !folder) {
      Files.copy(path, entries);
    }
    entries.closeArchiveEntry();
  }

  /** Everything below the folder, a folder before what is in it. */
  private static List<Path> sorted(Path content) throws IOException {
    try (Stream<Path> all = Files.walk(content)) {
      return all.filter(path -> !path.equals(content)).sorted(Comparator.naturalOrder()).toList();
    }
  }

  private static void unpack(Path archive, Path folder) throws IOException {
    try (var entries = entries(archive)) {
      TarArchiveEntry entry;
      while ((entry = entries.getNextEntry()) != null) {
        unpack(entries, entry, inside(folder, entry.getName()), folder);
      }
    } catch (OutsideException e) {
      throw new IOException(
          "%s has a file outside of it: %s".formatted(archive, e.getMessage()), e);
    }
  }

  /** The message is a name that leads out of the folder where the archive is unpacked. */
  private static final class OutsideException extends IOException {
    private static final long serialVersionUID = 1L;

    OutsideException(String name) {
      super(name);
    }
  }

  /**
   * Returns where a name of the archive is. The folder is the root of absolute names and of links,
   * as in a container, so none leads to a file of this machine.
   */
  private static Path inside(Path folder, String name) throws IOException {
    Path relative = Path.of("/").relativize(Path.of("/").resolve(name)).normalize();
    if (relative.startsWith("..")) {
      throw new OutsideException(name);
    }
    var parts = new ArrayDeque<Path>();
    relative.forEach(parts::add);
    Path path = folder;
    int links = 0;
    while (!parts.isEmpty()) {
      Path part = parts.remove();
      if (part.toString().equals("..")) {
        path = path.equals(folder) ? folder : path.getParent();
        continue;
      }
      Path next = path.resolve(part);
      if (parts.isEmpty() || !Files.isSymbolicLink(next)) {
        path = next;
        continue;
      }
      links++;
      if (links > MAX_LINKS) {
        throw new OutsideException(name);
      }
      Path target = Files.readSymbolicLink(next);
      path = target.isAbsolute() ? folder : path;
      var first = new ArrayList<Path>();
      target.forEach(first::add);
      first.reversed().forEach(parts::addFirst);
    }
    return path;
  }

  private static void unpack(
      TarArchiveInputStream entries, TarArchiveEntry entry, Path path, Path folder)
      throws IOException {
    if (entry.isDirectory()) {
      if (Files.isSymbolicLink(path)) {
        Files.delete(path);
      }
      Files.createDirectories(path);
    } else {
      Files.createDirectories(path.getParent());
      Files.deleteIfExists(path);
      if (entry.isSymbolicLink()) {
        Files.createSymbolicLink(path, Path.of(entry.getLinkName()));
        return;
      }
      if (entry.isLink()) {
        Files.createLink(path, inside(folder, entry.getLinkName()));
        return;
      }
      Files.copy(entries, path);
    }
    Files.setAttribute(path, "unix:mode", entry.getMode() & 07777);
    // an AOT cache is for jars of that time, and containers have the time of the layer
    Files.setLastModifiedTime(path, entry.getLastModifiedTime());
  }

  private static TarArchiveInputStream entries(Path archive) throws IOException {
    InputStream in = new BufferedInputStream(Files.newInputStream(archive), 1 << 16);
    return new TarArchiveInputStream(isCompressed(archive) ? new GZIPInputStream(in, 1 << 16) : in);
  }

  private static boolean isCompressed(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] start = in.readNBytes(2);
      return start.length == 2 && ((start[0] & 0xff) << 8 | start[1] & 0xff) == GZIP_MAGIC;
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("each Java has SHA-256", e);
    }
  }
}
