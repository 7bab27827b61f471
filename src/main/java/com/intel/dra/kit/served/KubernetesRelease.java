package com.intel.dra.kit.served;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.VersionInfo;
import java.util.Comparator;
import java.util.Optional;
import java.util.regex.Pattern;

/** A release of Kubernetes, such as 1.36.2. */
public record KubernetesRelease(int major, int minor, int patch)
    implements Comparable<KubernetesRelease> {

  private static final Pattern GIT_VERSION = Pattern.compile("v(\\d+)\\.(\\d+)\\.(\\d+).*");
  private static final Comparator<KubernetesRelease> ORDER =
      Comparator.comparingInt(KubernetesRelease::major)
          .thenComparingInt(KubernetesRelease::minor)
          .thenComparingInt(KubernetesRelease::patch);

  /** The first release with that minor number. */
  public static KubernetesRelease minor(int minor) {
    return new KubernetesRelease(1, minor, 0);
  }

  /** Parses what a program of Kubernetes calls its gitVersion; ignores what follows the patch. */
  public static Optional<KubernetesRelease> parse(String gitVersion) {
    var match = GIT_VERSION.matcher(gitVersion);
    return match.matches()
        ? Optional.of(
            new KubernetesRelease(
                Integer.parseInt(match.group(1)),
                Integer.parseInt(match.group(2)),
                Integer.parseInt(match.group(3))))
        : Optional.empty();
  }

  /**
   * The release of the API server; empty if it does not tell one.
   *
   * @throws io.fabric8.kubernetes.client.KubernetesClientException if it does not answer
   */
  public static Optional<KubernetesRelease> ofApiServer(KubernetesClient client) {
    return Optional.ofNullable(client.getKubernetesVersion())
        .map(VersionInfo::getGitVersion)
        .flatMap(KubernetesRelease::parse);
  }

  public boolean isAtLeast(KubernetesRelease other) {
    return compareTo(other) >= 0;
  }

  @Override
  public int compareTo(KubernetesRelease other) {
    return ORDER.compare(this, other);
  }

  @Override
  public String toString() {
    return "%d.%d.%d".formatted(major, minor, patch);
  }
}
