package com.intel.dra.gpu.client;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.kubernetes.client.KubernetesClientObjectMapperCustomizer;
import jakarta.inject.Singleton;

/**
 * Makes the Kubernetes client's JSON parser work without a table of all member names that it has
 * ever read. The table is meant for names that repeat. But a GpuAllocationState has the claims'
 * UIDs as names, also in its managedFields, and for each new name the parser would copy the whole
 * table, which is hundreds of kilobytes when it is full.
 */
@Singleton
public final class UncachedFieldNames implements KubernetesClientObjectMapperCustomizer {

  @Override
  public void customize(ObjectMapper mapper) {
    mapper.getFactory().disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES);
    mapper.getFactory().disable(JsonFactory.Feature.INTERN_FIELD_NAMES);
  }
}
