package com.intel.dra.gpu.nodeagent;

import com.intel.dra.gpu.api.GpuApi;
import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jboss.logging.Logger;

/**
 * Tells people of this node's hardware, by Events on the Node, which {@code kubectl describe node}
 * shows. What cannot be written is in the log alone.
 */
@Singleton
class NodeEvents {

  private static final Logger LOG = Logger.getLogger(NodeEvents.class);

  /** The only namespace for Events about objects that are in none. */
  private static final String NAMESPACE = "default";

  private static final int MAX_MESSAGE_LENGTH = 1024;
  private static final int MAX_NAME_PREFIX_LENGTH = 200;

  private final KubernetesClient client;
  private final AgentConfig config;

  @Inject
  NodeEvents(KubernetesClient client, AgentConfig config) {
    this.client = client;
    this.config = config;
  }

  /** Something is wrong. Blocks. */
  void warn(String reason, String message) {
    LOG.warnf("%s: %s", reason, message);
    publish("Warning", reason, message);
  }

  /** It is right again. Blocks. */
  void tell(String reason, String message) {
    LOG.infof("%s: %s", reason, message);
    publish("Normal", reason, message);
  }

  private void publish(String type, String reason, String message) {
    String node = config.nodeName();
    Instant now = Instant.now();
    String seconds = now.truncatedTo(ChronoUnit.SECONDS).toString();
    try {
      client
          .resource(
              new EventBuilder()
                  .withNewMetadata()
                  .withNamespace(NAMESPACE)
                  .withName(
                      "%s.%x%09x"
                          .formatted(
                              node.substring(0, Math.min(node.length(), MAX_NAME_PREFIX_LENGTH)),
                              now.getEpochSecond(),
                              now.getNano()))
                  .endMetadata()
                  .withNewInvolvedObject()
                  .withApiVersion("v1")
                  .withKind("Node")
                  .withName(node)
                  // as the kubelet's own Events have it
                  .withUid(node)
                  .endInvolvedObject()
                  .withType(type)
                  .withReason(reason)
                  .withMessage(message.substring(0, Math.min(message.length(), MAX_MESSAGE_LENGTH)))
                  .withNewSource()
                  .withComponent(GpuApi.DRIVER_NAME)
                  .withHost(node)
                  .endSource()
                  .withReportingComponent(GpuApi.DRIVER_NAME)
                  .withReportingInstance(node)
                  .withFirstTimestamp(seconds)
                  .withLastTimestamp(seconds)
                  .withCount(1)
                  .build())
          .create();
    } catch (KubernetesClientException e) {
      if (!Thread.currentThread().isInterrupted()) {
        LOG.warnf("Event %s on the Node could not be written: %s", reason, e.getMessage());
      }
    }
  }
}
