package com.intel.dra.gpu.e2e;

import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What a cluster has switched on, as its API server tells.
 *
 * @param on the names of the gates that are on
 * @param gitVersion such as {@code v1.37.2}
 */
record FeatureGates(Set<String> on, String gitVersion) {

  private static final Pattern ENABLED =
      Pattern.compile("^kubernetes_feature_enabled\\{name=\"(\\w+)\".*} 1$", Pattern.MULTILINE);
  private static final Pattern RELEASE = Pattern.compile("v1\\.(\\d+)\\.(\\d+).*");

  static FeatureGates of(KubernetesClient client) {
    return new FeatureGates(
        ENABLED
            .matcher(client.raw("/metrics"))
            .results()
            .map(match -> match.group(1))
            .collect(Collectors.toUnmodifiableSet()),
        client.getKubernetesVersion().getGitVersion());
  }

  boolean has(String gate) {
    return on.contains(gate);
  }

  boolean isAtLeast(int minor, int patch) {
    MatchResult release =
        RELEASE.matcher(gitVersion).results().findFirst().orElseThrow(AssertionError::new);
    int itsMinor = Integer.parseInt(release.group(1));
    return itsMinor > minor || (itsMinor == minor && Integer.parseInt(release.group(2)) >= patch);
  }

  /** Whether VFs can be given out that do not exist: counters, in the layout of 1.35 and later. */
  boolean countVfs() {
    return has("DRAPartitionableDevices") && isAtLeast(35, 0);
  }

  /** Whether a GPU that could have VFs can be shared by memory. */
  boolean shareGpus() {
    return has("DRAConsumableCapacity") && (!countVfs() || isAtLeast(36, 2));
  }
}
