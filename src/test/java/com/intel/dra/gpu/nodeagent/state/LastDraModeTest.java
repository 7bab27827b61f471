package com.intel.dra.gpu.nodeagent.state;

import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.mode.DraMode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LastDraModeTest {

  @TempDir Path root;

  private Function<DraMode, Path> ownFolders() {
    return mode -> root.resolve(mode.driverName());
  }

  private Function<DraMode, Path> oneFolder() {
    return mode -> root.resolve("state");
  }

  @Test
  void nobodyKnowsOnANewNode() {
    assertThat(new LastDraMode(ownFolders()).read()).isEmpty();
    assertThat(new LastDraMode(oneFolder()).read()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void itIsKnownInOneFolderForBothModesToo(DraMode mode) {
    for (Function<DraMode, Path> folders : java.util.List.of(ownFolders(), oneFolder())) {
      new LastDraMode(folders).remember(mode);

      assertThat(new LastDraMode(folders).read()).hasValue(mode);
    }
  }

  @Test
  void inOneFolderTheLaterModeReplacesTheFormer() {
    var last = new LastDraMode(oneFolder());
    last.remember(DraMode.CLASSIC);
    last.remember(DraMode.STRUCTURED);

    assertThat(last.read()).hasValue(DraMode.STRUCTURED);
  }

  @Test
  void ofTwoFoldersTheYoungerCounts() throws IOException {
    var last = new LastDraMode(ownFolders());
    last.remember(DraMode.STRUCTURED);
    last.remember(DraMode.CLASSIC);
    Files.setLastModifiedTime(
        ownFolders().apply(DraMode.CLASSIC).resolve(LastDraMode.FILE_NAME),
        FileTime.from(Instant.now().minusSeconds(60)));

    assertThat(last.read()).hasValue(DraMode.STRUCTURED);
  }

  @Test
  void anEarlierAgentIsKnownByItsRecordOfPreparedClaims() throws IOException {
    Path folder = Files.createDirectories(ownFolders().apply(DraMode.STRUCTURED));
    Files.createFile(folder.resolve(PreparedClaims.FILE_NAME));

    assertThat(new LastDraMode(ownFolders()).read()).hasValue(DraMode.STRUCTURED);
  }

  @Test
  void aRecordInOneFolderForBothModesTellsNothing() throws IOException {
    Path folder = Files.createDirectories(root.resolve("state"));
    Files.createFile(folder.resolve(PreparedClaims.FILE_NAME));

    assertThat(new LastDraMode(oneFolder()).read()).isEmpty();
  }
}
