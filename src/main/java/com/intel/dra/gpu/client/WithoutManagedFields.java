package com.intel.dra.gpu.client;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.quarkus.arc.profile.IfBuildProfile;
import io.quarkus.kubernetes.client.KubernetesClientObjectMapperCustomizer;
import jakarta.inject.Singleton;

/**
 * Makes the controller's Kubernetes client skip {@code metadata.managedFields}, which it never
 * reads: as objects they take more memory than the rest of a ResourceClaim. The API server
 * interprets an update without them as leaving them unchanged.
 */
@Singleton
@IfBuildProfile("controller")
public final class WithoutManagedFields implements KubernetesClientObjectMapperCustomizer {

  @Override
  public void customize(ObjectMapper mapper) {
    mapper
        .configOverride(ObjectMeta.class)
        .setIgnorals(JsonIgnoreProperties.Value.forIgnoredProperties("managedFields"));
  }
}
