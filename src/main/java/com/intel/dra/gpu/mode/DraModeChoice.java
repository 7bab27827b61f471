package com.intel.dra.gpu.mode;

import io.fabric8.kubernetes.api.model.APIGroupList;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/** Chooses between classic and structured DRA. */
public final class DraModeChoice {

  private static final Logger LOG = Logger.getLogger(DraModeChoice.class);

  private static final String GROUP = "resource.k8s.io";
  private static final String CLASSIC_VERSION = "v1alpha2";
  private static final String STRUCTURED_VERSION = "v1";
  private static final Duration PAUSE = Duration.ofSeconds(1);

  private DraModeChoice() {}

  /**
   * Chooses by the setting; if it is {@code AUTO}, by what the API server serves. While the API
   * server cannot be reached, the mode of the earlier run is used. Without an earlier run, the API
   * server is asked until it serves one of the two, because nothing can be done before.
   *
   * @param before the mode of an earlier run, if known
   * @throws InterruptedException if the application must stop meanwhile
   */
  public static DraMode make(
      DraModeSetting setting, KubernetesClient client, Supplier<Optional<DraMode>> before)
      throws InterruptedException {
    return switch (setting) {
      case CLASSIC -> chosen(DraMode.CLASSIC, "by the setting gpu.dra-mode");
      case STRUCTURED -> chosen(DraMode.STRUCTURED, "by the setting gpu.dra-mode");
      case AUTO -> ask(client, before);
    };
  }

  /**
   * The mode for what the API server serves now; empty if it serves neither.
   *
   * @throws KubernetesClientException if it does not answer
   */
  public static Optional<DraMode> asServed(KubernetesClient client) {
    return forVersions(served(client));
  }

  /** The mode for an API server with these versions; empty if it has neither. */
  static Optional<DraMode> forVersions(Set<String> served) {
    if (served.contains(STRUCTURED_VERSION)) {
      return Optional.of(DraMode.STRUCTURED);
    }
    return served.contains(CLASSIC_VERSION) ? Optional.of(DraMode.CLASSIC) : Optional.empty();
  }

  private static DraMode ask(KubernetesClient client, Supplier<Optional<DraMode>> lastUsed)
      throws InterruptedException {
    String last = "";
    while (true) {
      String problem;
      try {
        Set<String> served = served(client);
        Optional<DraMode> mode = forVersions(served);
        if (mode.isPresent()) {
          return chosen(mode.get(), "the API server serves %s %s".formatted(GROUP, served));
        }
        problem =
            "the API server serves neither %1$s/%2$s nor %1$s/%3$s (it serves %4$s): on Kubernetes 1.27 to 1.30 switch on the feature gate DynamicResourceAllocation and --runtime-config=%1$s/%3$s"
                .formatted(GROUP, STRUCTURED_VERSION, CLASSIC_VERSION, served);
      } catch (KubernetesClientException e) {
        Optional<DraMode> before = lastUsed.get();
        if (before.isPresent()) {
          return chosen(
              before.get(),
              "as before, because the API server cannot be reached: " + e.getMessage());
        }
        problem =
            "the API server does not say which APIs it serves; to decide without it, set gpu.dra-mode to classic or structured: "
                + e.getMessage();
      }
      if (!problem.equals(last)) {
        last = problem;
        LOG.errorf(
            "The mode, classic or structured DRA, is not known yet, trying again: %s", problem);
      }
      Thread.sleep(PAUSE);
    }
  }

  private static Set<String> served(KubernetesClient client) {
    // the client returns null for a 404, for example from a proxy whose API server is not up yet
    return Optional.ofNullable(client.getApiGroups()).map(APIGroupList::getGroups).stream()
        .flatMap(List::stream)
        .filter(group -> group.getName().equals(GROUP))
        .flatMap(group -> group.getVersions().stream())
        .map(version -> version.getVersion())
        .collect(Collectors.toUnmodifiableSet());
  }

  private static DraMode chosen(DraMode mode, String reason) {
    LOG.infof("Mode: %s DRA, driver %s (%s)", mode, mode.driverName(), reason);
    return mode;
  }
}
