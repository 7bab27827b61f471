package com.intel.dra.gpu.logs;

import io.quarkus.logging.LoggingFilter;
import java.util.logging.Filter;
import java.util.logging.LogRecord;
import java.util.logging.SimpleFormatter;
import org.jboss.logmanager.ExtLogRecord;

/**
 * Makes every log line of both applications harmless, for any formatter of the console: text from
 * object names, kernel files or requests cannot break a line, forge another, or reach a reader's
 * terminal as a command. Lets every record pass.
 */
@LoggingFilter(name = HarmlessLogFilter.NAME)
public final class HarmlessLogFilter implements Filter {

  /** The name in the configuration of log handlers. */
  static final String NAME = "harmless";

  @Override
  public boolean isLoggable(LogRecord record) {
    makeMessageHarmless(record);
    Throwable thrown = record.getThrown();
    if (thrown != null) {
      record.setThrown(HarmlessThrowable.of(thrown));
    }
    return true;
  }

  private static void makeMessageHarmless(LogRecord record) {
    String message =
        record instanceof ExtLogRecord extended
            ? extended.getFormattedMessage()
            : new SimpleFormatter().formatMessage(record);
    if (message == null || HarmlessText.isHarmless(message)) {
      return;
    }
    String harmless = HarmlessText.of(message);
    if (record instanceof ExtLogRecord extended) {
      extended.setMessage(harmless, ExtLogRecord.FormatStyle.NO_FORMAT);
    } else {
      record.setMessage(harmless);
    }
    record.setParameters(null);
  }
}
