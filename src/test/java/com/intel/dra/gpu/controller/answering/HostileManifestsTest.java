package com.intel.dra.gpu.controller.answering;

import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.explain.SmallJvm;
import org.junit.jupiter.api.Test;

/** What strangers send takes a small part of the controller's memory, which is some 200 MiB. */
class HostileManifestsTest {

  /** In a process of its own: memory that is used up would end this one. */
  @Test
  void noManifestTakesAllMemory() throws Exception {
    assertThat(SmallJvm.lines(HostileManifests.class, 40))
        .hasSize(HostileManifests.all().size())
        .allMatch(line -> line.endsWith(": 200") || line.endsWith(": 400"));
  }
}
