package com.intel.dra.gpu.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The pages of the cookbook have the same parts in the same order, and are short. */
class CookbookTest {

  private static final int MOST_WORDS = 700;

  /** A page about other programs may have other sections in place of the commands. */
  private static final List<String> FIRST = List.of("What", "What it needs");

  private static final List<String> LAST = List.of("Limits", "Cleaning up");

  static Stream<Path> pages() {
    return Documents.files(Path.of("docs/use/cookbook")).stream();
  }

  @ParameterizedTest
  @MethodSource("pages")
  void aPageHasTheUsualPartsAPictureAndFewWords(Path page) {
    List<String> sections =
        Documents.prose(page).stream()
            .filter(line -> line.startsWith("## "))
            .map(line -> line.substring(3))
            .toList();

    assertThat(sections).startsWith(FIRST.toArray(String[]::new));
    assertThat(sections).endsWith(LAST.toArray(String[]::new));
    assertThat(sections.contains("Commands")).isEqualTo(sections.contains("What you see"));
    assertThat(Documents.blocks(page)).extracting(Documents.Block::language).contains("mermaid");
    assertThat(Documents.words(page)).isLessThan(MOST_WORDS);
  }
}
