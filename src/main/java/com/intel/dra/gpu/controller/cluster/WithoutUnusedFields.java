package com.intel.dra.gpu.controller.cluster;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonIncludeProperties;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import com.fasterxml.jackson.databind.deser.std.StdScalarDeserializer;
import com.fasterxml.jackson.databind.util.StdConverter;
import com.intel.dra.gpu.api.DeviceClassParameters;
import com.intel.dra.gpu.api.GpuApi;
import com.intel.dra.gpu.api.GpuClaimParameters;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.PodSchedulingContext;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaim;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaimParametersReference;
import io.quarkus.arc.profile.IfBuildProfile;
import io.quarkus.kubernetes.client.KubernetesClientObjectMapperCustomizer;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.util.ArrayList;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;

/**
 * Makes the Kubernetes client skip the fields that users may write into cached objects and that the
 * controller never reads: up to 1.5 MB of each object, of any class. Therefore the controller must
 * never write such an object back as a whole; it writes statuses, and patches that name what they
 * add or remove.
 */
@Singleton
@IfBuildProfile("controller")
public final class WithoutUnusedFields implements KubernetesClientObjectMapperCustomizer {

  /**
   * How many objects of a kind are read at once, so that the answer fits into memory however large
   * each object is.
   */
  public static final long PAGE = 50;

  /** Longer than any name that an object can have. */
  static final int MAX_REFERENCE = 512;

  private final boolean explains;

  /**
   * @param explains whether it is said of pods in structured mode why they wait, which takes more
   *     of a pod
   */
  @Inject
  public WithoutUnusedFields(
      @ConfigProperty(name = "gpu.explain", defaultValue = "false") boolean explains) {
    this.explains = explains;
  }

  @Override
  public void customize(ObjectMapper mapper) {
    mapper
        .addMixIn(ResourceClaim.class, WithoutAnnotations.class)
        .addMixIn(PodSchedulingContext.class, WithoutAnnotations.class)
        .addMixIn(Pod.class, WithoutAnnotations.class)
        // not all custom resources: the annotation of a GpuAllocationState names its writer
        .addMixIn(GpuClaimParameters.class, WithoutAnnotations.class)
        .addMixIn(DeviceClassParameters.class, WithoutAnnotations.class)
        .addMixIn(PodSpec.class, UsedOfPodSpec.class)
        .addMixIn(PodStatus.class, UsedOfPodStatus.class)
        .addMixIn(ResourceClaimParametersReference.class, ShortReference.class);
    if (explains) {
      ExplainedFields.keep(mapper);
    }
  }

  abstract static class WithoutAnnotations {
    @JsonIgnoreProperties({"annotations", "labels", "selfLink"})
    @JsonDeserialize(converter = FewOwners.class)
    @Nullable ObjectMeta metadata;
  }

  /**
   * Keeps two owners, the first one and the one that controls the object, and two finalizers, ours
   * and one that shows that there are others: an object can have thousands of each.
   */
  static final class FewOwners extends StdConverter<ObjectMeta, ObjectMeta> {

    @Override
    public ObjectMeta convert(ObjectMeta metadata) {
      metadata.setOwnerReferences(
          Stream.concat(
                  metadata.getOwnerReferences().stream().limit(1),
                  metadata.getOwnerReferences().stream()
                      .skip(1)
                      .filter(owner -> Boolean.TRUE.equals(owner.getController()))
                      .limit(1))
              .map(FewOwners::cut)
              .collect(Collectors.toCollection(ArrayList::new)));
      metadata.setFinalizers(
          Stream.concat(
                  metadata.getFinalizers().stream().filter(FewOwners::isOurs).limit(1),
                  metadata.getFinalizers().stream().filter(name -> !isOurs(name)).limit(1))
              .collect(Collectors.toCollection(ArrayList::new)));
      return metadata;
    }

    private static boolean isOurs(String finalizer) {
      return finalizer.equals(GpuApi.CLAIM_FINALIZER);
    }

    private static OwnerReference cut(OwnerReference owner) {
      return new OwnerReferenceBuilder(owner)
          .withApiVersion(beginning(owner.getApiVersion()))
          .withKind(beginning(owner.getKind()))
          .withName(beginning(owner.getName()))
          .withUid(beginning(owner.getUid()))
          .build();
    }
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

  /** Text that is cut was too long to be a name, and is still too long afterwards. */
  static final class Beginning extends StdScalarDeserializer<String> {

    private static final long serialVersionUID = 1L;

    Beginning() {
      super(String.class);
    }

    @Override
    public String deserialize(JsonParser parser, DeserializationContext context)
        throws IOException {
      return beginning(parser.getValueAsString(""));
    }
  }

  private static String beginning(@Nullable String text) {
    if (text == null) {
      return "";
    }
    return text.length() <= MAX_REFERENCE ? text : new String(text.toCharArray(), 0, MAX_REFERENCE);
  }
}
