package com.intel.dra.kit.kubelet.api;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The kind of Dynamic Resource Allocation that the plugin offers: classic or structured. It is
 * chosen when the plugin starts, because a kubelet supports only one of the two.
 */
public sealed interface PluginGeneration {

  /** The versions that the registration announces, in order of preference. */
  List<String> supportedVersions();

  /** Kubelets up to 1.31 compare the announced versions as semantic versions, and want this one. */
  String SEMANTIC_VERSION = "1.0.0";

  /** Kubernetes 1.26 to 1.30: the driver's controller allocates. */
  record Classic() implements PluginGeneration {

    @Override
    public List<String> supportedVersions() {
      return List.of(SEMANTIC_VERSION);
    }
  }

  /**
   * Kubernetes 1.31 and later: the scheduler allocates from ResourceSlices.
   *
   * @param podUid the UID of the plugin's pod if two pods may run side by side during an upgrade of
   *     the driver: then each has separate sockets, and they take turns with the kubelet's calls.
   *     Empty if only one runs at a time
   * @param health whether the health of devices is offered, from a {@link DeviceHealthSource}
   */
  record Structured(Optional<String> podUid, boolean health) implements PluginGeneration {

    /**
     * @throws IllegalArgumentException if the pod UID cannot be part of a file name
     */
    public Structured {
      podUid.ifPresent(
          uid -> {
            if (uid.isBlank() || uid.contains("/")) {
              throw new IllegalArgumentException("not the UID of a pod: '" + uid + "'");
            }
          });
    }

    /**
     * Kubelets take the first version that they know and ignore the others; these are not the names
     * of proto packages. A kubelet may be older than the API server, so the list is the same for
     * all.
     */
    @Override
    public List<String> supportedVersions() {
      var versions = new ArrayList<>(List.of("v1.DRAPlugin", "v1beta1.DRAPlugin"));
      if (health) {
        versions.addAll(List.of("v1.DRAResourceHealth", "v1alpha1.DRAResourceHealth"));
      }
      versions.add(SEMANTIC_VERSION);
      return List.copyOf(versions);
    }
  }
}
