package com.intel.dra.gpu.nodeagent.app;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;

/** For parts that want a client and never call it: one for all, because each has threads. */
public final class NoApiServer {

  public static final KubernetesClient CLIENT = new KubernetesClientBuilder().build();

  private NoApiServer() {}
}
