package com.intel.dra.gpu.nodeagent.app;

import com.intel.dra.gpu.api.EventReason;
import com.intel.dra.gpu.nodeagent.state.PreparedClaims;
import com.intel.dra.gpu.nodeagent.state.PublishedVfs;
import com.intel.dra.gpu.nodeagent.state.VfHostRecords;
import com.intel.dra.gpu.nodeagent.tell.NodeEvents;
import com.intel.dra.kit.time.PeriodicTask;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;

/**
 * Writes an Event on the Node for each of the agent's files that was found damaged. The agent
 * rebuilds the file, but the disk that damaged it should be checked. Nothing waits for the Event.
 */
@Singleton
class DamagedFiles {

  private static final Duration PAUSE = Duration.ofSeconds(1);

  private final PreparedClaims prepared;
  private final VfHostRecords records;
  private final PublishedVfs published;
  private final NodeEvents events;
  private final AtomicReference<Optional<PeriodicTask>> task =
      new AtomicReference<>(Optional.empty());

  @Inject
  DamagedFiles(
      PreparedClaims prepared, VfHostRecords records, PublishedVfs published, NodeEvents events) {
    this.prepared = prepared;
    this.records = records;
    this.published = published;
    this.events = events;
  }

  void start(@Observes StartupEvent event) {
    task.set(Optional.of(PeriodicTask.start("damaged-files", PAUSE, this::tell)));
  }

  void stop(@Observes ShutdownEvent event) {
    task.getAndSet(Optional.empty()).ifPresent(PeriodicTask::close);
  }

  /** Call this periodically. May block on the API server. */
  void tell() {
    Stream.of(prepared.takeDamageReport(), records.takeDamageReport(), published.takeDamageReport())
        .flatMap(Optional::stream)
        .forEach(report -> events.tell(EventReason.DAMAGED_STATE_FILE, report));
  }
}
