package com.intel.dra.gpu.nodeagent.life;

import com.intel.dra.gpu.nodeagent.config.AgentConfig;
import com.intel.dra.kit.kubelet.server.KubeletPlugin;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Checks that this agent works and does not only run: its last scan of the hardware is recent, and
 * its sockets answer as the kubelet would find them.
 */
@Singleton
public class AgentHealth {

  /**
   * How long a scan of the hardware may take beyond the pause between scans. A scan of sysfs takes
   * less than a second.
   */
  public static final Duration SCAN_PATIENCE = Duration.ofSeconds(30);

  private final InstantSource clock;
  private final Duration scanPatience;
  private final Supplier<Optional<String>> sockets;
  private volatile Instant scannedAt;

  @Inject
  AgentHealth(KubeletPlugin plugin, AgentConfig config, InstantSource clock) {
    this(plugin::probeBoth, config, clock);
  }

  /**
   * @param sockets returns what is wrong with the sockets; may block for some seconds
   */
  public AgentHealth(Supplier<Optional<String>> sockets, AgentConfig config, InstantSource clock) {
    this.clock = clock;
    this.scanPatience = SCAN_PATIENCE.plus(config.rescanInterval());
    this.sockets = sockets;
    this.scannedAt = clock.instant();
  }

  /** Records that a scan of the hardware has ended, whatever it found. */
  public void scanned() {
    scannedAt = clock.instant();
  }

  /** Returns why this agent does not work; empty if it does. Blocks for some seconds. */
  Optional<String> defect() {
    return defectOfScan()
        .or(() -> sockets.get().map(reason -> "the kubelet cannot call: " + reason));
  }

  /**
   * Returns a reason if the scan of the hardware does not end: a driver may hang in a read or an
   * ioctl.
   */
  public Optional<String> defectOfScan() {
    Duration ago = Duration.between(scannedAt, clock.instant());
    return ago.compareTo(scanPatience) > 0
        ? Optional.of("the last look at the GPUs did not end within %s".formatted(scanPatience))
        : Optional.empty();
  }
}
