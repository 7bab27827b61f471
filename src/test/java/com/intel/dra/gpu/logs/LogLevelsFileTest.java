package com.intel.dra.gpu.logs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jboss.logmanager.Level;
import org.jboss.logmanager.LogContext;
import org.jboss.logmanager.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogLevelsFileTest {

  private static final String CATEGORY = "com.intel.dra.gpu.test.LogLevelsFileTest";

  @TempDir Path folder;

  private final Logger logger = LogContext.getLogContext().getLogger(CATEGORY);

  @AfterEach
  @SuppressWarnings("NullAway") // null makes a logger use its parent's level
  void asBefore() {
    logger.setLevel(null);
  }

  @Test
  void theFileCanComeChangeAndGo() throws IOException {
    Path file = folder.resolve("levels");
    var followed = new LogLevelsFile(file);

    followed.look();
    assertThat(logger.getLevel()).isNull();

    Files.writeString(file, CATEGORY + "=DEBUG\n");
    followed.look();
    assertThat(logger.getLevel()).isEqualTo(Level.DEBUG);

    Files.writeString(file, CATEGORY + "=OFF\n");
    followed.look();
    assertThat(logger.getLevel()).isEqualTo(Level.OFF);

    Files.delete(file);
    followed.look();
    assertThat(logger.getLevel()).isNull();
  }
}
