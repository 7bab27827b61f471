package com.intel.dra.gpu.client;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.intel.dra.kit.served.ServedJson;
import io.quarkus.kubernetes.client.KubernetesClientObjectMapperCustomizer;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;

/** Has Quarkus' Kubernetes client write and read objects in the version that is served. */
@Singleton
public final class InTheServedVersion implements KubernetesClientObjectMapperCustomizer {

  private final ServedJson json;

  @Inject
  public InTheServedVersion(ServedJson json) {
    this.json = json;
  }

  @Override
  public void customize(ObjectMapper mapper) {
    json.customize(mapper);
  }
}
