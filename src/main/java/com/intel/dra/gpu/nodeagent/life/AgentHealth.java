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
 * Whether this agent works, not only runs: it looked at the hardware lately, and its sockets answer
 * as the kubelet would find them.
 */
@Singleton
public class AgentHealth {

  /**
   * How much longer than its pause a look at the hardware may take. A look at sysfs takes less than
   * a second.
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
   * @param sockets tells what is wrong with them; may block for some seconds
   */
  public AgentHealth(Supplier<Optional<String>> sockets, AgentConfig config, InstantSource clock) {
    this.clock = clock;
    this.scanPatience = SCAN_PATIENCE.plus(config.rescanInterval());
    this.sockets = sockets;
    this.scannedAt = clock.instant();
  }

  /** A look at the hardware has ended, whatever it found. */
  public void scanned() {
    scannedAt = clock.instant();
  }

  /** What speaks against this agent; empty if nothing does. Blocks for some seconds. */
  Optional<String> defect() {
    return defectOfScan()
        .or(() -> sockets.get().map(reason -> "the kubelet cannot call: " + reason));
  }

  /** Says so if the look at the hardware does not end: a driver may hang in a read or an ioctl. */
  public Optional<String> defectOfScan() {
    Duration ago = Duration.between(scannedAt, clock.instant());
    return ago.compareTo(scanPatience) > 0
        ? Optional.of("the last look at the GPUs did not end within %s".formatted(scanPatience))
        : Optional.empty();
  }
}
