package com.intel.dra.gpu.classic;

import com.intel.dra.gpu.api.AllocatedDevice;
import com.intel.dra.gpu.api.DeviceClassParameters;
import com.intel.dra.gpu.api.DeviceClassParametersSpec;
import com.intel.dra.gpu.api.DeviceSelectorTerm;
import com.intel.dra.gpu.api.GpuApi;
import com.intel.dra.gpu.api.GpuClaimParameters;
import com.intel.dra.gpu.api.GpuClaimParametersSpec;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodResourceClaim;
import io.fabric8.kubernetes.api.model.PodResourceClaimBuilder;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.PodSchedulingContext;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.PodSchedulingContextBuilder;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaim;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaimBuilder;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClass;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClassBuilder;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Short forms of the API objects around a claim, all in one namespace. */
public final class TestingObjects {

  public static final String NAMESPACE = "work";
  public static final String CLASS = "intel-gpu";

  /** The first version of an object in the API server's order; UIDs are derived from names. */
  private static final String VERSION = "1";

  private TestingObjects() {}

  public static ObjectMeta meta(String name) {
    return new ObjectMetaBuilder()
        .withNamespace(NAMESPACE)
        .withName(name)
        .withUid("uid-of-" + name)
        .withResourceVersion(VERSION)
        .build();
  }

  public static ResourceClass resourceClass() {
    return new ResourceClassBuilder()
        .withNewMetadata()
        .withName(CLASS)
        .withUid("uid-of-" + CLASS)
        .withResourceVersion(VERSION)
        .endMetadata()
        .withDriverName(GpuApi.DRIVER_NAME)
        .build();
  }

  public static ResourceClass resourceClass(
      @Nullable String apiGroup, @Nullable String kind, @Nullable String parameters) {
    return new ResourceClassBuilder(resourceClass())
        .withNewParametersRef()
        .withApiGroup(apiGroup)
        .withKind(kind)
        .withName(parameters)
        .endParametersRef()
        .build();
  }

  public static DeviceClassParameters classParameters(String name, DeviceSelectorTerm... terms) {
    var parameters = new DeviceClassParameters();
    parameters.setMetadata(new ObjectMetaBuilder(meta(name)).withNamespace(null).build());
    parameters.setSpec(new DeviceClassParametersSpec(List.of(terms)));
    return parameters;
  }

  public static GpuClaimParameters claimParameters(
      String name, @Nullable Integer count, @Nullable Integer memoryMiB, @Nullable String type) {
    var parameters = new GpuClaimParameters();
    parameters.setMetadata(meta(name));
    parameters.setSpec(new GpuClaimParametersSpec(count, memoryMiB, type));
    return parameters;
  }

  /** A claim that waits for its first consumer and has no particular requirements. */
  public static ResourceClaim claim(String name) {
    return new ResourceClaimBuilder()
        .withMetadata(meta(name))
        .withNewSpec()
        .withResourceClassName(CLASS)
        .withAllocationMode("WaitForFirstConsumer")
        .endSpec()
        .build();
  }

  public static ResourceClaim immediate(ResourceClaim claim) {
    return new ResourceClaimBuilder(claim)
        .editSpec()
        .withAllocationMode("Immediate")
        .endSpec()
        .build();
  }

  public static ResourceClaim withParameters(ResourceClaim claim, String name) {
    return withParameters(claim, GpuApi.GROUP, "GpuClaimParameters", name);
  }

  public static ResourceClaim withParameters(
      ResourceClaim claim,
      @Nullable String apiGroup,
      @Nullable String kind,
      @Nullable String name) {
    return new ResourceClaimBuilder(claim)
        .editSpec()
        .withNewParametersRef()
        .withApiGroup(apiGroup)
        .withKind(kind)
        .withName(name)
        .endParametersRef()
        .endSpec()
        .build();
  }

  /** The claim allocated by this driver, with the finalizer. */
  public static ResourceClaim allocated(
      ResourceClaim claim, String node, AllocatedDevice... devices) {
    return Claims.allocated(
        Claims.withFinalizer(claim),
        AllocationResults.of(node, List.of(devices)),
        Optional.empty());
  }

  public static ResourceClaim reservedFor(ResourceClaim claim, Pod pod) {
    return new ResourceClaimBuilder(claim)
        .editOrNewStatus()
        .addNewReservedFor()
        .withResource("pods")
        .withName(pod.getMetadata().getName())
        .withUid(pod.getMetadata().getUid())
        .endReservedFor()
        .endStatus()
        .build();
  }

  public static ResourceClaim beingDeleted(ResourceClaim claim) {
    return new ResourceClaimBuilder(claim)
        .editMetadata()
        .withDeletionTimestamp("2026-01-01T00:00:00Z")
        .endMetadata()
        .build();
  }

  public static ResourceClaim deallocationRequested(ResourceClaim claim) {
    return new ResourceClaimBuilder(claim)
        .editOrNewStatus()
        .withDeallocationRequested(true)
        .endStatus()
        .build();
  }

  public static AllocatedDevice device(int gpu, int memoryMiB) {
    return new AllocatedDevice(memoryMiB, "", "", "gpu", gpuUid(gpu));
  }

  /** The UID of a node's n-th GPU. */
  public static String gpuUid(int gpu) {
    return "0000:%02x:00.0-0x56c0".formatted(gpu);
  }

  public static PodResourceClaim ofClaim(String podClaimName, String claimName) {
    return new PodResourceClaimBuilder()
        .withName(podClaimName)
        .withResourceClaimName(claimName)
        .build();
  }

  public static PodResourceClaim ofTemplate(String podClaimName, String template) {
    return new PodResourceClaimBuilder()
        .withName(podClaimName)
        .withResourceClaimTemplateName(template)
        .build();
  }

  public static Pod pod(String name, PodResourceClaim... claims) {
    return new PodBuilder()
        .withMetadata(meta(name))
        .withNewSpec()
        .withResourceClaims(claims)
        .endSpec()
        .build();
  }

  public static OwnerReference controlledBy(Pod pod) {
    return new OwnerReferenceBuilder()
        .withApiVersion("v1")
        .withKind("Pod")
        .withName(pod.getMetadata().getName())
        .withUid(pod.getMetadata().getUid())
        .withController(true)
        .build();
  }

  /** A pod's scheduling context as the scheduler makes it. */
  public static PodSchedulingContext context(
      Pod pod, @Nullable String selectedNode, String... potentialNodes) {
    return new PodSchedulingContextBuilder()
        .withMetadata(
            new ObjectMetaBuilder(meta(pod.getMetadata().getName()))
                .withOwnerReferences(controlledBy(pod))
                .build())
        .withNewSpec()
        .withSelectedNode(selectedNode)
        .withPotentialNodes(potentialNodes)
        .endSpec()
        .build();
  }
}
