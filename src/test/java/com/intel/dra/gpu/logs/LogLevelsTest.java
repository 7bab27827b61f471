package com.intel.dra.gpu.logs;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.jboss.logmanager.Level;
import org.jboss.logmanager.LogContext;
import org.junit.jupiter.api.Test;

class LogLevelsTest {

  private final LogContext context = LogContext.create();
  private final LogLevels levels = new LogLevels(context);

  @Test
  void aLevelCountsWhileTheTextSaysItAndIsThenAsItWas() {
    context.getLogger("a").setLevel(Level.WARN);

    levels.apply("a=DEBUG\nb.c=ERROR\n");

    assertThat(context.getLogger("a").getLevel()).isEqualTo(Level.DEBUG);
    assertThat(context.getLogger("b.c").getLevel()).isEqualTo(Level.ERROR);
    assertThat(context.getLogger("a.x").isLoggable(Level.DEBUG)).isTrue();

    levels.apply("b.c=INFO");

    assertThat(context.getLogger("a").getLevel()).isEqualTo(Level.WARN);
    assertThat(context.getLogger("b.c").getLevel()).isEqualTo(Level.INFO);

    levels.apply("");

    assertThat(context.getLogger("a").getLevel()).isEqualTo(Level.WARN);
    assertThat(context.getLogger("b.c").getLevel()).isNull();
  }

  @Test
  void whatIsNoLevelChangesNothing() {
    var texts = new ArrayList<>(List.of("a=LOUD", "a", "a=", "=\\u12", "\0\n"));
    context.getLogger("a").setLevel(Level.WARN);

    texts.forEach(levels::apply);

    assertThat(context.getLogger("a").getLevel()).isEqualTo(Level.WARN);
  }

  @Test
  void aMistakeInOneLineDoesNotConcernTheOthers() {
    levels.apply("a=LOUD\nb=DEBUG");

    assertThat(context.getLogger("a").getLevel()).isNull();
    assertThat(context.getLogger("b").getLevel()).isEqualTo(Level.DEBUG);
  }

  @Test
  void aLevelOfTheDriverIsThatOfTheKitToo() {
    levels.apply("com.intel.dra.gpu=DEBUG");

    assertThat(context.getLogger("com.intel.dra.kit.x").isLoggable(Level.DEBUG)).isTrue();

    levels.apply("com.intel.dra.gpu=DEBUG\ncom.intel.dra.kit=ERROR");

    assertThat(context.getLogger("com.intel.dra.kit.x").isLoggable(Level.DEBUG)).isFalse();

    levels.apply("");

    assertThat(context.getLogger("com.intel.dra.kit").getLevel()).isNull();
  }
}
