package com.intel.dra.gpu.controller;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.informer.ManagedInformerEventSource;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * One kind of object as this process knows it: the informer's copy, or what the API server answered
 * to our own write where that is newer. Never reads from the API server; empty until the informer
 * is attached and has synced.
 */
final class ResourceCache<T extends HasMetadata> {

  private volatile Optional<ManagedInformerEventSource<T, ?, ?>> source = Optional.empty();

  /**
   * Takes the informer of the reconciler that watches this kind anyway, instead of a second one.
   */
  void attach(ManagedInformerEventSource<T, ?, ?> informer) {
    source = Optional.of(informer);
  }

  Optional<T> get(String namespace, String name) {
    return get(new ResourceID(name, namespace));
  }

  /** For kinds without namespace. */
  Optional<T> get(String name) {
    return get(new ResourceID(name));
  }

  private Optional<T> get(ResourceID id) {
    return source.flatMap(informer -> informer.get(id));
  }

  Stream<T> list() {
    return source.stream().flatMap(informer -> informer.list(_ -> true));
  }

  List<T> byIndex(String index, String key) {
    return source.map(informer -> informer.byIndex(index, key)).orElseGet(List::of);
  }

  /** Keeps what the API server answered to a write until the informer has it too. */
  void remember(T before, T written) {
    source.ifPresent(
        informer ->
            informer.handleRecentResourceUpdate(ResourceID.fromResource(written), written, before));
  }
}
