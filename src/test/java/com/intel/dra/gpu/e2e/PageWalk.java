package com.intel.dra.gpu.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.docs.Documents;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Does what a page of the documents says: runs its commands as they stand there, in the test's
 * namespace, and waits until the commands of its screens print what the page shows. Names that the
 * API server completes, ages and UIDs may differ. A screen without lines is one that nobody has
 * seen yet: its command has to succeed.
 *
 * <p>What the commands printed is in target/page-walks, for a new version of the page.
 */
final class PageWalk {

  private static final Path TRANSCRIPTS = Path.of("target", "page-walks");

  private static final Pattern UID =
      Pattern.compile("\\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\\b");
  private static final Pattern RANDOM_END =
      Pattern.compile("(?:-[bcdfghjklmnpqrstvwxz2456789]{5,10})+\\b");
  private static final Pattern AGE = Pattern.compile("\\b\\d+[smhd](?:\\d+[smh])?\\b");

  private final RealCluster cluster;
  private final Path page;
  private final Shell.Setting setting;
  private final Path transcript;

  /**
   * @param folder for the files that the page makes
   */
  PageWalk(RealCluster cluster, Path page, Path folder) {
    this.cluster = cluster;
    this.page = page;
    this.setting =
        new Shell.Setting(
            folder,
            Map.of(
                "KUBECONFIG",
                kubeconfig(folder, cluster.namespace()).toString(),
                "PATH",
                Path.of("deploy", "kubectl").toAbsolutePath() + ":" + System.getenv("PATH")));
    this.transcript =
        TRANSCRIPTS.resolve(page.getFileName().toString().replaceFirst("\\.md$", ".txt"));
  }

  private static Path kubeconfig(Path folder, String namespace) {
    try {
      Path file = folder.resolve("kubeconfig");
      Files.copy(Path.of(System.getenv("KUBECONFIG")), file);
      Shell.kubectl(
          "config", "set-context", "--current", "--namespace=" + namespace, "--kubeconfig=" + file);
      return file;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Does what the section with this heading says. */
  void section(String heading) {
    List<Documents.Block> blocks =
        Documents.blocks(page).stream().filter(block -> heading(block).equals(heading)).toList();
    assertThat(blocks).as("commands of %s, section %s", page, heading).isNotEmpty();
    for (Documents.Block block : blocks) {
      if (block.language().equals("bash")) {
        String text = String.join("\n", block.lines());
        note("%s%n%s".formatted(text, Shell.script(setting, text)));
      } else if (block.lines().getFirst().startsWith("$ ")) {
        screens(block);
      }
    }
  }

  private String heading(Documents.Block block) {
    return Documents.lines(page).subList(0, block.lineNumber()).reversed().stream()
        .filter(line -> line.startsWith("## "))
        .findFirst()
        .map(line -> line.substring(3))
        .orElse("");
  }

  private void screens(Documents.Block block) {
    for (String screen : String.join("\n", block.lines()).split("(?m)^(?=\\$ )")) {
      int end = (screen + "\n").indexOf('\n');
      String command = screen.substring(2, end);
      String shown = screen.substring(Math.min(end + 1, screen.length()));
      String[] last = {""};
      if (shown.isBlank()) {
        note("$ %s%n%s".formatted(command, Shell.script(setting, command)));
        continue;
      }
      try {
        cluster.eventually(
            "%s: what `%s` prints".formatted(block, command),
            () -> {
              last[0] = Shell.tryScript(setting, command);
              assertThat(shape(last[0])).isEqualTo(shape(shown));
            });
      } finally {
        note("$ %s%n%s".formatted(command, last[0]));
      }
    }
  }

  /** Returns the text without what differs from run to run. */
  private String shape(String text) {
    return text.replace(cluster.namespace(), "default")
        .lines()
        .map(line -> UID.matcher(line).replaceAll("UID"))
        .map(line -> RANDOM_END.matcher(line).replaceAll("-..."))
        .map(line -> AGE.matcher(line).replaceAll("AGE"))
        .map(line -> line.strip().replaceAll("\\s+", " "))
        .collect(Collectors.joining("\n"));
  }

  private void note(String text) {
    try {
      Files.createDirectories(TRANSCRIPTS);
      Files.writeString(
          transcript, text + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
