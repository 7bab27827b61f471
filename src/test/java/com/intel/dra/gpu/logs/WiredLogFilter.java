package com.intel.dra.gpu.logs;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.stream.Stream;
import org.jboss.logmanager.ExtHandler;
import org.jboss.logmanager.ExtLogRecord;
import org.jboss.logmanager.LogContext;
import org.jboss.logmanager.handlers.ConsoleHandler;

/** Asks the console of an application that runs in this process what it would print. */
public final class WiredLogFilter {

  private WiredLogFilter() {}

  /** Asserts that a text with a line break is one line on every console. */
  public static void assertThatNoLineCanBeForged() {
    List<Handler> consoles =
        handlers(LogContext.getLogContext().getLogger("").getHandlers())
            .filter(ConsoleHandler.class::isInstance)
            .toList();
    assertThat(consoles).isNotEmpty();
    for (Handler console : consoles) {
      var record = new ExtLogRecord(Level.INFO, "a\nforged line\u001b[31m", "test");
      record.setLoggerName("test");
      assertThat(console.getFilter().isLoggable(record)).isTrue();
      assertThat(console.getFormatter().format(record).strip())
          .contains("a\\nforged line\\u001b[31m")
          .doesNotContain("\n");
    }
  }

  /** Asserts that a thread that is started while a field is set has lines without this field. */
  public static void assertThatFieldsAreOfOneThread() throws InterruptedException {
    var fields = new AtomicReference<Map<String, String>>(Map.of("claim", "not asked"));
    try (LogFields _ = LogFields.with(LogField.CLAIM, "ns/a")) {
      assertThat(fieldsOfALine()).containsEntry("claim", "ns/a");
      Thread started = Thread.ofPlatform().start(() -> fields.set(fieldsOfALine()));
      started.join();
    }
    assertThat(fields.get()).isEmpty();
  }

  private static Map<String, String> fieldsOfALine() {
    return new ExtLogRecord(Level.INFO, "told", "test").getMdcCopy();
  }

  private static Stream<Handler> handlers(Handler... handlers) {
    return Arrays.stream(handlers)
        .flatMap(
            handler ->
                Stream.concat(
                    Stream.of(handler),
                    handler instanceof ExtHandler parent
                        ? handlers(parent.getHandlers())
                        : Stream.empty()));
  }
}
