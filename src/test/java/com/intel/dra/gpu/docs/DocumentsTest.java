package com.intel.dra.gpu.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Everything that the documents name exists, and the documents say of each command whether a test
 * runs it.
 */
class DocumentsTest {

  private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");
  private static final Pattern ANCHOR = Pattern.compile("(.*?)#(.*)");
  private static final Pattern FILE =
      Pattern.compile("\\b(?:deploy|docs|e2e|src)/[\\w./-]*\\w/?(?![\\w*<{…])");
  private static final Pattern CLASS = Pattern.compile("`([A-Z][a-z]\\w*(?:IT|Test))`");
  private static final Pattern RUN_BY = Pattern.compile("<!-- run by ([\\w./-]+)(?:: .*)? -->");
  private static final Pattern NOT_RUN = Pattern.compile("<!-- not run here: .+ -->");

  /** README.md, docs/README.md, the first page of a folder of docs, the page. */
  private static final int MOST_LINKS_FROM_README = 3;

  @Test
  void linksBetweenTheDocumentsLeadSomewhere() {
    var broken = new ArrayList<String>();
    for (Path file : Documents.all()) {
      for (String link : found(LINK, file)) {
        if (link.contains("://")) {
          continue;
        }
        var parts = ANCHOR.matcher(link);
        String path = parts.matches() ? parts.group(1) : link;
        Path target = path.isEmpty() ? file : file.resolveSibling(path).normalize();
        boolean good =
            Files.exists(target)
                && (!parts.matches() || Documents.anchors(target).contains(parts.group(2)));
        if (!good) {
          broken.add(file + ": " + link);
        }
      }
    }
    assertThat(broken).isEmpty();
  }

  @Test
  void filesThatTheDocumentsNameAreThere() {
    var missing = new ArrayList<String>();
    for (Path file : Documents.all()) {
      for (String line : Documents.lines(file)) {
        // links are checked separately, and are relative to the file's own folder
        FILE.matcher(LINK.matcher(line).replaceAll("]"))
            .results()
            .map(match -> match.group())
            .filter(name -> !Files.exists(Path.of(name)))
            .forEach(name -> missing.add(file + ": " + name));
      }
    }
    assertThat(missing).isEmpty();
  }

  @Test
  void testsThatTheDocumentsNameAreThere() {
    Set<String> classes = testClasses();
    for (Path file : Documents.all()) {
      assertThat(classes).as(file.toString()).containsAll(found(CLASS, file));
    }
  }

  @Test
  void theReadmeLeadsToEveryDocument() {
    Set<Path> reached = new TreeSet<>(Set.of(Path.of("README.md")));
    for (int step = 0; step < MOST_LINKS_FROM_README; step++) {
      for (Path file : List.copyOf(reached)) {
        reached.addAll(linkedPages(file));
      }
    }
    assertThat(reached).containsAll(Documents.all());
  }

  private static List<Path> linkedPages(Path file) {
    return found(LINK, file).stream()
        .map(link -> link.replaceFirst("#.*", ""))
        .filter(path -> path.endsWith(".md") && !path.contains("://"))
        .map(path -> file.resolveSibling(path).normalize())
        .filter(Files::exists)
        .toList();
  }

  @Test
  void ofEachCommandIsSaidWhetherATestRunsIt() {
    var silent = new ArrayList<String>();
    Set<String> classes = testClasses();
    for (Path file : Documents.all()) {
      for (Documents.Block block : Documents.blocks(file)) {
        if (block.language().equals("bash") && !isSaid(block.before(), classes)) {
          silent.add(block.toString());
        }
      }
    }
    assertThat(silent)
        .as("a comment above it: <!-- run by SomeIT --> or <!-- not run here: why -->")
        .isEmpty();
  }

  private static boolean isSaid(Optional<String> before, Set<String> classes) {
    return before
        .filter(
            line -> {
              var runBy = RUN_BY.matcher(line);
              return NOT_RUN.matcher(line).matches()
                  || (runBy.matches()
                      && (classes.contains(runBy.group(1))
                          || Files.exists(Path.of(runBy.group(1)))));
            })
        .isPresent();
  }

  private static List<String> found(Pattern pattern, Path file) {
    return Documents.prose(file).stream()
        .flatMap(line -> pattern.matcher(line).results().map(match -> match.group(1)))
        .toList();
  }

  private static Set<String> testClasses() {
    try (Stream<Path> files = Files.walk(Path.of("src/test/java"))) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".java"))
          .map(name -> name.substring(0, name.length() - ".java".length()))
          .collect(Collectors.toSet());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
