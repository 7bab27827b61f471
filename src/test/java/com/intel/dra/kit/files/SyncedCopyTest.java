package com.intel.dra.kit.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SyncedCopyTest {

  private static final int HALF = 64 << 10;

  @TempDir Path folder;

  private Path path;
  private SyncedCopy copy;
  private UnaryOperator<FileChannel> disk = UnaryOperator.identity();

  @BeforeEach
  void make() {
    path = folder.resolve("copy");
    copy =
        new SyncedCopy(
            path,
            PosixFilePermissions.fromString("rw-------"),
            file ->
                disk.apply(
                    FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)));
  }

  private Optional<String> read() throws IOException {
    return copy.read().map(bytes -> new String(bytes, UTF_8));
  }

  private void write(String content) throws IOException {
    copy.write(content.getBytes(UTF_8));
  }

  private void damage(int offset) throws IOException {
    try (var channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(new byte[] {1, 2, 3}), offset);
    }
  }

  @Test
  void itHasWhatWasWrittenLast() throws IOException {
    assertThat(read()).isEmpty();

    for (int i = 0; i < 5; i++) {
      write("content " + i);
      assertThat(read()).contains("content " + i);
    }
    write("");
    assertThat(read()).contains("");
    assertThat(Files.size(path)).isEqualTo(2 * HALF);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
        .isEqualTo("rw-------");
  }

  @Test
  void aWriteThatACrashHasCutLeavesTheOneBefore() throws IOException {
    write("first half");
    write("second half");
    damage(HALF + 25);
    assertThat(read()).contains("first half");

    write("second half again");
    assertThat(read()).contains("second half again");
    damage(HALF);
    assertThat(read()).contains("first half");
  }

  /** Otherwise no claim could be prepared on the node until somebody deletes the file. */
  @Test
  void aCopyThatCannotBeReadIsReplaced() throws IOException {
    write("one");
    write("two");
    disk = channel -> FaultyChannel.unreadable(channel, HALF);

    write("three");

    assertThat(read()).contains("three");
  }

  /**
   * After a sync that failed, Linux shows the new content where the disk has the old one. The next
   * write must not take the half that is the only one on the disk.
   */
  @Test
  void theWriteAfterASyncThatFailedChangesNeitherHalf() throws IOException {
    write("one");
    write("two");
    Path before = Files.createLink(folder.resolve("before"), path);
    disk = FaultyChannel::withoutSync;
    assertThatExceptionOfType(IOException.class).isThrownBy(() -> write("three"));
    byte[] afterFailure = Files.readAllBytes(before);

    write("four");

    assertThat(before).hasBinaryContent(afterFailure);
    assertThat(read()).contains("four");
    disk = UnaryOperator.identity();
    write("five");
    assertThat(read()).contains("five");
  }

  @Test
  void aContentThatIsLargerThanTheFileMakesItLarger() throws IOException {
    write("small");
    write("x".repeat(HALF));
    assertThat(read().orElseThrow()).hasSize(HALF);

    long size = Files.size(path);
    write("small again");
    assertThat(read()).contains("small again");
    assertThat(path).hasSize(size);
  }

  @Test
  void aFileOfSomebodyElseIsNoCopyAndIsReplaced() throws IOException {
    Files.writeString(path, "something");
    assertThat(read()).isEmpty();

    write("content");
    assertThat(read()).contains("content");
  }
}
