package com.intel.dra.gpu.controller.app;

import com.intel.dra.gpu.controller.cluster.ChangeListener;
import com.intel.dra.gpu.controller.cluster.ResourceCache;
import com.intel.dra.kit.time.TaskTimer;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.processing.event.Event;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.inbound.SimpleInboundEventSource;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;

/**
 * Does what JOSDK's EventProcessor (5.3.2) does between events and a reconciler that is not a
 * Cleaner, including its peculiarities: an object that is being deleted is not reconciled; triggers
 * for unknown objects are dropped; and an object that is created again may be reconciled while the
 * reconciliation of its predecessor still runs.
 */
final class FakeDispatcher<P extends HasMetadata> {

  private enum Pending {
    NOTHING,
    EVENT,
    DELETION
  }

  private static final class State {
    boolean underProcessing;
    Pending pending = Pending.NOTHING;
    int failures;
    int timer;
  }

  private final Reconciler<P> reconciler;
  private final ResourceCache<P> cache;
  private final ExecutorService threads;
  private final TaskTimer later;
  private final Map<ResourceID, State> states = new HashMap<>();
  private final List<Throwable> failures = new ArrayList<>();
  private boolean running;
  private int timers;

  FakeDispatcher(
      Reconciler<P> reconciler, ResourceCache<P> cache, ExecutorService threads, TaskTimer later) {
    this.reconciler = reconciler;
    this.cache = cache;
    this.threads = threads;
    this.later = later;
  }

  /** Returns the failures of all reconciliations. */
  List<Throwable> failures() {
    return failures;
  }

  void listenTo(FakeInformer<P> primary, ChangeListener<P> listener) {
    primary.tell(
        (before, after) -> {
          after.ifPresentOrElse(
              now ->
                  before.ifPresentOrElse(
                      known -> listener.onResourceUpdated(now, known),
                      () -> listener.onResourceCreated(now)),
              () -> before.ifPresent(listener::onResourceDeleted));
          primaryEvent(before, after);
        });
  }

  void listenTo(FakeInformer<P> primary) {
    primary.tell(this::primaryEvent);
  }

  void listenTo(SimpleInboundEventSource<P> wakeups) {
    wakeups.setEventHandler((Event event) -> wake(event.getRelatedCustomResourceID()));
    wakeups.start();
  }

  /** Starts with the events that were received so far. */
  void start() {
    running = true;
    List.copyOf(states.entrySet())
        .forEach(
            entry -> {
              if (entry.getValue().pending == Pending.EVENT) {
                submit(entry.getKey(), entry.getValue());
              }
            });
  }

  void stop() {
    running = false;
  }

  private void primaryEvent(Optional<P> before, Optional<P> after) {
    ResourceID id = ResourceID.fromResource(after.or(() -> before).orElseThrow());
    if (after.isEmpty()) {
      states.remove(id);
    } else {
      marked(id, states.computeIfAbsent(id, _ -> new State()));
    }
  }

  void wake(ResourceID id) {
    State state = states.get(id);
    if (state != null) {
      marked(id, state);
    }
  }

  private void marked(ResourceID id, State state) {
    state.pending = Pending.EVENT;
    if (running) {
      submit(id, state);
    }
  }

  private void submit(ResourceID id, State state) {
    Optional<P> latest = cache.get(id);
    if (!state.underProcessing && latest.isPresent()) {
      state.underProcessing = true;
      state.pending = Pending.NOTHING;
      threads.execute(() -> execute(id, latest.get()));
    }
  }

  private void execute(ResourceID id, P object) {
    Optional<Duration> again = Optional.empty();
    boolean failed = false;
    try {
      if (object.getMetadata().getDeletionTimestamp() == null) {
        again =
            reconciler.reconcile(object, noContext()).getScheduleDelay().map(Duration::ofMillis);
      }
    } catch (FakeApiServer.ProcessEnded e) {
      return;
    } catch (Exception | Error e) {
      failures.add(e);
      failed = true;
    }
    if (running) {
      finished(id, again, failed);
    }
  }

  private void finished(ResourceID id, Optional<Duration> again, boolean failed) {
    State state = states.computeIfAbsent(id, _ -> new State());
    state.underProcessing = false;
    boolean eventPresent = state.pending == Pending.EVENT;
    if (failed) {
      state.pending = Pending.EVENT;
      state.failures++;
    } else {
      state.failures = 0;
      state.timer = 0;
    }
    if (eventPresent) {
      submit(id, state);
    } else if (failed) {
      schedule(id, state, Duration.ofMillis(200L << Math.min(7, state.failures)));
    } else {
      again.ifPresent(delay -> schedule(id, state, delay));
    }
  }

  /** Each object has one timer; a new timer replaces the previous one. */
  private void schedule(ResourceID id, State state, Duration delay) {
    int timer = ++timers;
    state.timer = timer;
    later.after(
        delay,
        () -> {
          State now = states.get(id);
          if (running && now != null && now.timer == timer) {
            marked(id, now);
          }
        });
  }

  @SuppressWarnings("unchecked") // a proxy of that interface
  private Context<P> noContext() {
    return (Context<P>)
        Proxy.newProxyInstance(
            Context.class.getClassLoader(),
            new Class<?>[] {Context.class},
            (_, method, _) -> {
              throw new AssertionError("a reconciler needs no context: " + method);
            });
  }
}
