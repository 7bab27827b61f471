package com.intel.dra.gpu.nodeagent.app;

import com.intel.dra.gpu.api.EventReason;
import com.intel.dra.gpu.mode.DraModeChoice;
import com.intel.dra.gpu.nodeagent.tell.NodeEvents;

/**
 * What an agent tells while it cannot start, because it does not know the mode: Quarkus answers no
 * probes before, and the kubelet would restart the container every few minutes.
 */
final class WaitingAgent implements DraModeChoice.Listener, AutoCloseable {

  private final WaitingProbes probes;
  private final NodeEvents events;

  /**
   * @param port where the kubelet's probes are answered until the agent starts
   */
  WaitingAgent(int port, NodeEvents events) {
    this.probes = new WaitingProbes(port);
    this.events = events;
  }

  @Override
  public void waiting(String reason) {
    probes.answer(reason);
  }

  @Override
  public void unusable(String reason) {
    events.tell(EventReason.UNSUPPORTED_KUBERNETES, reason);
  }

  @Override
  public void close() {
    probes.close();
  }
}
