package com.intel.dra.gpu.controller.cluster;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.javaoperatorsdk.operator.processing.event.source.AbstractEventSource;
import io.javaoperatorsdk.operator.processing.event.source.ResourceEventAware;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * Receives every change to the objects that a reconciler watches, in order and together with the
 * previous version. A reconciler sees only the latest version. It sees no version of an object that
 * is being deleted, unless JOSDK may set a finalizer on every object of the kind, which here would
 * include those of other drivers.
 *
 * <p>The informer's thread calls it, so it must not block.
 */
public final class ChangeListener<P extends HasMetadata> extends AbstractEventSource<Void, P>
    implements ResourceEventAware<P> {

  private final BiConsumer<Optional<P>, P> changed;
  private final Consumer<P> gone;

  /**
   * @param changed receives the previous version, if there is one, and the current version
   * @param gone receives the last version
   */
  public ChangeListener(Class<P> kind, BiConsumer<Optional<P>, P> changed, Consumer<P> gone) {
    super(Void.class, kind.getSimpleName() + "-listener");
    this.changed = changed;
    this.gone = gone;
  }

  @Override
  public void onResourceCreated(P created) {
    changed.accept(Optional.empty(), created);
  }

  @Override
  public void onResourceUpdated(P now, P before) {
    changed.accept(Optional.of(before), now);
  }

  @Override
  public void onResourceDeleted(P last) {
    gone.accept(last);
  }

  @Override
  public Set<Void> getSecondaryResources(P primary) {
    return Set.of();
  }
}
