package com.intel.dra.gpu.logs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import org.jboss.logging.MDC;
import org.jboss.logmanager.ExtLogRecord;
import org.jboss.logmanager.Level;
import org.jboss.logmanager.formatters.JsonFormatter;
import org.junit.jupiter.api.Test;

class LogFieldsTest {

  @Test
  void linesHaveTheFieldsUntilTheyAreClosed() throws IOException {
    try (LogFields _ = LogFields.with(LogField.CLAIM, "ns/a").and(LogField.NODE, "node1")) {
      assertThat(line().path("mdc").path("claim").asText()).isEqualTo("ns/a");
      assertThat(line().path("mdc").path("node").asText()).isEqualTo("node1");
      try (LogFields _ = LogFields.with(LogField.CLAIM, "ns/b").and(LogField.POD, "ns/p")) {
        assertThat(line().path("mdc").path("claim").asText()).isEqualTo("ns/b");
        assertThat(line().path("mdc").path("pod").asText()).isEqualTo("ns/p");
      }
      assertThat(line().path("mdc").path("claim").asText()).isEqualTo("ns/a");
      assertThat(line().path("mdc").has("pod")).isFalse();
    }
    assertThat(MDC.get("claim")).isNull();
  }

  @Test
  void aFieldIsAsHarmlessAsTheMessage() throws IOException {
    try (LogFields _ = LogFields.with(LogField.POD, "x\n\u001b[2J")) {
      assertThat(line().path("mdc").path("pod").asText()).isEqualTo("x\\n\\u001b[2J");
    }
  }

  @Test
  void aThreadThatIsStartedMeanwhileHasNoneOfThem() throws InterruptedException {
    new UninheritedMdc().take();
    WiredLogFilter.assertThatFieldsAreOfOneThread();
  }

  private static JsonNode line() throws IOException {
    var record = new ExtLogRecord(Level.INFO, "told", "test");
    record.copyMdc();
    return new ObjectMapper().readTree(new JsonFormatter().format(record));
  }
}
