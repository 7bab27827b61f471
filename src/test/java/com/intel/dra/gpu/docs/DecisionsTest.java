package com.intel.dra.gpu.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Each decision is a file of the same form and is in the index, and every decision that a text
 * names exists.
 */
class DecisionsTest {

  private static final Path FOLDER = Path.of("docs/decisions");
  private static final Path INDEX = FOLDER.resolve("README.md");

  private static final Pattern FILE = Pattern.compile("(\\d{4})-[a-z0-9-]+\\.md");
  private static final Pattern TITLE = Pattern.compile("# Decision (\\d+): (.+)");
  private static final Pattern STATUS = Pattern.compile("Status: (?:accepted|superseded by \\[.+)");
  private static final Pattern ROW = Pattern.compile("\\| (\\d+) \\| \\[(.+)\\]\\((\\S+)\\) \\|");

  /**
   * For example "decision 31", "decisions 30 and 31", "decision 29, 30"; also across the end of a
   * line.
   */
  private static final Pattern NAMED =
      Pattern.compile(
          "\\b[Dd]ecisions?[\\s*]+(\\d+(?:(?:,|[\\s*]+and)[\\s*]+\\d+)*)\\b(?! (?:%|s|ms)\\b)");

  private static final Pattern DIGITS = Pattern.compile("\\d+");

  private static final List<String> SECTIONS =
      List.of("## Context", "## Decision", "## Consequences", "## Tests");

  private static List<Path> decisions() {
    return Documents.files(FOLDER).stream().filter(file -> !file.equals(INDEX)).toList();
  }

  private static int number(Path decision) {
    return Integer.parseInt(decision.getFileName().toString().substring(0, 4));
  }

  private static String title(Path decision) {
    return Documents.lines(decision).getFirst();
  }

  @Test
  void theyAreNumberedWithoutGaps() {
    assertThat(decisions()).allMatch(file -> FILE.matcher(file.getFileName().toString()).matches());
    assertThat(decisions().stream().map(DecisionsTest::number))
        .containsExactlyElementsOf(IntStream.rangeClosed(1, decisions().size()).boxed().toList());
  }

  @Test
  void eachHasTheForm() {
    for (Path decision : decisions()) {
      List<String> lines = Documents.lines(decision);
      var title = TITLE.matcher(title(decision));
      assertThat(title.matches()).as(decision + ": " + title(decision)).isTrue();
      assertThat(Integer.parseInt(title.group(1)))
          .as(decision.toString())
          .isEqualTo(number(decision));
      assertThat(lines.get(2)).as(decision.toString()).matches(STATUS);
      assertThat(lines.stream().filter(line -> line.startsWith("##")))
          .as(decision.toString())
          .isEqualTo(SECTIONS);
      assertThat(Documents.words(decision)).as(decision.toString()).isBetween(50, 260);
    }
  }

  @Test
  void theIndexHasEachOnceWithItsTitle() {
    var indexed = new TreeMap<Integer, String>();
    for (String line : Documents.lines(INDEX)) {
      var row = ROW.matcher(line);
      if (row.matches()) {
        int number = Integer.parseInt(row.group(1));
        assertThat(number(Path.of(row.group(3)))).isEqualTo(number);
        String twice = indexed.put(number, "# Decision %d: %s".formatted(number, row.group(2)));
        assertThat(twice).as("decision " + number + " is in the index twice").isNull();
      }
    }
    var all = new TreeMap<Integer, String>();
    decisions().forEach(decision -> all.put(number(decision), title(decision)));
    assertThat(indexed).isEqualTo(all);
  }

  @Test
  void decisionsThatCodeAndDocumentsNameAreThere() throws Exception {
    var known = new TreeSet<>(decisions().stream().map(DecisionsTest::number).toList());
    for (Path file : texts()) {
      var named = new TreeSet<Integer>();
      NAMED.matcher(content(file)).results().flatMap(DecisionsTest::numbers).forEach(named::add);
      assertThat(known).as(file.toString()).containsAll(named);
    }
  }

  private static Stream<Integer> numbers(MatchResult named) {
    return DIGITS.matcher(named.group(1)).results().map(number -> Integer.valueOf(number.group()));
  }

  private static List<Path> texts() {
    return Stream.concat(
            Stream.of("src", "docs", "deploy", "e2e", "bench")
                .flatMap(folder -> Documents.files(Path.of(folder)).stream()),
            Stream.of("pom.xml", "README.md", "CHANGELOG.md", "CONTRIBUTING.md", "test", "demo")
                .map(Path::of))
        .toList();
  }

  private static String content(Path file) throws Exception {
    try {
      return Files.readString(file);
    } catch (MalformedInputException _) {
      return ""; // no text
    }
  }
}
