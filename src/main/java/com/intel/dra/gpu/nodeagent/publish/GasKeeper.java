package com.intel.dra.gpu.nodeagent.publish;

import com.intel.dra.gpu.api.GpuAllocationState;
import com.intel.dra.gpu.nodeagent.config.AgentConfig;
import com.intel.dra.gpu.nodeagent.gas.GasInformer;
import com.intel.dra.gpu.nodeagent.gas.GasPatch;
import com.intel.dra.gpu.nodeagent.gas.GasStore;
import io.fabric8.kubernetes.client.KubernetesClientException;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * Ensures that the GAS exists, which the reconciler then updates: creates it at the first start and
 * whenever it was deleted.
 */
@Singleton
public class GasKeeper {

  private static final Logger LOG = Logger.getLogger(GasKeeper.class);

  private static final int WITHDRAWAL_ATTEMPTS = 5;

  private final GasStore store;
  private final GasInformer informer;
  private final DesiredGas desired;
  private final AgentConfig config;

  private String lastFailure = "";

  @Inject
  public GasKeeper(GasStore store, GasInformer informer, DesiredGas desired, AgentConfig config) {
    this.store = store;
    this.informer = informer;
    this.desired = desired;
    this.config = config;
  }

  /** Creates the GAS if the informer shows none. Logs a failure when it first occurs or changes. */
  public synchronized void ensureExists() {
    if (informer.current().isPresent()) {
      return;
    }
    try {
      if (store.create(desired.fields(GpuAllocationState.NOT_READY))) {
        LOG.infof("Created %s", config.gasName());
      }
      lastFailure = "";
    } catch (KubernetesClientException e) {
      if (Thread.currentThread().isInterrupted()) {
        return; // the agent is stopping
      }
      String failure = String.valueOf(e.getMessage());
      if (!failure.equals(lastFailure)) {
        lastFailure = failure;
        LOG.errorf("Could not create %s, trying again: %s", config.gasName(), failure);
      }
    }
  }

  /**
   * Writes at once what the GAS should say, without the reconciler, because that may be stopping
   * too.
   *
   * @return whether the GAS now says so
   */
  public boolean publishNow() {
    for (int attempt = 0; attempt < WITHDRAWAL_ATTEMPTS; attempt++) {
      Optional<GasStore.Outcome> outcome =
          store
              .get()
              .map(
                  gas ->
                      GasPatch.between(gas, desired.fields(gas.getStatus()))
                          .map(patch -> store.patch(gas, patch))
                          .orElse(GasStore.Outcome.WRITTEN));
      if (outcome.isEmpty() || outcome.get() == GasStore.Outcome.MISSING) {
        return false;
      }
      if (outcome.get() == GasStore.Outcome.WRITTEN) {
        return true;
      }
    }
    return false;
  }
}
