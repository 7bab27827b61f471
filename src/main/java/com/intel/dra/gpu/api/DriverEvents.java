package com.intel.dra.gpu.api;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.api.model.ObjectReference;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** The properties that all Events of the driver share. */
public final class DriverEvents {

  private static final int MAX_MESSAGE_LENGTH = 1024;
  private static final int MAX_NAME_PREFIX_LENGTH = 200;

  private DriverEvents() {}

  /**
   * An Event that occurred once. Texts longer than the API server accepts are cut.
   *
   * @param namespace the object's namespace; "default" for a cluster-scoped object
   * @param suffix distinguishes it from other Events about the object
   * @param now the wall-clock time
   */
  public static EventBuilder event(
      ObjectReference about,
      String namespace,
      String suffix,
      EventReason reason,
      String message,
      Instant now) {
    String seconds = now.truncatedTo(ChronoUnit.SECONDS).toString();
    return new EventBuilder()
        .withNewMetadata()
        .withNamespace(namespace)
        .withName(cut(about.getName(), MAX_NAME_PREFIX_LENGTH) + "." + suffix)
        .endMetadata()
        .withInvolvedObject(about)
        .withType(reason.type().word())
        .withReason(reason.word())
        .withMessage(shownOf(message))
        .withNewSource()
        .withComponent(GpuApi.DRIVER_NAME)
        .endSource()
        .withReportingComponent(GpuApi.DRIVER_NAME)
        .withFirstTimestamp(seconds)
        .withLastTimestamp(seconds)
        .withCount(1);
  }

  /**
   * Returns the known Event as it is when it occurs again, with the words and time of {@code now}.
   */
  public static Event again(Event known, Event now) {
    return new EventBuilder(known)
        .withCount(known.getCount() == null ? 2 : known.getCount() + 1)
        .withMessage(now.getMessage())
        .withLastTimestamp(now.getLastTimestamp())
        .build();
  }

  /** The part of a message that an Event shows; call it before processing the message further. */
  public static String shownOf(String message) {
    return cut(message, MAX_MESSAGE_LENGTH);
  }

  private static String cut(String text, int maxLength) {
    if (text.length() <= maxLength) {
      return text;
    }
    boolean isInTheMiddleOfACharacter = Character.isHighSurrogate(text.charAt(maxLength - 1));
    return text.substring(0, isInTheMiddleOfACharacter ? maxLength - 1 : maxLength);
  }
}
