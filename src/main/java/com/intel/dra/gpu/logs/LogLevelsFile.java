package com.intel.dra.gpu.logs;

import com.intel.dra.kit.time.PeriodicTask;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;
import org.jboss.logmanager.LogContext;

/**
 * Follows a file with log levels that is mounted from a ConfigMap: exactly those who may change the
 * ConfigMap may change the levels. Without a file nothing is changed.
 */
@Singleton
final class LogLevelsFile {

  private static final Logger LOG = Logger.getLogger(LogLevelsFile.class);
  private static final Duration PAUSE = Duration.ofSeconds(2);

  /** More than any useful content, and fast to read. */
  private static final int MAX_BYTES = 64 * 1024;

  private final Path file;
  private final LogLevels levels = new LogLevels(LogContext.getLogContext());
  private final AtomicReference<Optional<PeriodicTask>> thread =
      new AtomicReference<>(Optional.empty());

  LogLevelsFile(
      @ConfigProperty(name = "log-levels-file", defaultValue = "/etc/intel-gpu-logging/levels")
          Path file) {
    this.file = file;
  }

  void start(@Observes StartupEvent event) {
    thread.set(Optional.of(PeriodicTask.start("log-levels", Duration.ZERO, PAUSE, this::look)));
  }

  void stop(@Observes ShutdownEvent event) {
    thread.getAndSet(Optional.empty()).ifPresent(PeriodicTask::close);
  }

  /** Reads the file and applies its levels. Must be called regularly. */
  void look() {
    try {
      levels.apply(content());
    } catch (IOException | RuntimeException e) {
      LOG.debugf("%s cannot be read: %s", file, e.getMessage());
    }
  }

  private String content() throws IOException {
    if (!Files.isRegularFile(file)) {
      return "";
    }
    try (var input = Files.newInputStream(file)) {
      return new String(input.readNBytes(MAX_BYTES), StandardCharsets.UTF_8);
    }
  }
}
