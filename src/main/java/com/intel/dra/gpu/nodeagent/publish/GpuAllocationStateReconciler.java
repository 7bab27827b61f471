package com.intel.dra.gpu.nodeagent.publish;

import com.intel.dra.gpu.api.GpuAllocationState;
import com.intel.dra.gpu.client.KeptTimerThread;
import com.intel.dra.gpu.nodeagent.gas.GasFields;
import com.intel.dra.gpu.nodeagent.gas.GasInformer;
import com.intel.dra.gpu.nodeagent.gas.GasPatch;
import com.intel.dra.gpu.nodeagent.gas.GasPublication;
import com.intel.dra.gpu.nodeagent.gas.GasStore;
import com.intel.dra.gpu.nodeagent.life.ActingAgent;
import com.intel.dra.gpu.nodeagent.life.Heartbeat;
import com.intel.dra.gpu.nodeagent.state.PreparedClaim;
import com.intel.dra.gpu.nodeagent.state.PreparedClaims;
import com.intel.dra.gpu.nodeagent.takeover.TakeOver;
import com.intel.dra.gpu.nodeagent.tell.AgentMetrics;
import com.intel.dra.gpu.nodeagent.vfs.VfProvisioner;
import com.intel.dra.gpu.nodeagent.vfs.VfRound;
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

/**
 * Keeps the agent's fields of this node's GAS correct, no matter which client changed what. Writes
 * only fields that differ, and only onto the resourceVersion that was compared. Watches this one
 * object alone.
 */
@IfBuildProfile("node-agent")
@ControllerConfiguration(name = GpuAllocationStateReconciler.NAME)
@GradualRetry(
    maxAttempts = GpuAllocationStateReconciler.FOR_EVER,
    initialInterval = 500,
    intervalMultiplier = 2,
    maxInterval = 30_000)
public class GpuAllocationStateReconciler implements Reconciler<GpuAllocationState> {

  public static final String NAME = "gpu-allocation-state";

  static final int FOR_EVER = -1;

  /** After this time the informer has usually seen the other write. */
  private static final Duration AFTER_CONFLICT = Duration.ofMillis(200);

  private final ActingAgent acting;
  private final TakeOver takeOver;
  private final DesiredGas desired;
  private final PreparedClaims preparedClaims;
  private final GasStore store;
  private final GasInformer informer;
  private final GasPublication publication;
  private final VfProvisioner provisioner;
  private final Heartbeat heartbeat;
  private final AgentMetrics metrics;

  @Inject
  public GpuAllocationStateReconciler(
      ActingAgent acting,
      TakeOver takeOver,
      DesiredGas desired,
      PreparedClaims preparedClaims,
      GasStore store,
      GasInformer informer,
      GasPublication publication,
      VfProvisioner provisioner,
      Heartbeat heartbeat,
      AgentMetrics metrics) {
    this.acting = acting;
    this.takeOver = takeOver;
    this.desired = desired;
    this.preparedClaims = preparedClaims;
    this.store = store;
    this.informer = informer;
    this.publication = publication;
    this.provisioner = provisioner;
    this.heartbeat = heartbeat;
    this.metrics = metrics;
  }

  @Override
  public List<EventSource<?, GpuAllocationState>> prepareEventSources(
      EventSourceContext<GpuAllocationState> context) {
    return List.of(informer.connect(context));
  }

  @Override
  public UpdateControl<GpuAllocationState> reconcile(
      GpuAllocationState gas, Context<GpuAllocationState> context) throws IOException {
    KeptTimerThread.in(
        context
            .getControllerConfiguration()
            .getConfigurationService()
            .getExecutorServiceManager()
            .scheduledExecutorService());
    return reconcile(gas);
  }

  public UpdateControl<GpuAllocationState> reconcile(GpuAllocationState gas) throws IOException {
    if (!acting.isActing()) {
      return UpdateControl.noUpdate(); // reconciled when this agent begins to act
    }
    if (!takeOver.isSettled()) {
      return UpdateControl.noUpdate(); // VFs may be in use; reconciled when that is known
    }
    if (!preparedClaims.isComplete()) {
      preparedClaims.completeFrom(stillAllocated(gas));
    }
    heartbeat.showLifeBeforeReady(gas);
    try (VfRound round = provisioner.decide(gas)) {
      GasFields fields = desired.fields(gas.getStatus());
      GasStore.Outcome outcome =
          GasPatch.between(gas, fields)
              // the informer may lag behind: its GAS says all of it, but the GAS at the API server
              // may say otherwise now
              .or(() -> round.confirmation(gas))
              .map(patch -> store.patch(gas, patch))
              .orElse(GasStore.Outcome.WRITTEN);
      return switch (outcome) {
        case WRITTEN -> {
          publication.published(fields);
          round.gasIsWritten();
          yield lookAgain();
        }
        case CONFLICT -> {
          metrics.gasWriteConflict();
          yield UpdateControl.<GpuAllocationState>noUpdate().rescheduleAfter(AFTER_CONFLICT);
        }
        // GasKeeper creates the GAS, and the informer then triggers the reconciler
        case MISSING -> UpdateControl.noUpdate();
      };
    }
  }

  private UpdateControl<GpuAllocationState> lookAgain() {
    return provisioner
        .lookAgainAfter()
        .map(wait -> UpdateControl.<GpuAllocationState>noUpdate().rescheduleAfter(wait))
        .orElseGet(UpdateControl::noUpdate);
  }

  /**
   * Ignores prepared claims without an allocation: a claim loses its allocation only after the
   * kubelet has unprepared it.
   */
  private static Map<String, PreparedClaim> stillAllocated(GpuAllocationState gas) {
    Map<String, PreparedClaim> prepared = GasFields.Prepared.claims(gas.getSpec());
    prepared.keySet().retainAll(gas.getSpec().resourceClaimAllocations().keySet());
    return prepared;
  }
}
