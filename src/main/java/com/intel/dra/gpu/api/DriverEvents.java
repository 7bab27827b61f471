package com.intel.dra.gpu.api;

import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.api.model.ObjectReference;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** What all Events of the driver have in common. */
public final class DriverEvents {

  private static final int MAX_MESSAGE_LENGTH = 1024;
  private static final int MAX_NAME_PREFIX_LENGTH = 200;

  private DriverEvents() {}

  /**
   * An Event that was seen once. What is longer than the API server takes is cut.
   *
   * @param namespace that of the object; "default" for an object that is in none
   * @param suffix tells it from other Events about the object
   * @param now by the clock on the wall
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

  /** As much of a message as an Event shows: to be asked for before the message is worked on. */
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
