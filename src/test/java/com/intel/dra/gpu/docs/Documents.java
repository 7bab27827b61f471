package com.intel.dra.gpu.docs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The project's Markdown files. Tests run in the top folder of the checkout. */
public final class Documents {

  private static final Pattern NOT_IN_ANCHORS = Pattern.compile("[^\\p{L}\\p{N}_ -]");
  private static final Pattern LINK_TARGET = Pattern.compile("\\]\\([^)\\s]+\\)");
  private static final Pattern CELL_BORDER = Pattern.compile("(?<!\\\\)\\|");

  private Documents() {}

  /**
   * A fenced block.
   *
   * @param language empty if none is given
   * @param lineNumber of its first fence
   * @param before the last non-empty line before it
   */
  public record Block(
      Path file, int lineNumber, String language, Optional<String> before, List<String> lines) {

    @Override
    public String toString() {
      return file + ":" + lineNumber;
    }
  }

  /** Returns the pages in the top folder, and those below docs, deploy and e2e. */
  public static List<Path> all() {
    return Stream.concat(
            Stream.of("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md").map(Path::of),
            Stream.of("docs", "deploy", "e2e").flatMap(folder -> below(Path.of(folder))))
        .filter(file -> file.toString().endsWith(".md"))
        .sorted()
        .toList();
  }

  /** Returns the files below a folder. */
  public static List<Path> files(Path folder) {
    return below(folder).filter(Files::isRegularFile).sorted().toList();
  }

  private static Stream<Path> below(Path folder) {
    try (var files = Files.walk(folder)) {
      return files.toList().stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public static List<Block> blocks(Path file) {
    var blocks = new ArrayList<Block>();
    Optional<Block> open = Optional.empty();
    Optional<String> last = Optional.empty();
    int number = 0;
    for (String line : lines(file)) {
      number++;
      if (line.strip().startsWith("```")) {
        if (open.isPresent()) {
          blocks.add(open.get());
          open = Optional.empty();
          last = Optional.empty();
        } else {
          String language = line.strip().substring(3);
          open = Optional.of(new Block(file, number, language, last, new ArrayList<>()));
        }
      } else if (open.isPresent()) {
        open.get().lines().add(line);
      } else if (!line.isBlank()) {
        last = Optional.of(line.strip());
      }
    }
    return blocks;
  }

  /** Returns the lines outside fenced blocks. */
  public static List<String> prose(Path file) {
    var prose = new ArrayList<String>();
    boolean fenced = false;
    for (String line : lines(file)) {
      if (line.strip().startsWith("```")) {
        fenced = !fenced;
      } else if (!fenced) {
        prose.add(line);
      }
    }
    return prose;
  }

  /**
   * Returns the number of words of the page, without its fenced blocks, markup and the targets of
   * its links.
   */
  public static int words(Path file) {
    return (int)
        prose(file).stream()
            .map(Documents::withoutLinkTargets)
            .flatMap(line -> Stream.of(line.split("\\s+")))
            .filter(word -> word.chars().anyMatch(Character::isLetterOrDigit))
            .count();
  }

  /** Returns the line as readers see it, to measure its length. */
  public static String withoutLinkTargets(String line) {
    return LINK_TARGET.matcher(line).replaceAll("]");
  }

  /** Returns the cells of a table's line; empty if it is not one. */
  public static List<String> cells(String line) {
    if (!line.startsWith("|")) {
      return List.of();
    }
    return CELL_BORDER.splitAsStream(line.strip()).skip(1).map(String::strip).toList();
  }

  /** Returns the anchors of the file, as GitHub makes them from its headings. */
  public static Set<String> anchors(Path file) {
    return prose(file).stream()
        .filter(line -> line.matches("#{1,6} .*"))
        .map(line -> line.replaceFirst("^#+ ", "").toLowerCase(Locale.ROOT))
        .map(heading -> NOT_IN_ANCHORS.matcher(heading).replaceAll("").replace(' ', '-'))
        .collect(Collectors.toSet());
  }
}
