package com.intel.dra.gpu.logs;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.logging.Formatter;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.SimpleFormatter;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.jboss.logmanager.ExtLogRecord;
import org.jboss.logmanager.ExtLogRecord.FormatStyle;
import org.jboss.logmanager.formatters.JsonFormatter;
import org.jboss.logmanager.formatters.PatternFormatter;
import org.junit.jupiter.api.Test;

/** Text from others on its way into the log. */
class HarmlessLogFilterTest {

  private static final String FORGED =
      "x\n"
          + "2026-01-01T00:00:00.000Z INFO  [ClaimCalls] Prepared"
          + " everything\u001b[2J\u202e\u0085\u2028";

  private static final Formatter LINES = new PatternFormatter("%-5p [%c{1}] %s%e%n");

  private final HarmlessLogFilter filter = new HarmlessLogFilter();

  @Test
  void aNameThatWouldForgeALineStaysInItsOwn() {
    String line = logged(LINES, record("Could not prepare %s", FORGED));

    assertThat(line.lines()).hasSize(1);
    assertThat(line)
        .isEqualTo(
            "WARN  [logs] Could not prepare x\\n2026-01-01T00:00:00.000Z INFO  [ClaimCalls]"
                + " Prepared everything\\u001b[2J\\u202e\\u0085\\u2028"
                + System.lineSeparator());
  }

  @Test
  void inJsonTooATerminalIsToldNothing() {
    String line = logged(new JsonFormatter(), record("Could not prepare %s", FORGED));

    assertThat(line.strip().lines()).hasSize(1);
    assertThat(line.strip().chars()).allMatch(c -> c >= 0x20 && c < 0x7f);
  }

  @Test
  void whatAnExceptionSaysCannotForgeALineEither() {
    var cause = new IllegalStateException(FORGED);
    cause.addSuppressed(new IllegalArgumentException(FORGED));
    ExtLogRecord record = record("It failed");
    record.setThrown(new RuntimeException("outer", cause));

    String text = logged(LINES, record);

    assertThat(text)
        .contains("java.lang.IllegalStateException: x\\n2026", "IllegalArgument", "\tat ");
    assertThat(text.lines())
        .allMatch(
            line ->
                line.isEmpty()
                    || line.startsWith("WARN  [logs] It failed")
                    || line.startsWith("\t")
                    || line.startsWith("Caused by: "));
  }

  @Test
  void anExceptionThatSaysNothingHarmfulIsLeftAlone() {
    var thrown = new RuntimeException("fine", new IllegalStateException("fine too"));
    ExtLogRecord record = record("It failed");
    record.setThrown(thrown);

    filter.isLoggable(record);

    assertThat(record.getThrown()).isSameAs(thrown);
  }

  @Test
  void exceptionsThatCauseEachOtherEnd() {
    var first = new RuntimeException(FORGED);
    first.initCause(new RuntimeException("second", first));
    ExtLogRecord record = record("It failed");
    record.setThrown(first);

    assertThat(logged(LINES, record)).contains("x\\n2026");
  }

  @Test
  void aRecordOfAnotherLoggingLibraryIsMadeHarmlessAndKeepsItsParameters() {
    var record = new LogRecord(Level.WARNING, "no {0} here");
    record.setParameters(new Object[] {FORGED});

    filter.isLoggable(record);

    assertThat(new SimpleFormatter().formatMessage(record)).startsWith("no x\\n2026");
  }

  @Test
  void percentSignsAndBracesThatCameAlongAreNoFormat() {
    assertThat(logged(LINES, record("%s", "100%s {0}\n"))).contains("100%s {0}\\n");
  }

  @Test
  void aTokenIsNotToldWhoeverLogsIt() {
    String token =
        "eyJhbGciOiJSUzI1NiIsImtpZCI6IngifQ.eyJpc3MiOiJodHRwczovL2t1YmVybmV0ZXMifQ.c2ln-bmF0_dXJl";

    assertThat(logged(LINES, record("> %s: %s", "Authorization", "[Bearer " + token + "]")))
        .contains("> Authorization: [Bearer [hidden]]")
        .doesNotContain("c2ln");
    assertThat(logged(LINES, record("{\"token\":\"%s\"}", token)))
        .contains("{\"token\":\"Bearer [hidden]\"}");
    assertThat(logged(LINES, record("authorization: bearer abcdefg.hi")))
        .contains("authorization: Bearer [hidden]")
        .doesNotContain("abcdefg");
    assertThat(logged(LINES, record("the bearer of this"))).contains("the bearer of this");
  }

  @Test
  void aHugeTextIsCutAndSaysSo() {
    String line = logged(LINES, record("Claim %s", "\u001b".repeat(10_000_000)));

    assertThat(line.length()).isLessThan(HarmlessText.MAX_LENGTH + 100);
    assertThat(line).contains("(10000006 characters in all)");
  }

  @Property(tries = 500)
  void whateverIsLoggedIsOneLineWithoutControlCharacters(@ForAll List<Character> anything) {
    var text = new StringBuilder();
    anything.forEach(text::append);

    String harmless = HarmlessText.of(text.toString());

    assertThat(harmless.lines().count()).isLessThanOrEqualTo(1);
    assertThat(harmless.codePoints())
        .noneMatch(Character::isISOControl)
        .noneMatch(c -> Character.getType(c) == Character.FORMAT);
    assertThat(HarmlessText.of(harmless)).isSameAs(harmless);
  }

  private String logged(Formatter formatter, ExtLogRecord record) {
    assertThat(filter.isLoggable(record)).isTrue();
    return formatter.format(record);
  }

  private static ExtLogRecord record(String format, Object... parameters) {
    var record =
        new ExtLogRecord(
            org.jboss.logmanager.Level.WARN,
            format,
            FormatStyle.PRINTF,
            HarmlessLogFilterTest.class.getName());
    record.setLoggerName("com.intel.dra.gpu.logs");
    record.setParameters(parameters);
    return record;
  }
}
