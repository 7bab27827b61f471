package com.intel.dra.gpu.controller.explaining;

import com.intel.dra.gpu.api.DriverEvents;
import com.intel.dra.gpu.api.EventReason;
import com.intel.dra.gpu.controller.cluster.ApiServer;
import com.intel.dra.gpu.controller.cluster.ApiServer.Outcome;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.ObjectReference;
import io.fabric8.kubernetes.api.model.ObjectReferenceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.UUID;

/** Writes one Event for each pod and reason, and changes it when it has something else to say. */
public final class PodEvents {

  /** A leader that has just begun does not know what was told before, and leaves that alone. */
  static final Duration FRESH = Duration.ofMinutes(20);

  private final ApiServer api;
  private final Clock clock;

  /**
   * @param api lets only the leader write
   * @param clock for the times in the Events
   */
  public PodEvents(ApiServer api, Clock clock) {
    this.api = api;
    this.clock = clock;
  }

  /**
   * Writes the Event unless it says the same already. Blocks. Three requests at most.
   *
   * @throws RuntimeException if the API server does not take it, or if this process does not lead
   */
  public void write(Pod pod, EventReason reason, String message) {
    Instant now = clock.instant();
    Event event =
        DriverEvents.event(
                about(pod),
                pod.getMetadata().getNamespace(),
                identity(pod, reason),
                reason,
                message,
                now)
            .build();
    if (api.create(event) instanceof Outcome.Conflict) {
      change(event, now);
    }
  }

  private static ObjectReference about(Pod pod) {
    return new ObjectReferenceBuilder()
        .withApiVersion("v1")
        .withKind("Pod")
        .withNamespace(pod.getMetadata().getNamespace())
        .withName(pod.getMetadata().getName())
        .withUid(pod.getMetadata().getUid())
        .build();
  }

  private static String identity(Pod pod, EventReason reason) {
    String text = pod.getMetadata().getUid() + '/' + reason.word();
    return UUID.nameUUIDFromBytes(text.getBytes(StandardCharsets.UTF_8)).toString();
  }

  /** If another process changes the Event meanwhile, it has said the same or says it next time. */
  private void change(Event event, Instant now) {
    api.read(Event.class, event.getMetadata().getNamespace(), event.getMetadata().getName())
        .filter(
            known ->
                !Objects.equals(known.getMessage(), event.getMessage()) || !isFresh(known, now))
        .ifPresent(known -> api.update(DriverEvents.again(known, event)));
  }

  private static boolean isFresh(Event known, Instant now) {
    try {
      return known.getLastTimestamp() != null
          && Instant.parse(known.getLastTimestamp()).plus(FRESH).isAfter(now);
    } catch (DateTimeException e) {
      return false;
    }
  }
}
