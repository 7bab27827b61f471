package com.intel.dra.gpu.nodeagent.app;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;

/**
 * A client for classes that need one and never call it; all tests share it, because each client has
 * threads.
 */
public final class NoApiServer {

  public static final KubernetesClient CLIENT = new KubernetesClientBuilder().build();

  private NoApiServer() {}
}
