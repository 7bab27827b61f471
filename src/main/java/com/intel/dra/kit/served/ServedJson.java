package com.intel.dra.kit.served;

import com.fasterxml.jackson.annotation.JsonAlias;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import io.fabric8.kubernetes.api.model.ListMeta;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceSliceList;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import org.jspecify.annotations.Nullable;

/**
 * Has the Kubernetes client write objects of resource.k8s.io with the names and in the shape of the
 * version that is served, and read them in the shape of any version.
 */
@Singleton
public final class ServedJson {

  private final ServedApi api;

  @Inject
  public ServedJson(ServedApi api) {
    this.api = api;
  }

  /** Call this before the client is made of the mapper. */
  public void customize(ObjectMapper mapper) {
    mapper.addMixIn(ResourceSliceList.class, ListMetaOfV1Alpha3.class);
    mapper.registerModule(
        new SimpleModule("served")
            .setSerializerModifier(new ServedWriting(api))
            .setDeserializerModifier(new ServedReading(mapper)));
  }

  /** In 1.31, the metadata of a list of slices is called so. */
  private abstract static class ListMetaOfV1Alpha3 {
    @JsonProperty("metadata")
    @JsonAlias("listMeta")
    @SuppressWarnings("UnusedVariable") // only its annotations are used
    @Nullable ListMeta metadata;
  }
}
