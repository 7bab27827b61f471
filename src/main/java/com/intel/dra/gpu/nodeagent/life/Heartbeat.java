package com.intel.dra.gpu.nodeagent.life;

import com.intel.dra.gpu.api.GpuAllocationState;
import com.intel.dra.gpu.nodeagent.gas.GasInformer;
import io.fabric8.kubernetes.client.KubernetesClientException;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * Renews the agent's Lease as long as {@link AgentHealth} finds no defect, so that the controller
 * sees that this agent works. In structured DRA nothing reads the Lease: there the kubelet removes
 * the slices of a driver that is gone.
 */
@Singleton
public class Heartbeat {

  private static final Logger LOG = Logger.getLogger(Heartbeat.class);

  private final AgentHealth proof;
  private final LeaseStatus life;
  private final LeaseStore store;
  private final GasInformer gas;
  private String lastFailure = "";

  @Inject
  public Heartbeat(AgentHealth proof, LeaseStatus life, LeaseStore store, GasInformer gas) {
    this.proof = proof;
    this.life = life;
    this.store = store;
    this.gas = gas;
  }

  /**
   * Call this periodically. Blocks. Does nothing before there is a GAS, because the GAS owns the
   * Lease.
   */
  public void beat() {
    gas.current().ifPresent(this::beat);
  }

  /**
   * Renews the Lease before the GAS says that the node is ready, because the controller must not
   * see the GAS ready before the Lease is valid. Does nothing while the Lease is valid.
   */
  public void showLifeBeforeReady(GpuAllocationState current) {
    boolean isNeeded =
        !GpuAllocationState.READY.equals(current.getStatus()) && !life.allowsReady(false);
    if (isNeeded) {
      beat(current);
    }
  }

  private synchronized void beat(GpuAllocationState owner) {
    boolean wasCurrent = life.isCurrent();
    Instant since = life.now();
    Optional<String> defect = proof.defect();
    if (defect.isPresent()) {
      if (life.doubted(defect.get())) {
        LOG.errorf("This agent does not work and does not renew its Lease: %s", defect.get());
        gas.reconcileSoon();
      }
      return;
    }
    if (life.doubt().isPresent()) {
      LOG.info("This agent works again");
    }
    try {
      store.renew(owner);
      life.renewed(since);
      lastFailure = "";
      if (!wasCurrent) {
        gas.reconcileSoon();
      }
    } catch (KubernetesClientException e) {
      tell(e);
    }
  }

  private void tell(KubernetesClientException e) {
    String failure = String.valueOf(e.getMessage());
    if (!Thread.currentThread().isInterrupted() && !failure.equals(lastFailure)) {
      lastFailure = failure;
      LOG.errorf(
          "Lease %s could not be renewed, trying again; the node counts as not ready if that goes on: %s",
          store.name(), failure);
    }
  }
}
