package com.intel.dra.gpu.controller.app;

import com.intel.dra.gpu.controller.app.FakeCluster.Event;
import com.intel.dra.gpu.controller.cluster.ResourceCache;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * An informer that receives its events one by one when the test says so: with any delay, but in the
 * order in which the objects of the kind were written. Like JOSDK's informer, it notifies no
 * listener of a write that its own process has announced.
 */
public final class FakeInformer<T extends HasMetadata> implements ResourceCache.Informer<T> {

  public interface Listener<T> {
    void heard(Optional<T> before, Optional<T> after);
  }

  private final FakeCluster cluster;
  private final Class<T> kind;
  private final Predicate<T> selector;
  private final ResourceCache<T> cache;
  private final Map<String, T> seen = new TreeMap<>();
  private final Map<String, Long> expected = new HashMap<>();
  private final List<Listener<T>> listeners = new ArrayList<>();
  private int heard;
  private boolean synced;

  public FakeInformer(
      FakeCluster cluster, Class<T> kind, Predicate<T> selector, ResourceCache<T> cache) {
    this.cluster = cluster;
    this.kind = kind;
    this.selector = selector;
    this.cache = cache;
    cache.attach(this);
  }

  public void tell(Listener<T> listener) {
    listeners.add(listener);
  }

  /** Reads the first list. */
  public void sync() {
    synced = true;
    relist();
  }

  public boolean isBehind() {
    return synced && heard < cluster.history(kind).size();
  }

  /** Receives the next event. */
  public void hear() {
    Event<T> event = cluster.history(kind).get(heard++);
    T object = event.after().or(event::before).orElseThrow();
    see(id(object), event.after().filter(selector));
  }

  /** Receives all events that there are. */
  public void hearAll() {
    while (isBehind()) {
      hear();
    }
  }

  /** Simulates a broken watch: lists everything again, without the events in between. */
  void relist() {
    heard = cluster.history(kind).size();
    var now = new TreeMap<String, T>();
    cluster.list(kind).filter(selector).forEach(object -> now.put(id(object), object));
    List.copyOf(seen.keySet()).stream()
        .filter(id -> !now.containsKey(id))
        .forEach(id -> see(id, Optional.empty()));
    now.forEach((id, object) -> see(id, Optional.of(object)));
  }

  /** Forgets the object, as if its event had not arrived yet; notifies no listener. */
  public void forget(T object) {
    seen.remove(id(object));
  }

  /** Notifies the listeners of all objects once more. */
  void replay() {
    List.copyOf(seen.values()).forEach(object -> notify(Optional.of(object), Optional.of(object)));
  }

  private void see(String id, Optional<T> now) {
    Optional<T> before = Optional.ofNullable(seen.get(id));
    if (now.isEmpty()) {
      seen.remove(id);
      expected.remove(id);
      if (before.isPresent()) {
        notify(before, now);
      }
      return;
    }
    seen.put(id, now.get());
    long version = version(now.get());
    Long announced = expected.get(id);
    if (announced != null && version >= announced) {
      expected.remove(id);
    }
    if (announced == null || version > announced) {
      notify(before, now);
    }
  }

  private void notify(Optional<T> before, Optional<T> after) {
    listeners.forEach(listener -> listener.heard(before, after));
  }

  @Override
  public boolean hasSynced() {
    return synced;
  }

  @Override
  public Optional<T> get(ResourceID id) {
    return Optional.ofNullable(seen.get(id.toString()));
  }

  @Override
  public Stream<T> list() {
    return List.copyOf(seen.values()).stream();
  }

  @Override
  public List<T> byIndex(String index, String key) {
    return seen.values().stream()
        .filter(
            object ->
                cache.indexes().getOrDefault(index, _ -> List.of()).apply(object).contains(key))
        .toList();
  }

  @Override
  public void expect(T before, T written) {
    T known = seen.get(id(written));
    if (known == null || version(known) < version(written)) {
      expected.merge(id(written), version(written), Math::max);
    }
  }

  private static String id(HasMetadata object) {
    return ResourceID.fromResource(object).toString();
  }

  private static long version(HasMetadata object) {
    return Long.parseLong(object.getMetadata().getResourceVersion());
  }
}
