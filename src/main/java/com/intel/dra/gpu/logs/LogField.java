package com.intel.dra.gpu.logs;

import java.util.Locale;

/** The fields of log lines: the objects that a line can be about, for searching logs. */
public enum LogField {
  /** namespace/name */
  CLAIM,
  /** namespace/name */
  POD,
  NODE;

  /** The name of the field in JSON. */
  String key() {
    return name().toLowerCase(Locale.ROOT);
  }
}
