package com.intel.dra.gpu.selfcheck.look;

import java.util.Optional;

/** What a source said, or why it was not read. */
public sealed interface Observed<T> {

  record Seen<T>(T value) implements Observed<T> {}

  /**
   * @param reason for people, on one line
   */
  record NotSeen<T>(String reason) implements Observed<T> {}

  default Optional<T> seen() {
    return switch (this) {
      case Seen<T>(T value) -> Optional.of(value);
      case NotSeen<T> _ -> Optional.empty();
    };
  }
}
