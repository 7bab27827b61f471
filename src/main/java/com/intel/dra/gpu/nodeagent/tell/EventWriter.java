package com.intel.dra.gpu.nodeagent.tell;

import com.intel.dra.gpu.api.DriverEvents;
import com.intel.dra.gpu.api.EventReason;
import io.fabric8.kubernetes.api.model.ObjectReference;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Instant;

/** Writes Events in the name of this node's agent. */
public final class EventWriter {

  private final KubernetesClient client;
  private final String node;

  public EventWriter(KubernetesClient client, String node) {
    this.client = client;
    this.node = node;
  }

  /**
   * Writes an Event. Blocks.
   *
   * @param namespace of the Event; that of the object, if it has one
   * @throws KubernetesClientException if the API server does not take it
   */
  public void write(
      ObjectReference about, String namespace, EventReason reason, String message, Instant now) {
    String suffix = "%x%09x".formatted(now.getEpochSecond(), now.getNano());
    client
        .resource(
            DriverEvents.event(about, namespace, suffix, reason, message, now)
                .editSource()
                .withHost(node)
                .endSource()
                .withReportingInstance(node)
                .build())
        .create();
  }
}
