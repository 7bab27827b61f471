package com.intel.dra.gpu.controller.answering;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What strangers send takes a small part of the controller's memory, which is some 200 MiB. */
class HostileManifestsTest {

  /** In a process of its own: memory that is used up would end this one. */
  @Test
  void noManifestTakesAllMemory() throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx40m",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                HostileManifests.class.getName())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try (var output = process.inputReader()) {
      List<String> answers = output.lines().toList();
      assertThat(process.waitFor(1, TimeUnit.SECONDS)).isTrue();
      assertThat(answers)
          .hasSize(HostileManifests.all().size())
          .allMatch(line -> line.endsWith(": 200") || line.endsWith(": 400"));
    }
  }
}
