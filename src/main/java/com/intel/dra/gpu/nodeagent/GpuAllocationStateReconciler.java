package com.intel.dra.gpu.nodeagent;

import com.intel.dra.gpu.api.AllocatedDevice;
import com.intel.dra.gpu.api.GpuAllocationState;
import io.javaoperatorsdk.operator.api.config.informer.FieldSelector;
import io.javaoperatorsdk.operator.api.config.informer.InformerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.retry.GradualRetry;
import io.quarkus.arc.profile.IfBuildProfile;
import jakarta.inject.Inject;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Keeps the agent's fields of this node's GAS true, whoever changed what: written only where they
 * differ, under the resourceVersion that was looked at. Watches this one object alone.
 */
@IfBuildProfile("node-agent")
@ControllerConfiguration(name = GpuAllocationStateReconciler.NAME)
@GradualRetry(
    maxAttempts = GpuAllocationStateReconciler.FOR_EVER,
    initialInterval = 500,
    intervalMultiplier = 2,
    maxInterval = 30_000)
public class GpuAllocationStateReconciler implements Reconciler<GpuAllocationState> {

  static final String NAME = "gpu-allocation-state";

  static final int FOR_EVER = -1;

  /** By then the informer usually has seen the write that won. */
  private static final Duration AFTER_CONFLICT = Duration.ofMillis(200);

  private final DesiredGas desired;
  private final PreparedClaims preparedClaims;
  private final GasStore store;
  private final GasInformer informer;
  private final GasPublication publication;
  private final AgentConfig config;

  @Inject
  GpuAllocationStateReconciler(
      DesiredGas desired,
      PreparedClaims preparedClaims,
      GasStore store,
      GasInformer informer,
      GasPublication publication,
      AgentConfig config) {
    this.desired = desired;
    this.preparedClaims = preparedClaims;
    this.store = store;
    this.informer = informer;
    this.publication = publication;
    this.config = config;
  }

  @Override
  public List<EventSource<?, GpuAllocationState>> prepareEventSources(
      EventSourceContext<GpuAllocationState> context) {
    watchOnlyThisNode(context.getControllerConfiguration().getInformerConfig());
    return List.of(informer.connect(context));
  }

  /**
   * A thousand agents must not watch a thousand objects each. Set here, before the informer starts,
   * because the extension's property for it (field-selectors, 7.7.3) fails for custom resources.
   */
  private void watchOnlyThisNode(InformerConfiguration<GpuAllocationState> configuration) {
    configuration.new Builder()
        .withFieldSelector(
            new FieldSelector(new FieldSelector.Field("metadata.name", config.nodeName())));
  }

  @Override
  public UpdateControl<GpuAllocationState> reconcile(
      GpuAllocationState gas, Context<GpuAllocationState> context) throws IOException {
    return reconcile(gas);
  }

  UpdateControl<GpuAllocationState> reconcile(GpuAllocationState gas) throws IOException {
    if (!preparedClaims.isComplete()) {
      preparedClaims.completeFrom(stillAllocated(gas));
    }
    GasFields fields = desired.fields();
    GasStore.Outcome outcome =
        GasPatch.between(gas, fields)
            .map(patch -> store.patch(gas, patch))
            .orElse(GasStore.Outcome.WRITTEN);
    return switch (outcome) {
      case WRITTEN -> {
        publication.published(fields);
        yield UpdateControl.noUpdate();
      }
      case CONFLICT -> UpdateControl.<GpuAllocationState>noUpdate().rescheduleAfter(AFTER_CONFLICT);
      // the keeper creates it, and the informer tells of it
      case MISSING -> UpdateControl.noUpdate();
    };
  }

  /** A claim loses its allocation only after the kubelet has unprepared it. */
  private static Map<String, List<AllocatedDevice>> stillAllocated(GpuAllocationState gas) {
    var prepared = new TreeMap<>(gas.getSpec().prepared());
    prepared.keySet().retainAll(gas.getSpec().resourceClaimAllocations().keySet());
    return prepared;
  }
}
