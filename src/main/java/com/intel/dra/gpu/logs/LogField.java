package com.intel.dra.gpu.logs;

import java.util.Locale;

/** What a log line can be about, for those who search logs by fields. */
public enum LogField {
  /** namespace/name */
  CLAIM,
  /** namespace/name */
  POD,
  NODE;

  /** Of the field in JSON. */
  String key() {
    return name().toLowerCase(Locale.ROOT);
  }
}
