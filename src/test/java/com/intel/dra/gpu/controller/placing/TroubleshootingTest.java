package com.intel.dra.gpu.controller.placing;

import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.api.EventReason;
import com.intel.dra.gpu.docs.Documents;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The tables of reasons, for Events and for nodes, contain every reason in the code. */
class TroubleshootingTest {

  private static final Path EVENTS = Path.of("docs/reference/events.md");
  private static final Path NODE_REASONS = Path.of("docs/operate/troubleshooting.md");

  /** Reason, type, objects, cause, remedy. */
  private static final Pattern EVENT =
      Pattern.compile("\\| `([A-Z]\\w+)` \\| (\\w+) \\| ([\\w, ]+) \\| [^|]+ \\| [^|]+ \\|");

  /** Reason, message, remedy. */
  private static final Pattern NODE_REASON =
      Pattern.compile("\\| `([a-z_]+)` \\| [^|]+ \\| [^|]+ \\|");

  @Test
  void everyReasonOfAnEventIsThereWithCauseAndRemedy() {
    List<String> inTheCode =
        Arrays.stream(EventReason.values())
            .map(
                reason ->
                    "%s %s %s"
                        .formatted(
                            reason.word(),
                            reason.type().word(),
                            reason.about().stream()
                                .map(about -> about.name().toLowerCase(Locale.ROOT))
                                .sorted()
                                .collect(Collectors.joining(", "))))
            .toList();

    assertThat(
            rows(EVENTS, EVENT)
                .map(row -> "%s %s %s".formatted(row.group(1), row.group(2), row.group(3))))
        .containsExactlyInAnyOrderElementsOf(inTheCode);
  }

  @Test
  void everyReasonOfAnUnsuitableNodeIsThereWithCauseAndRemedy() {
    assertThat(rows(NODE_REASONS, NODE_REASON).map(row -> row.group(1)))
        .containsExactlyInAnyOrderElementsOf(NodeAnswer.reasons());
  }

  private static Stream<MatchResult> rows(Path page, Pattern form) {
    return Documents.prose(page).stream().flatMap(line -> form.matcher(line).results());
  }
}
