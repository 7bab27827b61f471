package com.intel.dra.gpu.logs;

import io.quarkus.logging.LoggingFilter;
import java.util.logging.Filter;
import java.util.logging.LogRecord;
import java.util.logging.SimpleFormatter;
import org.jboss.logmanager.ExtLogRecord;

/**
 * The one place through which every log line of both applications goes, whichever formatter the
 * console has: what names of objects, files of the kernel or requests bring along cannot break a
 * line, forge another, or reach the terminal of a reader as a command. Lets every record through.
 */
@LoggingFilter(name = HarmlessLogFilter.NAME)
public final class HarmlessLogFilter implements Filter {

  /** As the configuration of log handlers names it. */
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
