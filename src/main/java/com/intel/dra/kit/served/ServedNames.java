package com.intel.dra.kit.served;

import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaim;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.PodSchedulingContext;
import java.util.Set;

/** The names of kinds and resources in the versions of resource.k8s.io. */
public final class ServedNames {

  private static final String PLURAL = "podschedulingcontexts";
  private static final String OLD_PLURAL = "podschedulings";
  static final String KIND = "PodSchedulingContext";
  private static final String OLD_KIND = "PodScheduling";

  private static final Set<String> MODELS =
      Set.of(ResourceClaim.class.getPackageName(), PodSchedulingContext.class.getPackageName());

  private ServedNames() {}

  /** Whether the type is one of those that the code has for objects of resource.k8s.io. */
  static boolean isModel(Class<?> type) {
    return MODELS.contains(type.getPackageName());
  }

  /**
   * The names that a resource has in any version.
   *
   * @param plural its name in the code, such as {@code podschedulingcontexts}
   */
  public static Set<String> plurals(String plural) {
    return plural.equals(PLURAL) ? Set.of(PLURAL, OLD_PLURAL) : Set.of(plural);
  }

  static String plural(String plural, ServedVersion served) {
    return served.hasPodSchedulings() && plural.equals(PLURAL) ? OLD_PLURAL : plural;
  }

  static String kind(String kind, ServedVersion served) {
    return served.hasPodSchedulings() && kind.equals(KIND) ? OLD_KIND : kind;
  }

  static String apiVersion(String apiVersion, ServedVersion served) {
    return apiVersion.equals(served.canonical().apiVersion()) ? served.apiVersion() : apiVersion;
  }
}
