package com.intel.dra.gpu.kubelet;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Which of Kubernetes' two kinds of Dynamic Resource Allocation the plugin offers. It is chosen
 * when the plugin starts: a kubelet speaks one of the two.
 */
public sealed interface PluginGeneration {

  /** What the registration says that the plugin supports, in the order of preference. */
  List<String> supportedVersions();

  /** Kubernetes 1.27 to 1.30: the driver's controller allocates. */
  record Classic() implements PluginGeneration {

    /** Kubelets up to 1.31 compare these with semantic versions from 1.0.0 on. */
    @Override
    public List<String> supportedVersions() {
      return List.of("1.0.0");
    }
  }

  /**
   * Kubernetes 1.34 and later: the scheduler allocates from ResourceSlices.
   *
   * @param podUid the UID of the pod that the plugin runs in, when two of them may run side by side
   *     while the driver is upgraded: each has sockets of its own then, and they take turns with
   *     the kubelet's calls. Empty when only one runs at a time
   * @param health whether the health of devices is offered, from a {@link DeviceHealthSource}
   */
  record Structured(Optional<String> podUid, boolean health) implements PluginGeneration {

    /**
     * @throws IllegalArgumentException for a pod UID that cannot be a part of a file's name
     */
    public Structured {
      podUid.ifPresent(
          uid -> {
            if (uid.isBlank() || uid.contains("/")) {
              throw new IllegalArgumentException("not the UID of a pod: '" + uid + "'");
            }
          });
    }

    /** Kubelets take the first that they know; these are not the names of proto packages. */
    @Override
    public List<String> supportedVersions() {
      var versions = new ArrayList<>(List.of("v1.DRAPlugin", "v1beta1.DRAPlugin"));
      if (health) {
        versions.addAll(List.of("v1.DRAResourceHealth", "v1alpha1.DRAResourceHealth"));
      }
      return List.copyOf(versions);
    }
  }
}
