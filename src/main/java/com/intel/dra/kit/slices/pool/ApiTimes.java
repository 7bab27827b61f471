package com.intel.dra.kit.slices.pool;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;

/** Times in the API: RFC 3339 texts, which the server stores with a precision of seconds. */
final class ApiTimes {

  private ApiTimes() {}

  static boolean isTime(String text) {
    try {
      seconds(text);
      return true;
    } catch (DateTimeException e) {
      return false;
    }
  }

  static Instant seconds(String text) {
    return OffsetDateTime.parse(text).toInstant().truncatedTo(ChronoUnit.SECONDS);
  }
}
