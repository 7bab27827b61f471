package com.intel.dra.gpu.controller.explaining;

import com.fasterxml.jackson.databind.JsonNode;
import com.intel.dra.gpu.api.GpuAllocationState;
import com.intel.dra.gpu.controller.cluster.ApiServer;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaim;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** An API server that has Events and nothing else, and counts the writes. */
final class FakeEvents implements ApiServer {

  private final Map<String, Event> events = new LinkedHashMap<>();
  private final List<String> writes = new ArrayList<>();
  private Optional<RuntimeException> failure = Optional.empty();

  List<Event> events() {
    return List.copyOf(events.values());
  }

  List<String> messages() {
    return events.values().stream().map(Event::getMessage).toList();
  }

  /** The writes so far, for example {@code create pod-1}, also those that failed. */
  List<String> writes() {
    return writes;
  }

  void fail(RuntimeException with) {
    failure = Optional.of(with);
  }

  void work() {
    failure = Optional.empty();
  }

  @Override
  public <T extends HasMetadata> Outcome<T> create(T object) {
    return write("create", object, events.containsKey(object.getMetadata().getName()));
  }

  @Override
  public <T extends HasMetadata> Outcome<T> update(T object) {
    return write("update", object, false);
  }

  private <T extends HasMetadata> Outcome<T> write(String verb, T object, boolean conflicts) {
    var event = (Event) object;
    writes.add(verb + " " + event.getInvolvedObject().getName());
    failure.ifPresent(
        exception -> {
          throw exception;
        });
    if (conflicts) {
      return new Outcome.Conflict<>();
    }
    events.put(event.getMetadata().getName(), event);
    return new Outcome.Written<>(object);
  }

  @Override
  public <T extends HasMetadata> Optional<T> read(Class<T> kind, String namespace, String name) {
    return Optional.ofNullable(kind.cast(events.get(name)));
  }

  @Override
  public Outcome<ResourceClaim> updateFinalizers(ResourceClaim claim) {
    throw new AssertionError("only Events are written");
  }

  @Override
  public <T extends HasMetadata> Outcome<T> updateStatus(T object) {
    throw new AssertionError("only Events are written");
  }

  @Override
  public Outcome<GpuAllocationState> mergePatch(GpuAllocationState node, JsonNode patch) {
    throw new AssertionError("only Events are written");
  }

  @Override
  public <T extends HasMetadata> List<T> list(Class<T> kind) {
    throw new AssertionError("only Events are read");
  }
}
