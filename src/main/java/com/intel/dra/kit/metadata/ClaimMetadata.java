package com.intel.dra.kit.metadata;

import com.intel.dra.kit.kubelet.api.ClaimReference;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What the containers of a claim are told.
 *
 * @param podClaimName of a claim that was made from a template: its name in the pod. Containers
 *     find the files by this name then, and otherwise by the claim's name
 * @param requests those of which the driver has allocated devices
 */
public record ClaimMetadata(
    ClaimReference claim, Optional<String> podClaimName, List<RequestMetadata> requests) {

  /** The annotation of a claim that was made from a template, with its name in the pod. */
  public static final String POD_CLAIM_NAME = "resource.kubernetes.io/pod-claim-name";

  /** A DNS label, or several with dots between them. Such a name is safe in a path. */
  private static final Pattern OBJECT_NAME =
      Pattern.compile("(?!.{0,252}(?:\\.[-.]|-\\.))[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?");

  private static final Pattern LABEL = Pattern.compile("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?");

  /**
   * @throws IllegalArgumentException if a name is not one that Kubernetes accepts
   */
  public ClaimMetadata {
    requests = List.copyOf(requests);
    require("namespace", LABEL, claim.namespace());
    require("claim", OBJECT_NAME, claim.name());
    podClaimName.ifPresent(name -> require("claim in the pod", LABEL, name));
    requests.forEach(request -> require("request", LABEL, request.mainName()));
  }

  /** Whether a pod can have a claim of this name. */
  public static boolean isPodClaimName(String name) {
    return LABEL.matcher(name).matches();
  }

  private static void require(String what, Pattern pattern, String name) {
    if (!pattern.matcher(name).matches()) {
      throw new IllegalArgumentException("not a name of a %s: '%s'".formatted(what, name));
    }
  }
}
