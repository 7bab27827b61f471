package com.intel.dra.gpu.logs;

import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import org.jboss.logging.MDC;

/**
 * Sets the objects that the log lines of this thread are about, until it is closed: {@code try
 * (LogFields _ = LogFields.with(LogField.NODE, name))}. JSON lines have them as fields, in addition
 * to the message for people.
 */
public final class LogFields implements AutoCloseable {

  private final Map<LogField, Optional<Object>> before = new EnumMap<>(LogField.class);

  private LogFields() {}

  public static LogFields with(LogField field, String value) {
    return new LogFields().and(field, value);
  }

  public LogFields and(LogField field, String value) {
    before.putIfAbsent(field, Optional.ofNullable(MDC.get(field.key())));
    MDC.put(field.key(), HarmlessText.of(value));
    return this;
  }

  @Override
  public void close() {
    before.forEach(
        (field, value) ->
            value.ifPresentOrElse(was -> MDC.put(field.key(), was), () -> MDC.remove(field.key())));
  }
}
