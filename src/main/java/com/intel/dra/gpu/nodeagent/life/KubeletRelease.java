package com.intel.dra.gpu.nodeagent.life;

import com.intel.dra.gpu.client.BoundedClient;
import com.intel.dra.gpu.nodeagent.config.AgentConfig;
import com.intel.dra.kit.served.KubernetesRelease;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Optional;
import org.jboss.logging.Logger;

/** The release of this node's kubelet, which may be older than the API server. */
@Singleton
public class KubeletRelease {

  private static final Logger LOG = Logger.getLogger(KubeletRelease.class);

  private static final KubernetesRelease FIRST_STRUCTURED = KubernetesRelease.minor(31);
  private static final KubernetesRelease FIRST_WITH_SEVERAL = KubernetesRelease.minor(33);
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final KubernetesClient client;
  private final AgentConfig config;
  private final ActingAgent acting;
  private Optional<Boolean> takesOneInstance = Optional.empty();

  @Inject
  public KubeletRelease(KubernetesClient client, AgentConfig config, ActingAgent acting) {
    this.client = BoundedClient.of(client, PATIENCE, 1);
    this.config = config;
    this.acting = acting;
  }

  /**
   * Whether this agent must not serve the kubelet yet: it does not act, so another agent of the
   * node may, and the kubelet takes one instance only.
   */
  public boolean mustNotServeYet() {
    return !acting.isActing() && takesOneInstance();
  }

  /**
   * Whether the kubelet takes a second instance of a driver for the successor of the first, and
   * when the first one ends, loses both: so do the kubelets of 1.31 and 1.32. The first call reads
   * the Node; if that is not possible, the kubelet counts as newer.
   */
  synchronized boolean takesOneInstance() {
    if (takesOneInstance.isEmpty()) {
      Optional<KubernetesRelease> release = read();
      takesOneInstance =
          Optional.of(
              release
                  .filter(known -> known.isAtLeast(FIRST_STRUCTURED))
                  .filter(known -> !known.isAtLeast(FIRST_WITH_SEVERAL))
                  .isPresent());
      if (takesOneInstance.get()) {
        LOG.infof(
            "The kubelet of this node is of release %s, which takes one instance of a driver at a"
                + " time: this agent serves it when no other agent on this node does",
            release.get());
      }
    }
    return takesOneInstance.get();
  }

  private Optional<KubernetesRelease> read() {
    try {
      return Optional.ofNullable(client.nodes().withName(config.nodeName()).get())
          .map(Node::getStatus)
          .flatMap(status -> Optional.ofNullable(status.getNodeInfo()))
          .flatMap(info -> Optional.ofNullable(info.getKubeletVersion()))
          .flatMap(KubernetesRelease::parse);
    } catch (KubernetesClientException e) {
      LOG.warnf("The release of this node's kubelet is not known: %s", e.getMessage());
      return Optional.empty();
    }
  }
}
