package com.intel.dra.gpu.api;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.kubernetes.client.KubernetesClientObjectMapperCustomizer;
import jakarta.inject.Singleton;

/**
 * Has the Kubernetes client's JSON parser do without a table of all member names that it ever met.
 * That is made for names that repeat; a GpuAllocationState has the claims' UIDs for names, also in
 * its managedFields, and each new one has the parser copy the whole table, which is hundreds of
 * kilobytes when it is full.
 */
@Singleton
public final class FieldNamesWithoutTable implements KubernetesClientObjectMapperCustomizer {

  @Override
  public void customize(ObjectMapper mapper) {
    mapper.getFactory().disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES);
    mapper.getFactory().disable(JsonFactory.Feature.INTERN_FIELD_NAMES);
  }
}
