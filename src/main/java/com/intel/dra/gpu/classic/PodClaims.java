package com.intel.dra.gpu.classic;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodResourceClaim;
import io.fabric8.kubernetes.api.model.PodResourceClaimStatus;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Finds the ResourceClaims that a pod uses, in the forms of Kubernetes 1.27 ({@code source},
 * generated name {@code <pod>-<claim>}) to 1.31 and later (names at top level, generated name in
 * the status).
 */
public final class PodClaims {

  private static final String SOURCE = "source";

  private PodClaims() {}

  /**
   * One entry of {@code spec.resourceClaims}.
   *
   * @param podClaimName the entry's name in the pod
   * @param claimName the ResourceClaim's name
   * @param generated whether it is made from a template: then the pod must control it
   */
  public record Reference(String podClaimName, String claimName, boolean generated) {}

  /** Whether the pod has ended or is about to: then nothing may be allocated for it any more. */
  public static boolean isOver(Pod pod) {
    @Nullable String phase = pod.getStatus() == null ? null : pod.getStatus().getPhase();
    return pod.getMetadata().getDeletionTimestamp() != null
        || "Succeeded".equals(phase)
        || "Failed".equals(phase);
  }

  /** The claims of the pod, in the pod's order; claims that do not exist yet are left out. */
  public static List<Reference> of(Pod pod) {
    var references = new ArrayList<Reference>();
    Map<String, PodResourceClaimStatus> statuses = statuses(pod);
    for (PodResourceClaim claim : pod.getSpec().getResourceClaims()) {
      reference(pod, claim, statuses).ifPresent(references::add);
    }
    return references;
  }

  /**
   * The number of the pod's claims that are made from templates, those left out of which the pod's
   * status says that none is needed.
   */
  public static int numberOfTemplates(Pod pod) {
    Map<String, PodResourceClaimStatus> statuses = statuses(pod);
    return (int)
        pod.getSpec().getResourceClaims().stream()
            .filter(claim -> template(claim).isPresent())
            .filter(
                claim ->
                    Optional.ofNullable(statuses.get(claim.getName()))
                        .filter(status -> status.getResourceClaimName() == null)
                        .isEmpty())
            .count();
  }

  /** By the entry's name in the pod: a pod may have thousands of both. */
  private static Map<String, PodResourceClaimStatus> statuses(Pod pod) {
    var byName = new HashMap<String, PodResourceClaimStatus>();
    if (pod.getStatus() != null) {
      pod.getStatus()
          .getResourceClaimStatuses()
          .forEach(status -> byName.putIfAbsent(status.getName(), status));
    }
    return byName;
  }

  private static Optional<Reference> reference(
      Pod pod, PodResourceClaim claim, Map<String, PodResourceClaimStatus> statuses) {
    Optional<String> name = field(claim, claim.getResourceClaimName(), "resourceClaimName");
    if (name.isPresent()) {
      return Optional.of(new Reference(claim.getName(), name.get(), false));
    }
    if (template(claim).isEmpty()) {
      return Optional.empty();
    }
    return generatedName(pod, claim, statuses)
        .map(generated -> new Reference(claim.getName(), generated, true));
  }

  private static Optional<String> generatedName(
      Pod pod, PodResourceClaim claim, Map<String, PodResourceClaimStatus> statuses) {
    PodResourceClaimStatus status = statuses.get(claim.getName());
    return status == null
        ? Optional.of(pod.getMetadata().getName() + "-" + claim.getName())
        : Optional.ofNullable(status.getResourceClaimName());
  }

  private static Optional<String> template(PodResourceClaim claim) {
    return field(claim, claim.getResourceClaimTemplateName(), "resourceClaimTemplateName");
  }

  private static Optional<String> field(
      PodResourceClaim claim, @Nullable String topLevel, String name) {
    if (topLevel != null) {
      return Optional.of(topLevel);
    }
    return claim.getAdditionalProperties().get(SOURCE) instanceof Map<?, ?> source
            && source.get(name) instanceof String text
        ? Optional.of(text)
        : Optional.empty();
  }
}
