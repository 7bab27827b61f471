package com.intel.dra.gpu.nodeagent.tell;

import com.intel.dra.gpu.api.EventReason;
import com.intel.dra.gpu.nodeagent.config.AgentConfig;
import io.fabric8.kubernetes.api.model.ObjectReferenceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Clock;
import org.jboss.logging.Logger;

/**
 * Reports on this node's hardware by Events on the Node, which {@code kubectl describe node} shows.
 * If an Event cannot be written, the message is only in the log.
 */
@Singleton
public class NodeEvents {

  private static final Logger LOG = Logger.getLogger(NodeEvents.class);

  /** The only namespace for Events about objects that have no namespace. */
  private static final String NAMESPACE = "default";

  private final EventWriter writer;
  private final AgentConfig config;
  private final Clock clock;

  /**
   * @param clock for the times in the Events
   */
  @Inject
  public NodeEvents(KubernetesClient client, AgentConfig config, Clock clock) {
    this.writer = new EventWriter(client, config.nodeName());
    this.config = config;
    this.clock = clock;
  }

  /** Writes an Event, and the same message into the log. Blocks. */
  public void tell(EventReason reason, String message) {
    LOG.logf(
        switch (reason.type()) {
          case NORMAL -> Logger.Level.INFO;
          case WARNING -> Logger.Level.WARN;
        },
        "%s: %s",
        reason.word(),
        message);
    publish(reason, message);
  }

  private void publish(EventReason reason, String message) {
    String node = config.nodeName();
    var object =
        new ObjectReferenceBuilder()
            .withApiVersion("v1")
            .withKind("Node")
            .withName(node)
            // the kubelet's own Events also have the name here
            .withUid(node)
            .build();
    try {
      writer.write(object, NAMESPACE, reason, message, clock.instant());
    } catch (KubernetesClientException e) {
      if (!Thread.currentThread().isInterrupted()) {
        LOG.warnf("Event %s on the Node could not be written: %s", reason.word(), e.getMessage());
      }
    }
  }
}
