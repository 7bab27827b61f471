import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** A folder for the files of a program while it works; it is deleted at the end. */
record WorkFolder(Path path) implements AutoCloseable {

  /** Makes one in the system's folder for temporary files. */
  static WorkFolder temporary() throws IOException {
    return new WorkFolder(Files.createTempDirectory("image"));
  }

  /** Makes one at the path; deletes what an earlier run left there. */
  static WorkFolder at(Path path) throws IOException {
    var work = new WorkFolder(path);
    work.close();
    Files.createDirectories(path);
    return work;
  }

  /** Makes a folder in it. */
  Path folder(String name) throws IOException {
    return Files.createDirectories(path.resolve(name));
  }

  @Override
  public void close() throws IOException {
    if (!Files.exists(path)) {
      return;
    }
    try (Stream<Path> all = Files.walk(path)) {
      for (Path one : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(one);
      }
    }
  }
}
