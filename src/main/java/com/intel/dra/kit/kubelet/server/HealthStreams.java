package com.intel.dra.kit.kubelet.server;

import com.intel.dra.kit.kubelet.api.DeviceHealth;
import com.intel.dra.kit.kubelet.api.DeviceHealthSource;
import io.grpc.Status;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import io.smallrye.mutiny.subscription.BackPressureStrategy;
import io.smallrye.mutiny.subscription.MultiEmitter;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * Sends the health of all devices to each subscriber: at once, after each change, and repeatedly
 * before the kubelet considers it outdated, which happens after 30 s.
 */
@Singleton
final class HealthStreams {

  private static final Logger LOG = Logger.getLogger(HealthStreams.class);

  private static final Duration REPETITION = Duration.ofSeconds(10);

  private final DeviceHealthSource source;
  private final Duration repetition;
  private final Set<Stream> open = ConcurrentHashMap.newKeySet();

  @Inject
  HealthStreams(DeviceHealthSource source) {
    this(source, REPETITION);
  }

  HealthStreams(DeviceHealthSource source, Duration repetition) {
    this.source = source;
    this.repetition = repetition;
  }

  /** A stream that lasts until its subscriber cancels it or {@link #completeAll} is called. */
  Multi<List<DeviceHealth>> stream() {
    return Multi.createFrom()
        .emitter(emitter -> new Stream(emitter).begin(), BackPressureStrategy.LATEST);
  }

  /** Ends all open streams: a server that stops waits for its calls, and these would never end. */
  void completeAll() {
    open.forEach(stream -> stream.emitter.complete());
  }

  /** The number of open streams. */
  int size() {
    return open.size();
  }

  private final class Stream {
    private final MultiEmitter<? super List<DeviceHealth>> emitter;

    Stream(MultiEmitter<? super List<DeviceHealth>> emitter) {
      this.emitter = emitter;
    }

    void begin() {
      open.add(this);
      DeviceHealthSource.Subscription changes = source.onChange(this::tell);
      var repeating =
          Infrastructure.getDefaultWorkerPool()
              .scheduleAtFixedRate(
                  this::tell, repetition.toMillis(), repetition.toMillis(), TimeUnit.MILLISECONDS);
      emitter.onTermination(
          () -> {
            open.remove(this);
            changes.cancel();
            repeating.cancel(false);
          });
      tell();
    }

    /** Synchronized, so that an older state never follows a newer one. */
    private synchronized void tell() {
      try {
        emitter.emit(source.current());
      } catch (RuntimeException e) {
        LOG.error("Defect while sending the health of devices to the kubelet", e);
        emitter.fail(
            Status.INTERNAL
                .withDescription("internal error, see the log of the driver on this node: " + e)
                .asRuntimeException());
      }
    }
  }
}
