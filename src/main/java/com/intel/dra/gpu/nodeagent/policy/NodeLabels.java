package com.intel.dra.gpu.nodeagent.policy;

import com.intel.dra.gpu.client.BoundedClient;
import com.intel.dra.gpu.nodeagent.config.AgentConfig;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.jboss.logging.Logger;

/** The labels of this node, read from its Node. */
@Singleton
public class NodeLabels {

  private static final Logger LOG = Logger.getLogger(NodeLabels.class);
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final KubernetesClient client;
  private final AgentConfig config;
  private String lastFailure = "";

  @Inject
  public NodeLabels(KubernetesClient client, AgentConfig config) {
    this.client = BoundedClient.of(client, PATIENCE, 0);
    this.config = config;
  }

  /** The labels as they are now; empty if they cannot be read. Blocks for some seconds at most. */
  synchronized Optional<Map<String, String>> read() {
    try {
      Node node = client.nodes().withName(config.nodeName()).get();
      if (node == null) {
        return failed("there is no Node named " + config.nodeName());
      }
      lastFailure = "";
      return Optional.of(Optional.ofNullable(node.getMetadata().getLabels()).orElseGet(Map::of));
    } catch (KubernetesClientException e) {
      return failed(String.valueOf(e.getMessage()));
    }
  }

  private Optional<Map<String, String>> failed(String why) {
    if (!why.equals(lastFailure) && !Thread.currentThread().isInterrupted()) {
      lastFailure = why;
      LOG.warnf("The labels of this node, which rules choose by, cannot be read: %s", why);
    }
    return Optional.empty();
  }
}
