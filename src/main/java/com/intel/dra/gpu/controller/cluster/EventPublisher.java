package com.intel.dra.gpu.controller.cluster;

import com.intel.dra.gpu.api.DriverEvents;
import com.intel.dra.gpu.api.EventReason;
import com.intel.dra.gpu.controller.cluster.ApiServer.Outcome;
import com.intel.dra.gpu.logs.LogField;
import com.intel.dra.gpu.logs.LogFields;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectReferenceBuilder;
import io.quarkus.arc.profile.IfBuildProfile;
import io.quarkus.virtual.threads.VirtualThreads;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.InstantSource;
import java.util.concurrent.ExecutorService;
import org.jboss.logging.Logger;

/**
 * Informs users by Events on the objects that they look at. The same message about the same object,
 * figures aside, is published again only after a while (see {@link EventThrottle}), and then
 * increases the Event's count. Never fails and never blocks, so Events do not delay the work.
 */
@Singleton
@IfBuildProfile("controller")
public class EventPublisher {

  private static final Logger LOG = Logger.getLogger(EventPublisher.class);

  private final ApiServer api;
  private final ExecutorService virtualThreads;
  private final Clock clock;
  private final InstantSource steady;
  private final EventThrottle throttle = new EventThrottle();

  /**
   * @param clock for the times in the Events
   * @param steady for limiting how often Events are published
   */
  public EventPublisher(
      ApiServer api,
      @VirtualThreads ExecutorService virtualThreads,
      Clock clock,
      InstantSource steady) {
    this.api = api;
    this.virtualThreads = virtualThreads;
    this.clock = clock;
    this.steady = steady;
  }

  /**
   * Reports that something keeps the object from being served.
   *
   * @param text may quote text of any length that users wrote; only the part that an Event shows is
   *     used
   */
  public void warn(HasMetadata about, EventReason reason, String text) {
    String message = DriverEvents.shownOf(text);
    String uid = about.getMetadata().getUid();
    if (!isWorthTelling(uid, reason.word(), message)) {
      return;
    }
    try (LogFields _ = fields(about)) {
      LOG.infof(
          "%s %s/%s: %s: %s",
          about.getKind(),
          about.getMetadata().getNamespace(),
          about.getMetadata().getName(),
          reason.word(),
          message);
    }
    String identity = EventThrottle.identity(uid, reason.word(), message).toString();
    Event event = event(about, reason, message, identity);
    virtualThreads.execute(() -> publish(event));
  }

  private static LogFields fields(HasMetadata about) {
    ObjectMeta meta = about.getMetadata();
    String name = meta.getNamespace() + "/" + meta.getName();
    return switch (about.getKind()) {
      case "ResourceClaim" -> LogFields.with(LogField.CLAIM, name);
      case "Pod" -> LogFields.with(LogField.POD, name);
      default -> LogFields.with(LogField.NODE, meta.getName());
    };
  }

  private synchronized boolean isWorthTelling(String uid, String reason, String message) {
    return throttle.admits(uid, reason, message, steady.instant());
  }

  private Event event(HasMetadata about, EventReason reason, String message, String identity) {
    var object =
        new ObjectReferenceBuilder()
            .withApiVersion(about.getApiVersion())
            .withKind(about.getKind())
            .withNamespace(about.getMetadata().getNamespace())
            .withName(about.getMetadata().getName())
            .withUid(about.getMetadata().getUid())
            .build();
    return DriverEvents.event(
            object, about.getMetadata().getNamespace(), identity, reason, message, clock.instant())
        .build();
  }

  private void publish(Event event) {
    try {
      if (api.create(event) instanceof Outcome.Conflict) {
        raiseCount(event);
      }
    } catch (RuntimeException e) {
      LOG.warnf("Event %s could not be written: %s", event.getReason(), e.getMessage());
    }
  }

  /**
   * If another process changes the Event at the same time, one count is lost, which does no harm.
   */
  private void raiseCount(Event event) {
    api.read(Event.class, event.getMetadata().getNamespace(), event.getMetadata().getName())
        .ifPresent(known -> api.update(DriverEvents.again(known, event)));
  }
}
