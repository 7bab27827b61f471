package com.intel.dra.gpu.e2e;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;

/** Clients that authenticate as one of the driver's pods. */
final class DriverIdentity {

  private final RealCluster cluster;

  DriverIdentity(RealCluster cluster) {
    this.cluster = cluster;
  }

  /**
   * Returns a client with a token like the one that the kubelet gives to the pod: bound to the pod,
   * and so to its node.
   */
  KubernetesClient of(Pod pod) {
    return withToken(
        Shell.kubectl(
            "create",
            "token",
            pod.getSpec().getServiceAccountName(),
            "--namespace=" + RealCluster.DRIVER_NAMESPACE,
            "--bound-object-kind=Pod",
            "--bound-object-name=" + pod.getMetadata().getName(),
            "--bound-object-uid=" + pod.getMetadata().getUid()));
  }

  /** Returns a client with a token that is not bound to an object. */
  KubernetesClient ofAccount(String account) {
    return withToken(
        Shell.kubectl("create", "token", account, "--namespace=" + RealCluster.DRIVER_NAMESPACE));
  }

  private KubernetesClient withToken(String token) {
    Config admin = cluster.client().getConfiguration();
    return new KubernetesClientBuilder()
        .withConfig(
            new ConfigBuilder(Config.empty())
                .withMasterUrl(admin.getMasterUrl())
                .withCaCertFile(admin.getCaCertFile())
                .withCaCertData(admin.getCaCertData())
                .withOauthToken(token.strip())
                .withNamespace(RealCluster.DRIVER_NAMESPACE)
                .build())
        .build();
  }
}
