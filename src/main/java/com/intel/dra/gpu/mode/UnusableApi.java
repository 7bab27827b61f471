package com.intel.dra.gpu.mode;

import com.intel.dra.kit.served.KubernetesRelease;
import com.intel.dra.kit.served.ServedVersion;
import com.intel.dra.kit.served.ServedVersions;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Why the API server cannot be used: it serves no version of resource.k8s.io that this driver has.
 *
 * @param setting for what a version is looked for
 * @param release of the API server, if it tells one
 */
record UnusableApi(
    ServedVersions served, DraModeSetting setting, Optional<KubernetesRelease> release) {

  private static final int OLDEST_MINOR = 26;
  private static final int NEWEST_MINOR = 37;

  /** From this release on, nothing need be switched on. */
  private static final int FIRST_BY_DEFAULT = 34;

  private static final String RELEASES = "1.%d to 1.%d".formatted(OLDEST_MINOR, NEWEST_MINOR);

  /** Whether the API server itself answers: it tells its release, which a mere proxy does not. */
  boolean isCertain() {
    return release.isPresent();
  }

  /** One sentence: what is served, which releases work, and what to do. */
  String message() {
    return "the API server%s serves no version of %s that this driver uses%s (it serves %s); the driver works on Kubernetes %s: %s"
        .formatted(
            release.map(known -> " of Kubernetes " + known).orElse(""),
            ServedVersion.GROUP,
            setting
                .mode()
                .map(mode -> " in %s mode (gpu.dra-mode)".formatted(mode.label()))
                .orElse(""),
            served.names().isEmpty()
                ? "none"
                : served.names().stream().sorted().collect(Collectors.joining(", ")),
            RELEASES,
            release.map(UnusableApi::advice).orElseGet(UnusableApi::adviceForAnyRelease));
  }

  private static String advice(KubernetesRelease release) {
    if (release.major() != 1 || release.minor() > NEWEST_MINOR) {
      return "this release is newer, use a newer driver";
    }
    if (release.minor() < OLDEST_MINOR) {
      return "this release is too old, upgrade the cluster";
    }
    if (release.minor() >= FIRST_BY_DEFAULT) {
      return "this release serves %1$s/v1 unless it is switched off, so remove %1$s/v1=false and api/ga=false from --runtime-config of the API server, and DynamicResourceAllocation=false from --feature-gates"
          .formatted(ServedVersion.GROUP);
    }
    return "switch on the feature gate DynamicResourceAllocation of API server, controller manager, scheduler and kubelets, and start the API server with --runtime-config=%s=true"
        .formatted(ServedVersion.GROUP + "/" + toSwitchOn(release.minor()));
  }

  private static String adviceForAnyRelease() {
    return "before 1.%d, switch on the feature gate DynamicResourceAllocation and the version of %s by --runtime-config of the API server"
        .formatted(FIRST_BY_DEFAULT, ServedVersion.GROUP);
  }

  /** The version that the other programs of the release use too: in 1.33 it is not the newest. */
  private static String toSwitchOn(int minor) {
    return switch (minor) {
      case 26 -> ServedVersion.V1ALPHA1.label();
      case 27, 28, 29, 30 -> ServedVersion.V1ALPHA2.label();
      case 31 -> ServedVersion.V1ALPHA3.label();
      default -> ServedVersion.V1BETA1.label();
    };
  }
}
