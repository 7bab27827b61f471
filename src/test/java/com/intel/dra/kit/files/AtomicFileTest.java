package com.intel.dra.kit.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFileTest {

  @TempDir Path folder;

  @Test
  void replacesTheContentAndLeavesNothingElseBehind() throws IOException {
    AtomicFile file = file("state");
    file.write(bytes("a long first content"));
    file.write(bytes("second"));

    assertThat(file.read(1000))
        .hasValueSatisfying(read -> assertThat(read).isEqualTo(bytes("second")));
    assertThat(folder).isDirectoryContaining("glob:**/state");
    assertThat(Files.list(folder)).hasSize(1);
    assertThat(Files.getPosixFilePermissions(file.path()))
        .isEqualTo(PosixFilePermissions.fromString("rw-r-----"));
  }

  @Test
  void ofALongerFileThanIsExpectedNoMoreIsReadThanShowsIt() throws IOException {
    AtomicFile file = file("state");
    file.write(bytes("0123456789"));

    assertThat(file.read(10)).hasValue(bytes("0123456789"));
    assertThat(file.read(4)).hasValue(bytes("01234"));
  }

  @Test
  void aMissingFileReadsAsEmpty() throws IOException {
    assertThat(file("state").read(1000)).isEmpty();
    assertThat(file("state").delete()).isFalse();
  }

  @Test
  void aFailedWriteKeepsTheOldContentAndLeavesNoTemporaryFile() throws IOException {
    // a folder that is not empty cannot be replaced by a file
    Files.createDirectories(folder.resolve("state/inside"));

    assertThatThrownBy(() -> file("state").write(bytes("new"))).isInstanceOf(IOException.class);

    assertThat(folder.resolve("state/inside")).isDirectory();
    assertThat(Files.list(folder)).hasSize(1);
  }

  @Test
  void deletesItsOwnLeftoversOnly() throws IOException {
    Files.createFile(folder.resolve(".state.123.tmp"));
    Files.createFile(folder.resolve(".other.123.tmp"));
    Files.createFile(folder.resolve("state.yaml"));

    file("state").deleteLeftovers();

    assertThat(Files.list(folder).map(path -> path.getFileName().toString()))
        .containsExactlyInAnyOrder(".other.123.tmp", "state.yaml");
  }

  @Test
  void setsAFileAsideOverAnOlderOne() throws IOException {
    AtomicFile file = file("state");
    Files.writeString(folder.resolve("state.damaged"), "older");
    file.write(bytes("newer"));

    file.setAsideAs("state.damaged");

    assertThat(file.read(1000)).isEmpty();
    assertThat(folder.resolve("state.damaged")).hasContent("newer");
  }

  private AtomicFile file(String name) {
    return new AtomicFile(folder.resolve(name), PosixFilePermissions.fromString("rw-r-----"));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
