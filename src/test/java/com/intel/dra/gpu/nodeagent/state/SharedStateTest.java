package com.intel.dra.gpu.nodeagent.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Changes that several threads make at the same time. */
class SharedStateTest {

  @TempDir Path folder;

  /** A text, and something that happens while it is being written. */
  private static final class Text implements SharedState.Form<String> {

    private Runnable whenWritten = () -> {};

    @Override
    public String beforeTheFirst() {
      return "";
    }

    @Override
    public StateDocument.Decoded<String> decode(byte[] content) {
      return new StateDocument.Decoded.Valid<>(new String(content, StandardCharsets.UTF_8));
    }

    @Override
    public byte[] encode(String value) {
      Runnable now = whenWritten;
      whenWritten = () -> {};
      now.run();
      return value.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public String damageReport(Path file, String reason, boolean isKnown) {
      return reason;
    }
  }

  @Test
  void whatIsPutBackWhileItIsBeingRemovedIsThereAfterwards() throws Exception {
    var form = new Text();
    SharedState<String> state = SharedState.open(folder, "text", "text.damaged", form);
    state.change(_ -> "claim");
    var putBack = new CompletableFuture<Thread>();
    form.whenWritten =
        () -> {
          Thread thread = Thread.ofPlatform().start(() -> change(state, "claim"));
          putBack.complete(thread);
          await()
              .until(
                  () ->
                      thread.getState() == Thread.State.TERMINATED
                          || thread.getState() == Thread.State.WAITING);
        };

    state.change(_ -> "");
    putBack.join().join();

    assertThat(state.get()).isEqualTo("claim");
    assertThat(SharedState.open(folder, "text", "text.damaged", new Text()).get())
        .isEqualTo("claim");
  }

  private static void change(SharedState<String> state, String value) {
    try {
      state.change(_ -> value);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
