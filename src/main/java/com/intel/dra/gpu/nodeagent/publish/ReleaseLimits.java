package com.intel.dra.gpu.nodeagent.publish;

import com.intel.dra.gpu.structured.GpuOffer;
import com.intel.dra.gpu.structured.OfferedDevices;
import com.intel.dra.kit.served.KubernetesRelease;
import com.intel.dra.kit.slices.pool.DroppedField;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What a release of Kubernetes keeps from being published, and the words for it. Pure. */
record ReleaseLimits(KubernetesRelease release) {

  /** The release of an API server that does not tell it: it counts as the oldest. */
  static final KubernetesRelease UNKNOWN = KubernetesRelease.minor(0);

  static final ReleaseLimits NONE = new ReleaseLimits(UNKNOWN);

  private static final KubernetesRelease CHARGES_SHARES = new KubernetesRelease(1, 36, 2);

  /**
   * Whether the scheduler charges the counters of a device with the shares that are already
   * allocated, and not only with those that it allocates itself.
   */
  boolean chargesShares() {
    return release.isAtLeast(CHARGES_SHARES);
  }

  /** A sentence for each way to publish that is not even tried in this release. */
  List<String> leftOut(GpuOffer offer) {
    List<OfferedDevices> tried = offer.inOrderOfPreference(chargesShares());
    return offer.inOrderOfPreference(true).stream()
        .filter(way -> !tried.contains(way))
        .map(
            way ->
                "Devices cannot be published as %s on %s: its scheduler forgets the shares of a GPU when it counts what is left of it; Kubernetes %s and later count them"
                    .formatted(way.name(), name(), CHARGES_SHARES))
        .toList();
  }

  /**
   * A sentence for fields that the API server did not store.
   *
   * @param way the way to publish that has them
   */
  String dropped(String way, Set<DroppedField> fields) {
    String reasons =
        Stream.of(
                gates(fields, this::has, "feature gates of the cluster are off"),
                gates(fields, field -> !has(field), name() + " does not have them"))
            .flatMap(Optional::stream)
            .collect(Collectors.joining(", "));
    return "The API server does not store %s of devices published as %s: %s, and what needs them is not offered"
        .formatted(
            new TreeSet<>(fields), way, reasons.isEmpty() ? "the reason is not known" : reasons);
  }

  private static Optional<String> gates(
      Set<DroppedField> fields, Predicate<DroppedField> which, String reason) {
    List<String> gates =
        fields.stream()
            .filter(which)
            .flatMap(field -> field.featureGate().stream())
            .distinct()
            .sorted()
            .toList();
    return gates.isEmpty()
        ? Optional.empty()
        : Optional.of("%s (%s)".formatted(reason, String.join(", ", gates)));
  }

  private boolean has(DroppedField field) {
    return release.equals(UNKNOWN)
        || release.isAtLeast(KubernetesRelease.minor(field.sinceMinor()));
  }

  private String name() {
    return release.equals(UNKNOWN) ? "this release of Kubernetes" : "Kubernetes " + release;
  }
}
