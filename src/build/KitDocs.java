import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.spi.ToolProvider;

/**
 * Makes the content of the kit's jars of sources and of Javadoc. Run by the build: {@code
 * KitDocs.java CLASS_PATH OUTPUT_DIR SOURCES_DIR GENERATED_SOURCES_DIR}. The classes that are
 * generated of the protos are among the sources, and not in the Javadoc.
 */
final class KitDocs {

  private static final Path KIT = Path.of("com/intel/dra/kit");

  private KitDocs() {}

  public static void main(String[] args) throws IOException {
    Path sources = Path.of(args[1], "sources");
    Path javadoc = Path.of(args[1], "javadoc");
    delete(Path.of(args[1]));
    copy(Path.of(args[3]), sources);
    copy(Path.of(args[2]), sources);
    List<String> arguments =
        List.of(
            "-quiet",
            "-Xdoclint:all,-missing",
            "-encoding",
            "UTF-8",
            "-notimestamp",
            "-nohelp",
            "-notree",
            "--no-fonts",
            "-windowtitle",
            "Kit for DRA drivers",
            "-classpath",
            args[0],
            "-sourcepath",
            args[2],
            "-subpackages",
            "com.intel.dra.kit",
            "-d",
            javadoc.toString());
    int failed =
        ToolProvider.findFirst("javadoc")
            .orElseThrow(() -> new IOException("this JDK has no javadoc"))
            .run(System.out, System.err, arguments.toArray(String[]::new));
    if (failed != 0) {
      System.exit(failed);
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    try (var files = Files.walk(from.resolve(KIT))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path copy = to.resolve(from.relativize(file).toString());
        Files.createDirectories(copy.getParent());
        Files.copy(file, copy);
      }
    }
  }

  private static void delete(Path folder) throws IOException {
    if (Files.exists(folder)) {
      try (var files = Files.walk(folder)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }
}
