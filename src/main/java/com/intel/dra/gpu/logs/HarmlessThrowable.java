package com.intel.dra.gpu.logs;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Replaces a throwable whose message is not harmless in a log; it has the same stack trace. */
final class HarmlessThrowable extends Throwable {

  private static final long serialVersionUID = 1L;

  private final String text;

  private HarmlessThrowable(Throwable original, @Nullable Throwable cause) {
    super(original.getMessage() == null ? null : HarmlessText.of(original.getMessage()), cause);
    this.text = HarmlessText.of(original.toString());
    setStackTrace(original.getStackTrace());
  }

  /**
   * Returns the same object if every message in it, its causes and its suppressed throwables is
   * harmless.
   */
  static Throwable of(Throwable thrown) {
    return isHarmless(thrown, seen()) ? thrown : copy(thrown, seen());
  }

  private static boolean isHarmless(Throwable thrown, Set<Throwable> seen) {
    if (!seen.add(thrown)) {
      return true;
    }
    Throwable cause = thrown.getCause();
    if (!HarmlessText.isHarmless(thrown.toString())
        || (cause != null && !isHarmless(cause, seen))) {
      return false;
    }
    for (Throwable suppressed : thrown.getSuppressed()) {
      if (!isHarmless(suppressed, seen)) {
        return false;
      }
    }
    return true;
  }

  private static HarmlessThrowable copy(Throwable thrown, Set<Throwable> seen) {
    seen.add(thrown);
    Throwable cause = thrown.getCause();
    var harmless =
        new HarmlessThrowable(
            thrown, cause == null || seen.contains(cause) ? null : copy(cause, seen));
    for (Throwable suppressed : thrown.getSuppressed()) {
      if (!seen.contains(suppressed)) {
        harmless.addSuppressed(copy(suppressed, seen));
      }
    }
    return harmless;
  }

  private static Set<Throwable> seen() {
    return Collections.newSetFromMap(new IdentityHashMap<>());
  }

  /** The text of the original, made harmless: its class and its message. */
  @Override
  public String toString() {
    return text;
  }
}
