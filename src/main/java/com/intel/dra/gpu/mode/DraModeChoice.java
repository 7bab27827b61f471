package com.intel.dra.gpu.mode;

import com.intel.dra.kit.served.KubernetesRelease;
import com.intel.dra.kit.served.ServedApi;
import com.intel.dra.kit.served.ServedVersion;
import com.intel.dra.kit.served.ServedVersions;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * Chooses between classic and structured DRA, and the version of resource.k8s.io, by what the API
 * server serves.
 */
public final class DraModeChoice {

  private static final Logger LOG = Logger.getLogger(DraModeChoice.class);

  private static final Duration PAUSE = Duration.ofSeconds(1);

  private final DraModeSetting setting;
  private final KubernetesClient client;
  private final ServedApi api;

  /** What was served when this was asked last, if it could be used. */
  private volatile Optional<ServedVersions> usable = Optional.empty();

  /** Learns of each new reason once. */
  public interface Listener {

    /** The mode is not known yet. */
    void waiting(String reason);

    /** The API server answers, and this driver cannot use what it serves. */
    default void unusable(String reason) {}
  }

  /** What the API server serves, as far as this driver can use it. */
  sealed interface Served {

    /** A version that this driver can use in that mode. */
    record Usable(DraMode mode, ServedVersion version, ServedVersions all) implements Served {}

    /** No version that this driver can use. */
    record Unusable(UnusableApi why) implements Served {}
  }

  /**
   * @param api gets the version
   */
  public DraModeChoice(DraModeSetting setting, KubernetesClient client, ServedApi api) {
    this.setting = setting;
    this.client = client;
    this.api = api;
  }

  /**
   * Chooses by the setting; if it is {@code AUTO}, by what the API server serves. While the API
   * server cannot be reached, the mode of the earlier run is used. Without an earlier run, the API
   * server is asked until it serves a version that can be used, because nothing can be done before.
   *
   * <p>The version may remain unknown if the API server cannot be reached; {@link ServedWatch}
   * finds it later.
   *
   * @param before the mode of an earlier run, if known
   * @param listener learns why the mode is not known yet; may block
   * @throws InterruptedException if the application must stop meanwhile
   */
  public DraMode make(Supplier<Optional<DraMode>> before, Listener listener)
      throws InterruptedException {
    String last = "";
    while (true) {
      String problem;
      String knownBecause;
      Optional<DraMode> known = setting.mode();
      try {
        switch (ask()) {
          case Served.Usable(DraMode mode, ServedVersion version, ServedVersions all) -> {
            api.use(version);
            return chosen(
                mode,
                "the API server serves %s %s, of which %s is used"
                    .formatted(ServedVersion.GROUP, all.names(), version.label()));
          }
          case Served.Unusable(UnusableApi why) -> {
            problem = why.message();
            knownBecause = "by the setting gpu.dra-mode, although " + problem;
            if (why.isCertain() && !problem.equals(last)) {
              listener.unusable(problem);
            }
          }
        }
      } catch (KubernetesClientException e) {
        problem =
            "the API server does not say which APIs it serves; to decide without it, set gpu.dra-mode to classic or structured: "
                + e.getMessage();
        knownBecause = "by the setting gpu.dra-mode, or as before: " + problem;
        known = known.or(before);
      }
      if (known.isPresent()) {
        return chosen(known.get(), knownBecause);
      }
      if (!problem.equals(last)) {
        last = problem;
        LOG.errorf(
            "The mode, classic or structured DRA, is not known yet, trying again: %s", problem);
        listener.waiting(problem);
      }
      Thread.sleep(PAUSE);
    }
  }

  /**
   * Uses the best version that the API server serves now.
   *
   * @return its mode; empty if it serves none that can be used
   * @throws KubernetesClientException if it does not answer
   */
  public Optional<DraMode> asServed() {
    return switch (ask()) {
      case Served.Usable(DraMode mode, ServedVersion version, var _) -> {
        api.use(version);
        yield Optional.of(mode);
      }
      case Served.Unusable _ -> Optional.empty();
    };
  }

  /**
   * @throws KubernetesClientException if the API server does not answer
   */
  Served ask() {
    ServedVersions served = ServedVersions.read(client, usable);
    usable = Optional.of(served).filter(found -> best(found).isPresent());
    return best(served)
        .<Served>map(
            version ->
                new Served.Usable(
                    version.isStructured() ? DraMode.STRUCTURED : DraMode.CLASSIC, version, served))
        .orElseGet(() -> new Served.Unusable(new UnusableApi(served, setting, release())));
  }

  private Optional<ServedVersion> best(ServedVersions served) {
    return switch (setting) {
      case AUTO -> served.best();
      case CLASSIC -> served.classic();
      case STRUCTURED -> served.structured();
    };
  }

  private Optional<KubernetesRelease> release() {
    try {
      return KubernetesRelease.ofApiServer(client);
    } catch (KubernetesClientException e) {
      return Optional.empty();
    }
  }

  private static DraMode chosen(DraMode mode, String reason) {
    LOG.infof("Mode: %s DRA, driver %s (%s)", mode, mode.driverName(), reason);
    return mode;
  }
}
