package com.intel.dra.kit.served;

import java.util.Set;

/** The names of kinds and resources in the versions of resource.k8s.io. */
public final class ServedNames {

  private static final String PLURAL = "podschedulingcontexts";
  private static final String OLD_PLURAL = "podschedulings";
  private static final String KIND = "PodSchedulingContext";
  private static final String OLD_KIND = "PodScheduling";

  private ServedNames() {}

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
