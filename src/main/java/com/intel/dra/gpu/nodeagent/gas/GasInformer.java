package com.intel.dra.gpu.nodeagent.gas;

import com.intel.dra.gpu.api.GpuAllocationState;
import com.intel.dra.gpu.nodeagent.config.AgentConfig;
import com.intel.dra.kit.time.SleepingClock;
import io.javaoperatorsdk.operator.api.config.informer.FieldSelector;
import io.javaoperatorsdk.operator.api.config.informer.InformerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.inbound.SimpleInboundEventSource;
import io.javaoperatorsdk.operator.processing.event.source.informer.ManagedInformerEventSource;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Gives the other classes of the agent access to the informer and the reconciler of the GAS. Never
 * waits for the API server.
 */
@Singleton
public class GasInformer {

  static final Duration A_WHILE = Duration.ofMillis(200);

  private final ResourceID gas;
  private final AtomicBoolean isAwaited = new AtomicBoolean();
  private final SimpleInboundEventSource<GpuAllocationState> signals =
      new SimpleInboundEventSource<>("agent-signals");
  private volatile @Nullable ManagedInformerEventSource<GpuAllocationState, ?, ?> cache;

  @Inject
  GasInformer(AgentConfig config) {
    this.gas = new ResourceID(config.nodeName(), config.namespace());
  }

  /** The reconciler calls this before the operator starts. */
  public EventSource<?, GpuAllocationState> connect(
      EventSourceContext<GpuAllocationState> context) {
    watchOnlyThisNode(context.getControllerConfiguration().getInformerConfig());
    show((ManagedInformerEventSource<GpuAllocationState, ?, ?>) context.getPrimaryCache());
    return signals;
  }

  void show(ManagedInformerEventSource<GpuAllocationState, ?, ?> informer) {
    cache = informer;
  }

  /**
   * Restricts the watch to one object, because a thousand agents must not watch a thousand objects
   * each. This is done here, before the informer starts, because the extension's property for it
   * (field-selectors, 7.7.3) fails for custom resources.
   */
  private void watchOnlyThisNode(InformerConfiguration<GpuAllocationState> configuration) {
    configuration.new Builder()
        .withFieldSelector(
            new FieldSelector(new FieldSelector.Field("metadata.name", gas.getName())));
  }

  /**
   * Returns the GAS as the informer last saw it; empty if there is none, or if the informer has
   * seen nothing yet.
   */
  public Optional<GpuAllocationState> current() {
    ManagedInformerEventSource<GpuAllocationState, ?, ?> connected = cache;
    // the SDK's informer has nothing that could be asked before its first list has arrived
    return connected == null || !connected.isRunning() ? Optional.empty() : connected.get(gas);
  }

  /**
   * Triggers the reconciler soon, because what the GAS should say may have changed. Before the
   * operator has started this is not necessary, because it reconciles the GAS when it starts.
   */
  public void reconcileSoon() {
    signals.propagateEvent(gas);
  }

  /**
   * Does the same for changes that nothing waits for: triggers the reconciler once for all changes
   * within {@link #A_WHILE}, so that a hundred claims do not take a hundred writes.
   */
  public void reconcileInAWhile() {
    if (!isAwaited.compareAndSet(false, true)) {
      return;
    }
    Thread.ofVirtual()
        .name("gas-in-a-while")
        .inheritInheritableThreadLocals(false)
        .start(
            () -> {
              try {
                SleepingClock.SYSTEM.sleep(A_WHILE);
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt(); // nothing does; an early trigger is harmless
              }
              isAwaited.set(false);
              reconcileSoon();
            });
  }
}
