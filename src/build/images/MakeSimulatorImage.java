import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Adds the simulator's jars to the base image: {@code MakeSimulatorImage.java BASE.tar
 * FOLDER_OF_JARS NAME:TAG OUT.tar}.
 */
final class MakeSimulatorImage {

  private static final List<String> ENTRY_POINT =
      List.of(
          "/opt/java/bin/java",
          "--enable-native-access=ALL-UNNAMED",
          "-XX:-UsePerfData",
          "-XX:+UseSerialGC",
          "-XX:TieredStopAtLevel=1",
          "-Xmx64m",
          "-XX:+ExitOnOutOfMemoryError",
          "-cp",
          "/opt/simulator/*",
          "com.intel.dra.gpu.simulator.program.SimulatorMain");

  private MakeSimulatorImage() {}

  public static void main(String[] args) throws Exception {
    try (var work = WorkFolder.temporary()) {
      ImageArchive image = ImageArchive.open(Path.of(args[0]), work.folder("image"));
      Path content = work.folder("content");
      copyJars(Path.of(args[1]), Files.createDirectories(content.resolve("opt/simulator")));
      image.addLayer("simulator", content, Modes::readable, "MakeSimulatorImage");
      image.addLabels(ImageLabels.of("intel-gpu-simulator"));
      image.setEntryPoint(ENTRY_POINT);
      image.setName(args[2]);
      image.write(Path.of(args[3]).toAbsolutePath());
    }
  }

  private static void copyJars(Path from, Path to) throws IOException {
    try (var jars = Files.newDirectoryStream(from, "*.jar")) {
      for (Path jar : jars) {
        Files.copy(jar, to.resolve(jar.getFileName()));
      }
    }
  }
}
