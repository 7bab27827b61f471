package com.intel.dra.gpu.controller.cluster;

import com.intel.dra.kit.client.ResourceVersions;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The objects of one kind as this process knows them: the informer's copy, or the API server's
 * answer to a write of this process if that is newer. The informer may lag behind, but a write of
 * this process is never forgotten. It never reads from the API server, and is empty until the
 * informer is attached and has synced.
 */
public final class ResourceCache<T extends HasMetadata> {

  /** The copies that a watch keeps up to date. */
  public interface Informer<T> {

    /** Whether the first list has arrived. */
    boolean hasSynced();

    Optional<T> get(ResourceID id);

    Stream<T> list();

    List<T> byIndex(String index, String key);

    /** Announces that the event of this write brings nothing new. */
    void expect(T before, T written);
  }

  private final Map<String, Function<T, List<String>>> indexes;
  private final ConcurrentHashMap<ResourceID, T> ahead = new ConcurrentHashMap<>();
  private volatile Optional<Informer<T>> attached = Optional.empty();

  ResourceCache() {
    this(Map.of());
  }

  /**
   * @param indexes by name: the keys under which an object is found
   */
  ResourceCache(Map<String, Function<T, List<String>>> indexes) {
    this.indexes = indexes;
  }

  public Map<String, Function<T, List<String>>> indexes() {
    return indexes;
  }

  /**
   * @param informer knows the {@link #indexes}
   */
  public void attach(Informer<T> informer) {
    attached = Optional.of(informer);
  }

  public boolean hasSynced() {
    return attached.filter(Informer::hasSynced).isPresent();
  }

  public Optional<T> get(String namespace, String name) {
    return get(new ResourceID(name, namespace));
  }

  /** For kinds without namespace. */
  Optional<T> get(String name) {
    return get(new ResourceID(name));
  }

  public Optional<T> get(ResourceID id) {
    return newest(id, Optional.ofNullable(ahead.get(id)));
  }

  public Stream<T> list() {
    Map<ResourceID, T> written = Map.copyOf(ahead);
    return attached.stream()
        .flatMap(Informer::list)
        .flatMap(
            seen -> {
              ResourceID id = ResourceID.fromResource(seen);
              return newest(id, Optional.ofNullable(written.get(id)), Optional.of(seen)).stream();
            });
  }

  /** The object as the informer shows it, without the writes of this process. */
  Optional<T> watched(ResourceID id) {
    return attached.flatMap(informer -> informer.get(id));
  }

  /** All objects as the informer shows them, without the writes of this process. */
  Stream<T> watched() {
    return attached.stream().flatMap(Informer::list);
  }

  List<T> byIndex(String index, String key) {
    Function<T, List<String>> keys = indexes.getOrDefault(index, _ -> List.of());
    Map<ResourceID, T> writes = Map.copyOf(ahead);
    var found = new LinkedHashMap<ResourceID, T>();
    attached.ifPresent(
        informer ->
            informer
                .byIndex(index, key)
                .forEach(seen -> found.put(ResourceID.fromResource(seen), seen)));
    // few or none; but each query would go through all of them
    writes.forEach(
        (id, written) -> {
          if (found.containsKey(id) || keys.apply(written).contains(key)) {
            newest(id, Optional.of(written))
                .filter(newest -> keys.apply(newest).contains(key))
                .ifPresentOrElse(newest -> found.put(id, newest), () -> found.remove(id));
          }
        });
    return List.copyOf(found.values());
  }

  /** Keeps what the API server answered to a write until the informer has it too. */
  public void remember(T before, T written) {
    ahead.keySet().forEach(this::get); // forgets what the informer has by now
    ResourceID id = ResourceID.fromResource(written);
    ahead.merge(id, written, (known, now) -> ResourceVersions.isOlder(known, now) ? now : known);
    // after a conflict, the informer has not yet shown the change that the write was based on
    attached
        .filter(
            informer ->
                informer.get(id).filter(seen -> ResourceVersions.areSame(seen, before)).isPresent())
        .ifPresent(informer -> informer.expect(before, written));
  }

  private Optional<T> newest(ResourceID id, Optional<T> written) {
    return newest(id, written, attached.flatMap(informer -> informer.get(id)));
  }

  /**
   * The written object counts while the informer shows an older version of it.
   *
   * @param written from {@link #ahead}, taken before the informer was asked: while it is asked, the
   *     object may arrive there, and another thread may forget the write
   */
  private Optional<T> newest(ResourceID id, Optional<T> written, Optional<T> seen) {
    if (written.isEmpty()) {
      return seen;
    }
    if (seen.isPresent() && ResourceVersions.isOlder(seen.get(), written.get())) {
      return written;
    }
    ahead.remove(id, written.get());
    return seen;
  }
}
