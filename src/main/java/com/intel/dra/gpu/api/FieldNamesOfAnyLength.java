package com.intel.dra.gpu.api;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.kubernetes.client.KubernetesClientObjectMapperCustomizer;
import jakarta.inject.Singleton;

/**
 * Has the Kubernetes client read member names of any length, where the parser refuses those of more
 * than 50,000 characters, and with the one object the whole list. Users choose such names: what an
 * owner reference says of its owner's UID is a name in the managedFields, and a claim's UID is one
 * in a GpuAllocationState. The API server bounds the object; as bytes it is not larger than as a
 * value, which may have 20 million characters.
 */
@Singleton
public final class FieldNamesOfAnyLength implements KubernetesClientObjectMapperCustomizer {

  @Override
  public void customize(ObjectMapper mapper) {
    mapper
        .getFactory()
        .setStreamReadConstraints(
            mapper
                .getFactory()
                .streamReadConstraints()
                .rebuild()
                .maxNameLength(Integer.MAX_VALUE)
                .build());
  }
}
