package com.intel.dra.kit.cdi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.intel.dra.kit.cdi.CdiSpecFile.Outcome;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CdiSpecFileTest {

  private static final CdiKind KIND = new CdiKind("intel.com", "gpu");

  @TempDir Path root;

  @Test
  void contentIsTheGoldenFile() throws Exception {
    CdiSpecFile file = new CdiSpecFile(root.resolve("cdi"), KIND);

    assertThat(
            file.publish(
                List.of(
                    device(
                        "0000:03:00.0-0x56c0", "/host/dev/dri/card0", "/host/dev/dri/renderD128"),
                    device("card1", "/dev/dri/card1"))))
        .isEqualTo(Outcome.WRITTEN);

    assertThat(file.path()).hasFileName("intel.com-gpu.yaml");
    assertThat(file.path())
        .hasSameTextualContentAs(
            Path.of(
                Objects.requireNonNull(CdiSpecFileTest.class.getResource("golden.yaml")).toURI()));
    assertThat(Files.getPosixFilePermissions(file.path()))
        .isEqualTo(PosixFilePermissions.fromString("rw-r--r--"));
  }

  @Test
  void anEqualSpecIsNotWrittenAgain() throws IOException {
    CdiSpecFile file = new CdiSpecFile(root, KIND);
    file.publish(List.of(device("card0", "/dev/dri/card0")));
    Files.setLastModifiedTime(file.path(), FileTime.fromMillis(1000));

    assertThat(file.publish(List.of(device("card0", "/dev/dri/card0"))))
        .isEqualTo(Outcome.UNCHANGED);

    assertThat(Files.getLastModifiedTime(file.path())).isEqualTo(FileTime.fromMillis(1000));
  }

  /**
   * A node without GPUs has nothing to say at each look, which needs no lock and no second look.
   */
  @Test
  void thatThereIsNothingToSayIsKnownUntilSomebodyWritesAFile() throws IOException {
    CdiSpecFile file = new CdiSpecFile(root, KIND);
    assertThat(file.says(List.of())).as("before the first publish").isFalse();
    file.publish(List.of());
    assertThat(file.says(List.of())).isTrue();

    Files.writeString(file.path(), "somebody else's");

    assertThat(file.says(List.of())).isFalse();
    assertThat(file.publish(List.of())).isEqualTo(Outcome.REMOVED);
    assertThat(file.path()).doesNotExist();
    assertThat(file.says(List.of())).isTrue();
  }

  @Test
  void aSpecThatSomebodyChangedOrDeletedIsWrittenAgain() throws IOException {
    CdiSpecFile file = new CdiSpecFile(root, KIND);
    var devices = List.of(device("card0", "/dev/dri/card0"));
    file.publish(devices);

    Files.writeString(file.path(), "garbage");
    assertThat(file.publish(devices)).isEqualTo(Outcome.WRITTEN);

    Files.delete(file.path());
    assertThat(file.publish(devices)).isEqualTo(Outcome.WRITTEN);
  }

  /** Content by others, however large or broken, is compared and replaced, not parsed. */
  @Test
  void everyTruncationAndAnEndlessFileAreWrittenAgain() throws IOException {
    CdiSpecFile file = new CdiSpecFile(root, KIND);
    var devices = List.of(device("card0", "/dev/dri/card0"));
    file.publish(devices);
    byte[] whole = Files.readAllBytes(file.path());
    for (int length = 0; length < whole.length; length++) {
      Files.write(file.path(), Arrays.copyOf(whole, length));
      assertThat(file.publish(devices)).as("%d bytes", length).isEqualTo(Outcome.WRITTEN);
    }

    try (var huge = new RandomAccessFile(file.path().toFile(), "rw")) {
      huge.setLength(8L << 30); // a large size without any blocks
    }
    assertThat(file.publish(devices)).isEqualTo(Outcome.WRITTEN);
    assertThat(file.path()).hasBinaryContent(whole);
  }

  @Test
  void aFileThatWasFoundAsItShouldBeIsSeenToChangeLater() throws IOException {
    CdiSpecFile file = new CdiSpecFile(root, KIND);
    var devices = List.of(device("card0", "/dev/dri/card0"));
    file.publish(devices);
    for (int i = 0; i < 3; i++) {
      assertThat(file.publish(devices)).isEqualTo(Outcome.UNCHANGED);
    }
    String whole = Files.readString(file.path());

    Files.writeString(file.path(), whole.replace("card0", "card9")); // the same length as before
    assertThat(file.publish(devices)).isEqualTo(Outcome.WRITTEN);
    assertThat(file.path()).hasContent(whole);
    assertThat(file.publish(devices)).isEqualTo(Outcome.UNCHANGED);

    assertThat(file.publish(List.of(device("card1", "/dev/dri/card1")))).isEqualTo(Outcome.WRITTEN);
    assertThat(file.publish(devices)).isEqualTo(Outcome.WRITTEN);

    Files.delete(file.path());
    assertThat(file.publish(devices)).isEqualTo(Outcome.WRITTEN);
  }

  @Test
  void withoutDevicesThereIsNoFile() throws IOException {
    CdiSpecFile file = new CdiSpecFile(root, KIND);
    assertThat(file.publish(List.of())).isEqualTo(Outcome.UNCHANGED);
    file.publish(List.of(device("card0", "/dev/dri/card0")));

    assertThat(file.publish(List.of())).isEqualTo(Outcome.REMOVED);

    assertThat(file.path()).doesNotExist();
  }

  @Test
  void onlyItsOwnLeftoversAreRemoved() throws IOException {
    Files.createFile(root.resolve(".intel.com-gpu.yaml.77.tmp"));
    Files.createFile(root.resolve("intel.com-nic.yaml"));

    new CdiSpecFile(root, KIND).publish(List.of());

    assertThat(Files.list(root))
        .containsExactlyInAnyOrder(
            root.resolve("intel.com-nic.yaml"), root.resolve(".intel.com-gpu.yaml.lock"));
  }

  @Test
  void theVersionIsTheLowestThatHasAllThatIsUsed() {
    assertThat(new CdiSpec(KIND, List.of(device("card0", "/dev/dri/card0"))).cdiVersion())
        .isEqualTo("0.3.0");
    assertThat(new CdiSpec(KIND, List.of(device("0card", "/dev/dri/card0"))).cdiVersion())
        .isEqualTo("0.5.0");
    assertThat(new CdiSpec(KIND, List.of(device("card0", "/host/card0"))).cdiVersion())
        .isEqualTo("0.5.0");
    assertThat(
            new CdiSpec(new CdiKind("intel.com", "gpu.x"), List.of(device("a", "/dev/dri/card0")))
                .cdiVersion())
        .isEqualTo("0.6.0");
  }

  @Test
  void whatRuntimesWouldRefuseCannotBeMade() {
    CdiDevice device = device("card0", "/dev/dri/card0");
    assertThatThrownBy(() -> new CdiSpec(KIND, List.of()))
        .isInstanceOf(InvalidCdiSpecException.class);
    assertThatThrownBy(() -> new CdiSpec(KIND, List.of(device, device)))
        .isInstanceOf(InvalidCdiSpecException.class)
        .hasMessageContaining("card0");
    assertThatThrownBy(() -> new CdiDevice("card0", ContainerEdits.nodes(List.of())))
        .isInstanceOf(InvalidCdiSpecException.class);
  }

  private static CdiDevice device(String name, String... hostPaths) {
    return new CdiDevice(
        name,
        ContainerEdits.nodes(
            Arrays.stream(hostPaths)
                .map(path -> DeviceNode.character("/dev/dri/" + Path.of(path).getFileName(), path))
                .toList()));
  }
}
