package com.intel.dra.gpu.controller;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonIncludeProperties;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import com.fasterxml.jackson.databind.deser.std.StdScalarDeserializer;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.PodSchedulingContext;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaim;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaimParametersReference;
import io.fabric8.kubernetes.client.CustomResource;
import io.quarkus.arc.profile.IfBuildProfile;
import io.quarkus.kubernetes.client.KubernetesClientObjectMapperCustomizer;
import jakarta.inject.Singleton;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Has the Kubernetes client skip what users may write into the objects that the controller keeps,
 * and the controller never looks at: up to 1.5 MB of each object, of whatever class. So no such
 * object can be written back whole; the controller writes statuses, and patches.
 */
@Singleton
@IfBuildProfile("controller")
final class OnlyWhatIsUsed implements KubernetesClientObjectMapperCustomizer {

  /**
   * How many objects of a kind are read at once, so that the answer has room in memory however
   * large each is.
   */
  static final long PAGE = 50;

  /** Longer than any name that an object can have. */
  static final int MAX_REFERENCE = 512;

  @Override
  public void customize(ObjectMapper mapper) {
    mapper
        .addMixIn(ResourceClaim.class, WithoutAnnotations.class)
        .addMixIn(PodSchedulingContext.class, WithoutAnnotations.class)
        .addMixIn(Pod.class, WithoutAnnotations.class)
        .addMixIn(CustomResource.class, WithoutAnnotations.class)
        .addMixIn(PodSpec.class, UsedOfPodSpec.class)
        .addMixIn(PodStatus.class, UsedOfPodStatus.class)
        .addMixIn(ResourceClaimParametersReference.class, ShortReference.class);
  }

  private abstract static class WithoutAnnotations {
    @JsonIgnoreProperties({"annotations", "labels"})
    @Nullable ObjectMeta metadata;
  }

  @JsonIncludeProperties({"nodeName", "resourceClaims"})
  private abstract static class UsedOfPodSpec {}

  @JsonIncludeProperties({"phase", "resourceClaimStatuses"})
  private abstract static class UsedOfPodStatus {}

  private abstract static class ShortReference {
    @JsonDeserialize(using = Beginning.class)
    @Nullable String apiGroup;

    @JsonDeserialize(using = Beginning.class)
    @Nullable String kind;

    @JsonDeserialize(using = Beginning.class)
    @Nullable String name;
  }

  /** What is cut is no name of anything, before and after. */
  static final class Beginning extends StdScalarDeserializer<String> {

    private static final long serialVersionUID = 1L;

    Beginning() {
      super(String.class);
    }

    @Override
    public String deserialize(JsonParser parser, DeserializationContext context)
        throws IOException {
      String text = parser.getValueAsString("");
      return text.length() <= MAX_REFERENCE
          ? text
          : new String(text.toCharArray(), 0, MAX_REFERENCE);
    }
  }
}
