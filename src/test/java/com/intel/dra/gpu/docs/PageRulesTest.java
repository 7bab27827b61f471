package com.intel.dra.gpu.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * The pages are readable: one kind of reader each, short pages, short lines. CONTRIBUTING.md has
 * the rules.
 */
class PageRulesTest {

  private static final int LONGEST_LINE = 120;
  private static final int LONGEST_CELL = 200;
  private static final int MOST_WORDS = 2_000;

  /** Pages with more words than that, and why they cannot be divided. */
  private static final Map<Path, String> LONG_PAGES = Map.of();

  private static final Set<String> SHELVES =
      Set.of("use", "operate", "reference", "develop", "decisions");

  private static final Pattern FOR_WHOM = Pattern.compile("(?:This \\w+ is f|F)or .*");

  /** Questions are permitted, for example as the title of a section. */
  private static final Pattern WHO = Pattern.compile("(?:^|[.:] )Who(?:ever)? [^?]*$");

  private static final Pattern DECISION = Pattern.compile("docs/decisions/\\d{4}-.*");

  @Test
  void eachPageIsOnAShelf() {
    assertThat(Documents.files(Path.of("docs")))
        .filteredOn(file -> file.toString().endsWith(".md"))
        .allMatch(
            file ->
                file.equals(Path.of("docs/README.md"))
                    || SHELVES.contains(file.getName(1).toString()));
  }

  /** The index of the decisions says it for all of them. */
  @Test
  void eachPageSaysFirstForWhomItIs() {
    assertThat(Documents.all())
        .filteredOn(file -> !DECISION.matcher(file.toString()).matches())
        .allSatisfy(file -> assertThat(firstSentence(file)).as(file.toString()).matches(FOR_WHOM));
  }

  private static String firstSentence(Path file) {
    return Documents.prose(file).stream()
        .filter(line -> !line.isBlank() && !line.startsWith("#") && !line.startsWith("<!--"))
        .findFirst()
        .orElse("");
  }

  @Test
  void noPageIsLong() {
    for (Path file : Documents.all()) {
      if (!LONG_PAGES.containsKey(file)) {
        assertThat(Documents.words(file)).as(file.toString()).isLessThanOrEqualTo(MOST_WORDS);
      }
    }
  }

  @Test
  void longPagesThatAreAllowedAreStillLong() {
    assertThat(LONG_PAGES.keySet())
        .allSatisfy(file -> assertThat(Documents.words(file)).isGreaterThan(MOST_WORDS));
  }

  /** Tables, fenced and indented blocks, targets of links, and comments do not count. */
  @Test
  void noLineIsLong() {
    var longLines = new ArrayList<String>();
    for (Path file : Documents.all()) {
      for (String line : Documents.prose(file)) {
        boolean isText =
            !line.startsWith("|") && !line.startsWith("    ") && !line.strip().startsWith("<!--");
        if (isText && Documents.withoutLinkTargets(line).length() > LONGEST_LINE) {
          longLines.add(file + ": " + line);
        }
      }
    }
    assertThat(longLines).isEmpty();
  }

  @Test
  void noCellOfATableIsLong() {
    var longCells = new ArrayList<String>();
    for (Path file : Documents.all()) {
      for (String line : Documents.prose(file)) {
        for (String cell : Documents.cells(Documents.withoutLinkTargets(line))) {
          if (cell.length() > LONGEST_CELL) {
            longCells.add(file + ": " + cell);
          }
        }
      }
    }
    assertThat(longCells).isEmpty();
  }

  /** Such a sentence treats a process as a person, and has to be read twice. */
  @Test
  void noSentenceBeginsWithWho() {
    List<String> found = new ArrayList<>();
    for (Path file : Documents.all()) {
      Documents.prose(file).stream()
          .filter(line -> !line.startsWith("|") && WHO.matcher(line).find())
          .forEach(line -> found.add(file + ": " + line));
    }
    assertThat(found).isEmpty();
  }
}
