package com.intel.dra.gpu.nodeagent.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StateOnDiskTest {

  @TempDir Path folder;

  /** The reader has little memory, and can stop when it is clear that no agent wrote the file. */
  @Test
  void aFileThatIsFarTooLargeIsNotReadToItsEnd() throws IOException {
    var state = new StateOnDisk(folder);
    Files.write(state.preparedClaimsFile(), new byte[StateDocument.MAX_BYTES + 1]);
    Files.write(state.vfHostsFile(), new byte[StateDocument.MAX_BYTES + 1]);

    assertThat(state.preparedClaims())
        .isEqualTo(new StateOnDisk.Content.Unreadable<>(StateDocument.TOO_LARGE));
    assertThat(state.vfHosts())
        .isEqualTo(new StateOnDisk.Content.Unreadable<>(StateDocument.TOO_LARGE));
  }

  @Test
  void whatIsNotThereIsAbsent() {
    var state = new StateOnDisk(folder);

    assertThat(state.preparedClaims()).isEqualTo(new StateOnDisk.Content.Absent<>());
    assertThat(state.vfHosts()).isEqualTo(new StateOnDisk.Content.Absent<>());
  }
}
