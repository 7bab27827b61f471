import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Makes a base image of a jlinked JRE and the few libraries that the JRE loads, without a Docker
 * engine: {@code MakeBaseImage.java OUT.tar FOLDER_OF_THIS_PROGRAM}. It has no shell and no package
 * manager. The JRE is that of the JDK that runs this program. An image that is there already stays
 * if JDK and program are those that made it.
 */
final class MakeBaseImage {

  /**
   * The modules that Quarkus, Netty, Vert.x, the Kubernetes client and our FFM calls need; jdk.jfr
   * is for administrators. java.desktop, a third of all modules by size, is left out: only Jackson
   * looks for java.beans, and works without it.
   */
  private static final String MODULES =
      "java.base,java.compiler,java.instrument,java.logging,java.management,java.naming,"
          + "java.net.http,java.security.jgss,java.security.sasl,java.sql,java.xml,"
          + "jdk.crypto.cryptoki,jdk.jfr,jdk.management,jdk.management.jfr,jdk.net,"
          + "jdk.unsupported,jdk.zipfs";

  private static final List<String> FOLDERS =
      List.of("opt", "tmp", "etc", "dev", "proc", "sys", "run", "var", "home/jboss");

  private static final List<String> ENVIRONMENT =
      List.of("PATH=/opt/java/bin", "JAVA_HOME=/opt/java", "LANG=C.UTF-8");

  /** A line of ldd: {@code libc.so.6 => /lib/libc.so.6 (0x…)}, or the loader alone. */
  private static final Pattern LIBRARY =
      Pattern.compile("(?m)^\\s*(?:\\S+ => (/\\S+)|(/\\S*/ld-linux\\S*)) ");

  private static final Path JAVA_HOME = Path.of(System.getProperty("java.home"));

  private MakeBaseImage() {}

  public static void main(String[] args) throws Exception {
    Path out = Path.of(args[0]).toAbsolutePath();
    Path stampFile = out.resolveSibling(out.getFileName() + ".stamp");
    String stamp = Runtime.version() + " " + architecture() + " " + sourcesOf(Path.of(args[1]));
    if (Files.exists(out) && Files.exists(stampFile) && Files.readString(stampFile).equals(stamp)) {
      return;
    }
    Files.createDirectories(out.getParent());
    try (var work = WorkFolder.temporary()) {
      Path root = work.folder("root");
      makeRoot(root);
      ImageArchive image = ImageArchive.empty(work.folder("image"), architecture());
      image.addLayer("layer", root, Modes::readableOrTemporary, "MakeBaseImage");
      ObjectNode config = image.containerConfig();
      ENVIRONMENT.forEach(config.putArray("Env")::add);
      image.setName("intel-gpu-jre:" + Runtime.version().feature());
      image.write(out);
    }
    Files.writeString(stampFile, stamp);
  }

  /** The sources of the programs for images, as one number. */
  private static String sourcesOf(Path folder) throws IOException {
    var all = new StringBuilder();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.sorted().toList()) {
        all.append(Files.readString(file));
      }
    }
    return Integer.toHexString(all.toString().hashCode());
  }

  private static String architecture() throws IOException {
    return switch (System.getProperty("os.arch")) {
      case "amd64" -> "amd64";
      case "aarch64" -> "arm64";
      case String other ->
          throw new IOException("there is no image for " + other + ", only amd64 and aarch64");
    };
  }

  private static void makeRoot(Path root) throws IOException, InterruptedException {
    for (String folder : FOLDERS) {
      Files.createDirectories(root.resolve(folder));
    }
    Files.setAttribute(root.resolve("tmp"), "unix:mode", Modes.TEMPORARY);
    Path java = root.resolve("opt/java");
    output(
        JAVA_HOME.resolve("bin/jlink").toString(),
        "--add-modules",
        MODULES,
        "--output",
        java.toString(),
        "--strip-debug",
        "--no-header-files",
        "--no-man-pages",
        "--compress",
        "zip-6");
    for (String library : libraries(root, java)) {
      Path target = root.resolve(library.substring(1));
      Files.createDirectories(target.getParent());
      Files.copy(Path.of(library).toRealPath(), target, StandardCopyOption.REPLACE_EXISTING);
      Files.setPosixFilePermissions(target, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
    Files.writeString(
        root.resolve("etc/passwd"),
        """
        root:x:0:0:root:/:/nonexistent
        driver:x:10001:10001:driver:/:/nonexistent
        """);
    Files.writeString(root.resolve("etc/group"), "root:x:0:\ndriver:x:10001:\n");
    Files.writeString(root.resolve("etc/nsswitch.conf"), "hosts: files dns\n");
  }

  /** Every library to which the JRE is linked, by the path at which the loader looks for it. */
  private static Set<String> libraries(Path root, Path java)
      throws IOException, InterruptedException {
    var command = new ArrayList<>(List.of("ldd"));
    try (Stream<Path> files = Files.walk(java)) {
      files
          .filter(file -> file.toString().endsWith(".so") || file.endsWith("bin/java"))
          .map(Path::toString)
          .forEach(command::add);
    }
    var libraries = new TreeSet<String>();
    Matcher lines = LIBRARY.matcher(output(command.toArray(String[]::new)));
    while (lines.find()) {
      String library = lines.group(1) == null ? lines.group(2) : lines.group(1);
      if (!library.startsWith(root.toString())) {
        libraries.add(library);
      }
    }
    return libraries;
  }

  private static String output(String... command) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException(command[0] + " failed: " + output);
    }
    return output;
  }
}
