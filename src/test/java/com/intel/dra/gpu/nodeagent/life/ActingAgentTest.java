package com.intel.dra.gpu.nodeagent.life;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ActingAgentTest {

  @TempDir Path folder;

  private ActingAgent older;
  private ActingAgent newer;

  @BeforeEach
  void twoAgents() {
    older = new ActingAgent(folder.resolve("state"));
    newer = new ActingAgent(folder.resolve("state"));
  }

  @AfterEach
  void letGo() throws IOException {
    older.letGo();
    newer.letGo();
  }

  @Test
  void thePresentOneActsAndTheOtherWhenItHasEnded() throws IOException {
    assertThat(older.tryToAct()).isTrue();
    assertThat(newer.tryToAct()).isFalse();
    assertThat(newer.isActing()).isFalse();
    assertThat(older.isActing()).isTrue();

    older.letGo();

    assertThat(newer.tryToAct()).isTrue();
    assertThat(newer.isActing()).isTrue();
    assertThat(newer.tryToAct()).as("begins once").isFalse();
  }

  @Test
  void nobodyActsWhereTheLockCannotBeMade() throws IOException {
    Files.writeString(folder.resolve("state"), "no folder");

    assertThat(older.tryToAct()).isFalse();

    Files.delete(folder.resolve("state"));
    assertThat(older.tryToAct()).isTrue();
  }
}
