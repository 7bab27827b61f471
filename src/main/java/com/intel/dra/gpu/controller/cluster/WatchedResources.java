package com.intel.dra.gpu.controller.cluster;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.informer.ManagedInformerEventSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * An informer of a reconciler that watches this kind of object anyway. It answers with what the
 * informer has seen, without JOSDK's own memory of recent writes, because that memory serves only
 * {@code get}, not lists and indexes.
 */
public final class WatchedResources<T extends HasMetadata> implements ResourceCache.Informer<T> {

  private static final String BY_ID = "id";

  private final ManagedInformerEventSource<T, ?, ?> informer;

  private WatchedResources(ManagedInformerEventSource<T, ?, ?> informer) {
    this.informer = informer;
  }

  /** Call this before the informer starts. */
  public static <T extends HasMetadata> void feed(
      ResourceCache<T> cache, ManagedInformerEventSource<T, ?, ?> informer) {
    informer.addIndexers(
        Map.of(BY_ID, object -> List.of(ResourceID.fromResource(object).toString())));
    informer.addIndexers(cache.indexes());
    cache.attach(new WatchedResources<>(informer));
  }

  /** JOSDK reports the informer as running once the first list has arrived. */
  @Override
  public boolean hasSynced() {
    return informer.isRunning();
  }

  @Override
  public Optional<T> get(ResourceID id) {
    return byIndex(BY_ID, id.toString()).stream().findFirst();
  }

  @Override
  public Stream<T> list() {
    return hasSynced() ? informer.list(_ -> true) : Stream.empty();
  }

  @Override
  public List<T> byIndex(String index, String key) {
    return hasSynced() ? informer.byIndex(index, key) : List.of();
  }

  @Override
  public void expect(T before, T written) {
    if (hasSynced()) {
      informer.handleRecentResourceUpdate(ResourceID.fromResource(written), written, before);
    }
  }
}
