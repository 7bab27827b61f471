package com.intel.dra.gpu.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program that takes images apart, run as the build runs it. */
class UnpackImageTest {

  private static final Path PROGRAM = Path.of("src/build/images/UnpackImage.java").toAbsolutePath();
  private static final String JAVA =
      Path.of(System.getProperty("java.home"), "bin/java").toString();

  private static final String OPTIONS = "@" + Path.of("src/build/build.jvm").toAbsolutePath();

  @TempDir Path folder;

  private record Run(int exit, String output) {}

  /** Runs it in the folder of the test. */
  private Run unpack(Path image, String files, String root)
      throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                JAVA,
                OPTIONS,
                "-cp",
                System.getProperty("java.class.path"),
                PROGRAM.toString(),
                image.toString(),
                files,
                root)
            .redirectErrorStream(true)
            .directory(folder.toFile())
            .start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    return new Run(process.waitFor(), output);
  }

  private interface Content {
    void write(TarArchiveOutputStream entries) throws IOException;
  }

  private static byte[] tar(Content content) throws IOException {
    var bytes = new ByteArrayOutputStream();
    try (var entries = new TarArchiveOutputStream(bytes)) {
      content.write(entries);
    }
    return bytes.toByteArray();
  }

  private static void file(TarArchiveOutputStream entries, String name, byte[] content)
      throws IOException {
    var entry = new TarArchiveEntry(name);
    entry.setSize(content.length);
    entries.putArchiveEntry(entry);
    entries.write(content);
    entries.closeArchiveEntry();
  }

  private static void link(TarArchiveOutputStream entries, byte kind, String name, String target)
      throws IOException {
    var entry = new TarArchiveEntry(name, kind);
    entry.setLinkName(target);
    entries.putArchiveEntry(entry);
    entries.closeArchiveEntry();
  }

  private Path image(byte[]... layers) throws IOException {
    var names = new ArrayList<String>();
    for (int i = 0; i < layers.length; i++) {
      names.add("\"l%d.tar\"".formatted(i));
    }
    byte[] image =
        tar(
            entries -> {
              file(
                  entries,
                  "manifest.json",
                  "[{\"Config\":\"config.json\",\"RepoTags\":[],\"Layers\":[%s]}]"
                      .formatted(String.join(",", names))
                      .getBytes(UTF_8));
              file(
                  entries,
                  "config.json",
                  "{\"config\":{},\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[]}}"
                      .getBytes(UTF_8));
              for (int i = 0; i < layers.length; i++) {
                file(entries, "l%d.tar".formatted(i), layers[i]);
              }
            });
    return Files.write(folder.resolve("image.tar"), image);
  }

  private Run unpack(Path image) throws IOException, InterruptedException {
    return unpack(image, folder.resolve("files").toString(), folder.resolve("root").toString());
  }

  /** An ordinary base image has /var/run -> /run. */
  @Test
  void aFileBelowALinkOfALowerLayerStaysInTheFolder() throws Exception {
    Path outside = Files.createDirectory(folder.resolve("outside"));
    Path kept = Files.writeString(outside.resolve("kept"), "mine");

    unpack(
        image(
            tar(entries -> link(entries, TarConstants.LF_SYMLINK, "var/run", outside.toString())),
            tar(entries -> file(entries, "var/run/kept", "theirs".getBytes(UTF_8)))));

    assertThat(kept).hasContent("mine");
    assertThat(folder.resolve("root" + outside).resolve("kept")).hasContent("theirs");
  }

  @Test
  void aHardLinkLeadsToAFileOfTheImageOnly() throws Exception {
    Path secret = Files.writeString(folder.resolve("secret"), "mine");

    Run run =
        unpack(
            image(
                tar(
                    entries -> {
                      link(entries, TarConstants.LF_LINK, "a", secret.toString());
                      link(entries, TarConstants.LF_LINK, "b", "../secret");
                    })));

    assertThat(run.exit()).isNotZero();
    assertThat(Files.getAttribute(secret, "unix:nlink")).isEqualTo(1);
  }

  @Test
  void theFoldersMayBeNamedFromHere() throws Exception {
    Run run = unpack(image(tar(entries -> file(entries, "a", new byte[1]))), "./files", "./root");

    assertThat(run.output()).isEmpty();
    assertThat(folder.resolve("root/a")).exists();
  }
}
