package com.intel.dra.gpu.logs;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Stands in a log for a throwable whose message is not harmless; with the same stack trace. */
final class HarmlessThrowable extends Throwable {

  private static final long serialVersionUID = 1L;

  private final String text;

  private HarmlessThrowable(Throwable original, @Nullable Throwable cause) {
    super(original.getMessage() == null ? null : HarmlessText.of(original.getMessage()), cause);
    this.text = HarmlessText.of(original.toString());
    setStackTrace(original.getStackTrace());
  }

  /** The same object when no message in it, in its causes or in what it suppressed is harmful. */
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

  /** As the original says it: its class and its message. */
  @Override
  public String toString() {
    return text;
  }
}
