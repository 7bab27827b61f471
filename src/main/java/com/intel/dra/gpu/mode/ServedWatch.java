package com.intel.dra.gpu.mode;

import com.intel.dra.gpu.mode.DraModeChoice.Served;
import com.intel.dra.kit.served.ServedApi;
import com.intel.dra.kit.served.ServedVersion;
import com.intel.dra.kit.served.ServedVersions;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Duration;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * Notices that the API server serves other versions of resource.k8s.io than before, because it was
 * upgraded or its settings were changed.
 *
 * <p>Another version of the same mode is used from the next request on: the objects are the same.
 * Another mode needs a new process. A change counts when two looks in succession see it, because
 * the API servers of one control plane are replaced one after the other.
 */
public final class ServedWatch {

  /** Two looks and a restart take less than a minute. */
  public static final Duration PERIOD = Duration.ofSeconds(20);

  private static final Logger LOG = Logger.getLogger(ServedWatch.class);

  private final DraModeChoice choice;
  private final ServedApi api;
  private final DraMode mode;
  private final Consequences consequences;

  private Optional<Served> last = Optional.empty();
  private String told = "";

  /** What the application does. Called by {@link #look}, and may block. */
  public interface Consequences {

    /** The mode is still the right one. Called after each look that shows it. */
    void sameMode();

    /** Another version of the same mode is used now, or a version is known for the first time. */
    void otherVersion();

    /**
     * The process should end, so that the next one chooses again. Called after each look until it
     * ends.
     *
     * @param reason why, as a sentence
     */
    void otherMode(String reason);

    /**
     * Nothing is served that this driver uses. Called once for each reason; what runs goes on.
     *
     * @param reason what is served, and what to do
     */
    void unusable(String reason);
  }

  public ServedWatch(DraModeChoice choice, ServedApi api, DraMode mode, Consequences consequences) {
    this.choice = choice;
    this.api = api;
    this.mode = mode;
    this.consequences = consequences;
  }

  /** Call this every {@link #PERIOD}. Blocks. A look that gets no answer changes nothing. */
  public synchronized void look() {
    Served now;
    try {
      now = choice.ask();
    } catch (KubernetesClientException e) {
      LOG.debugf("What the API server serves is not known now: %s", e.getMessage());
      return;
    }
    boolean isSeenAgain = last.equals(Optional.of(now));
    last = Optional.of(now);
    switch (now) {
      case Served.Unusable(UnusableApi why) -> {
        if (isSeenAgain) {
          tell(why);
        }
      }
      case Served.Usable(DraMode other, ServedVersion version, ServedVersions all) -> {
        told = "";
        if (other == mode) {
          consequences.sameMode();
          if (isSeenAgain || api.version().isEmpty()) {
            use(version);
          }
        } else if (isSeenAgain) {
          consequences.otherMode(
              "the API server now serves %s %s, for which %s DRA is used, and this process uses %s DRA"
                  .formatted(ServedVersion.GROUP, all.names(), other.label(), mode.label()));
        }
      }
    }
  }

  private void use(ServedVersion version) {
    if (!api.version().equals(Optional.of(version))) {
      LOG.infof("%s is used from now on", version.apiVersion());
      api.use(version);
      consequences.otherVersion();
    }
  }

  private void tell(UnusableApi why) {
    if (why.isCertain() && !why.message().equals(told)) {
      told = why.message();
      consequences.unusable(told);
    }
  }
}
