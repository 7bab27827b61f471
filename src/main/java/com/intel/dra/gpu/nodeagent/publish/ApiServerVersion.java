package com.intel.dra.gpu.nodeagent.publish;

import java.util.Comparator;
import java.util.Optional;
import java.util.regex.Pattern;

/** A release of Kubernetes, such as 1.36.2. */
record ApiServerVersion(int major, int minor, int patch) implements Comparable<ApiServerVersion> {

  /**
   * From this release on, the scheduler charges the counters of a device with the shares that are
   * already allocated, and not only with those that it allocates itself.
   */
  static final ApiServerVersion CHARGES_SHARES = new ApiServerVersion(1, 36, 2);

  private static final Pattern GIT_VERSION = Pattern.compile("v(\\d+)\\.(\\d+)\\.(\\d+).*");
  private static final Comparator<ApiServerVersion> ORDER =
      Comparator.comparingInt(ApiServerVersion::major)
          .thenComparingInt(ApiServerVersion::minor)
          .thenComparingInt(ApiServerVersion::patch);

  /** Parses what the API server calls its gitVersion; ignores what follows the patch number. */
  static Optional<ApiServerVersion> parse(String gitVersion) {
    var match = GIT_VERSION.matcher(gitVersion);
    return match.matches()
        ? Optional.of(
            new ApiServerVersion(
                Integer.parseInt(match.group(1)),
                Integer.parseInt(match.group(2)),
                Integer.parseInt(match.group(3))))
        : Optional.empty();
  }

  boolean isAtMost(ApiServerVersion other) {
    return compareTo(other) <= 0;
  }

  @Override
  public int compareTo(ApiServerVersion other) {
    return ORDER.compare(this, other);
  }
}
