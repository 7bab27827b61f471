package com.intel.dra.gpu.e2e;

import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The feature gates of a cluster, as its API server reports them.
 *
 * @param on the names of the gates that are on
 * @param gitVersion for example {@code v1.37.2}
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

  /** Returns whether VFs that do not exist can be allocated, as far as it was tried. */
  boolean countVfs() {
    return has("DRAPartitionableDevices") && isAtLeast(34, 0);
  }

  /** Returns whether pods can share a GPU by memory that could have VFs. */
  boolean shareGpus() {
    return has("DRAConsumableCapacity") && (!countVfs() || isAtLeast(36, 2));
  }
}
