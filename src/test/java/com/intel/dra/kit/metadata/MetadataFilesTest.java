package com.intel.dra.kit.metadata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.intel.dra.kit.kubelet.api.ClaimReference;
import com.intel.dra.kit.kubelet.api.PrepareResult;
import com.intel.dra.kit.kubelet.api.PreparedDevice;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class MetadataFilesTest {

  /** What Kubernetes' Go library writes and answers for the same claims. */
  private static final Path GO = Path.of("src/test/resources/device-metadata");

  private static final ClaimReference CLAIM = new ClaimReference("default", "my-gpu", "uid-1");

  private static final Set<Thread.State> WAITS_OR_HAS_ENDED =
      Set.of(Thread.State.TIMED_WAITING, Thread.State.TERMINATED);

  @TempDir Path root;

  private MetadataFiles files() {
    return new MetadataFiles("gpu.intel.com", plugin(), cdi());
  }

  private Path plugin() {
    return root.resolve("var/lib/kubelet/plugins/gpu.intel.com");
  }

  private Path cdi() {
    return root.resolve("var/run/cdi");
  }

  private Path folder() {
    return plugin().resolve("dra-device-metadata");
  }

  static List<Path> goCases() throws IOException {
    try (Stream<Path> all = Files.list(GO)) {
      return all.filter(path -> Files.exists(path.resolve("input.json"))).sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("goCases")
  void filesAndAnswersAreThoseOfTheGoLibrary(Path given) throws IOException {
    JsonNode input = new ObjectMapper().readTree(given.resolve("input.json").toFile());

    Map<String, String> devices = files().write(claim(input));

    assertThat(written(root)).isEqualTo(written(given.resolve("files")));
    PrepareResult.Prepared answer = MetadataFiles.inFirstDevices(answer(input), devices);
    assertThat(
            answer.devices().stream()
                .map(device -> device.deviceName() + " " + String.join(" ", device.cdiDevices())))
        .isEqualTo(Files.readAllLines(given.resolve("answer.txt")));
  }

  /** Returns the content of all files, with the paths that they would have on a host. */
  private Map<String, String> written(Path below) throws IOException {
    var content = new TreeMap<String, String>();
    try (Stream<Path> all = Files.walk(below)) {
      for (Path file : all.filter(Files::isRegularFile).filter(path -> !isLock(path)).toList()) {
        content.put(
            below.relativize(file).toString(), Files.readString(file).replace(root.toString(), ""));
      }
    }
    return content;
  }

  private static boolean isLock(Path file) {
    return file.toString().endsWith(".lock");
  }

  private static ClaimMetadata claim(JsonNode input) {
    JsonNode metadata = input.path("claim").path("metadata");
    var requests = new LinkedHashMap<String, List<DeviceMetadata>>();
    for (JsonNode device : input.path("devices")) {
      var attributes = new TreeMap<String, AttributeValue>();
      device
          .path("attributes")
          .properties()
          .forEach(attribute -> attributes.put(attribute.getKey(), value(attribute.getValue())));
      for (JsonNode request : device.path("requests")) {
        requests
            .computeIfAbsent(request.asText(), _ -> new ArrayList<>())
            .add(
                new DeviceMetadata(
                    device.path("pool").asText(), device.path("device").asText(), attributes));
      }
    }
    return new ClaimMetadata(
        new ClaimReference(
            metadata.path("namespace").asText(),
            metadata.path("name").asText(),
            metadata.path("uid").asText()),
        Optional.ofNullable(metadata.path("annotations").get(ClaimMetadata.POD_CLAIM_NAME))
            .map(JsonNode::asText),
        requests.entrySet().stream()
            .map(request -> new RequestMetadata(request.getKey(), request.getValue()))
            .toList());
  }

  private static AttributeValue value(JsonNode attribute) {
    var only = attribute.properties().iterator().next();
    JsonNode value = only.getValue();
    return switch (only.getKey()) {
      case "string" -> new AttributeValue.Text(value.asText());
      case "bool" -> new AttributeValue.Flag(value.asBoolean());
      case "int" -> new AttributeValue.Number(value.asLong());
      case "version" -> new AttributeValue.Version(value.asText());
      case "strings" -> new AttributeValue.Texts(all(value).map(JsonNode::asText).toList());
      case "bools" -> new AttributeValue.Flags(all(value).map(JsonNode::asBoolean).toList());
      case "ints" -> new AttributeValue.Numbers(all(value).map(JsonNode::asLong).toList());
      case "versions" -> new AttributeValue.Versions(all(value).map(JsonNode::asText).toList());
      default -> throw new AssertionError("no such type: " + only);
    };
  }

  private static Stream<JsonNode> all(JsonNode list) {
    return StreamSupport.stream(list.spliterator(), false);
  }

  private static PrepareResult.Prepared answer(JsonNode input) {
    return new PrepareResult.Prepared(
        all(input.path("devices"))
            .map(
                device ->
                    new PreparedDevice(
                        all(device.path("requests")).map(JsonNode::asText).toList(),
                        device.path("pool").asText(),
                        device.path("device").asText(),
                        all(device.path("cdiDevices")).map(JsonNode::asText).toList(),
                        Optional.empty()))
            .toList());
  }

  private static ClaimMetadata gpuOf(ClaimReference claim) {
    return new ClaimMetadata(
        claim,
        Optional.empty(),
        List.of(
            new RequestMetadata("gpu", List.of(new DeviceMetadata("node1", "gpu0", Map.of())))));
  }

  @Test
  void everybodyCanReadTheFilesAndWhatIsThereIsNotWrittenAgain() throws IOException {
    Map<String, String> first = files().write(gpuOf(CLAIM));
    Path file = folder().resolve("default_my-gpu/gpu/metadata.json");
    assertThat(Files.getPosixFilePermissions(file))
        .isEqualTo(PosixFilePermissions.fromString("rw-r--r--"));
    Files.setLastModifiedTime(file, FileTime.fromMillis(1000));

    assertThat(files().write(gpuOf(CLAIM))).isEqualTo(first);
    assertThat(files().written(CLAIM)).isEqualTo(first);

    assertThat(Files.getLastModifiedTime(file)).isEqualTo(FileTime.fromMillis(1000));
  }

  @Test
  void theFilesGoWithTheClaimAndThoseOfOthersStay() throws IOException {
    var other = new ClaimReference("default", "other", "uid-2");
    files().write(gpuOf(CLAIM));
    files().write(gpuOf(other));
    Path foreign = Files.writeString(cdi().resolve("other.json"), "{}");

    files().remove(CLAIM, () -> List.of(other));
    files().remove(CLAIM, () -> List.of(other)); // the kubelet asks again

    assertThat(files().written(CLAIM)).isEmpty();
    assertThat(files().written(other)).containsOnlyKeys("gpu");
    assertThat(folder()).isDirectoryNotContaining("glob:**/default_my-gpu");
    assertThat(foreign).exists();
  }

  /** A claim may have been made again under the name of one that the kubelet forgot. */
  @Test
  void whatAnotherClaimOfItsNameHasGotStays() throws IOException {
    var newer = new ClaimReference("default", "my-gpu", "uid-2");
    files().write(gpuOf(CLAIM));
    files().write(gpuOf(newer));

    files().remove(CLAIM, () -> List.of(newer));

    assertThat(files().written(CLAIM)).isEmpty();
    assertThat(files().written(newer)).containsOnlyKeys("gpu");
  }

  @Test
  void whatACrashHasLeftIsRemoved() throws IOException {
    var crashed = new ClaimReference("default", "crashed", "uid-2");
    files().write(gpuOf(CLAIM));
    files().write(gpuOf(crashed));
    Path half = cdi().resolve(".gpu.intel.com_metadata_uid-2_gpu.json.123.tmp");
    Files.writeString(half, "{");

    assertThat(files().removeLeftovers(() -> List.of(CLAIM))).hasSize(3);

    assertThat(half).doesNotExist();
    assertThat(files().written(crashed)).isEmpty();
    assertThat(files().written(CLAIM)).containsOnlyKeys("gpu");
    assertThat(files().removeLeftovers(() -> List.of(CLAIM))).isEmpty();
  }

  /** The files are not synced to the disk. */
  @Test
  void whatACrashOfTheMachineHasCutIsWrittenAgain() throws IOException {
    files().write(gpuOf(CLAIM));
    Map<String, String> whole = written(root);
    Files.writeString(
        cdi().resolve("gpu.intel.com_metadata_%s_gpu.json".formatted(CLAIM.uid())), "");
    Files.writeString(folder().resolve("default_my-gpu/gpu/metadata.json"), "{\n  \"meta");

    files().write(gpuOf(CLAIM));

    assertThat(written(root)).isEqualTo(whole);
  }

  @Test
  void aClaimWhoseNameIsNotKnownKeepsNoSpecsOfOthers() throws IOException {
    var crashed = new ClaimReference("default", "crashed", "uid-2");
    var nameless = new ClaimReference("", "", "uid-3");
    files().write(gpuOf(CLAIM));
    files().write(gpuOf(crashed));

    assertThat(files().removeLeftovers(() -> List.of(CLAIM, nameless)))
        .as("the folder may be that of the nameless claim")
        .containsExactly(cdi().resolve("gpu.intel.com_metadata_uid-2_gpu.json"));

    files().write(gpuOf(crashed));
    files().remove(crashed, () -> List.of(CLAIM, nameless));
    assertThat(files().written(crashed)).isEmpty();
    assertThat(files().removeLeftovers(() -> List.of(CLAIM))).isEmpty();
  }

  @Test
  void whileTheRecordCannotBeReadNothingIsRemoved() throws IOException {
    files().write(gpuOf(CLAIM));

    assertThatThrownBy(
            () ->
                files()
                    .removeLeftovers(
                        () -> {
                          throw new IOException("no record");
                        }))
        .hasMessage("no record");

    assertThat(files().written(CLAIM)).isNotEmpty();
  }

  @Test
  void aFolderThatCannotBeWrittenIsNamed() throws IOException {
    Files.createDirectories(plugin());
    Files.writeString(folder(), "a file where the folder should be");

    assertThatThrownBy(() -> files().write(gpuOf(CLAIM)))
        .isInstanceOf(UnwritableMetadataException.class)
        .hasMessageContaining(folder().toString());

    assertThat(files().written(CLAIM)).isEmpty();
  }

  @Test
  void namesThatWouldLeaveTheFolderAreRefused() {
    var outside = new ClaimReference("..", "claim", "uid-1");
    assertThatThrownBy(() -> gpuOf(outside)).hasMessageContaining("namespace");
    assertThatThrownBy(() -> new ClaimMetadata(CLAIM, Optional.of("../../etc"), List.of()))
        .hasMessageContaining("../../etc");
    assertThatThrownBy(
            () ->
                new ClaimMetadata(
                    CLAIM, Optional.empty(), List.of(new RequestMetadata("..", List.of()))))
        .hasMessageContaining("request");
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whatTheOtherAgentWritesWhileThisOneLooksForLeftoversStays(boolean hasTheNameOfAnother)
      throws Exception {
    if (hasTheNameOfAnother) {
      files().write(gpuOf(new ClaimReference(CLAIM.namespace(), CLAIM.name(), "uid-0")));
    }
    MetadataFiles successor = files();
    var writing = new FutureTask<>(() -> successor.write(gpuOf(CLAIM)));
    var thread = new Thread(writing);

    files()
        .removeLeftovers(
            () -> {
              List<ClaimReference> recorded = List.of();
              thread.start(); // the other agent records the claim after this agent's read
              await().until(() -> WAITS_OR_HAS_ENDED.contains(thread.getState()));
              return recorded;
            });

    assertThat(writing.get()).containsOnlyKeys("gpu");
    assertThat(successor.written(CLAIM)).containsOnlyKeys("gpu");
  }
}
