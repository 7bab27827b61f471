package com.intel.dra.gpu.nodeagent.app;

import static com.intel.dra.gpu.nodeagent.app.AgentFixtures.BOOT;
import static com.intel.dra.gpu.nodeagent.app.AgentFixtures.allocated;
import static com.intel.dra.gpu.nodeagent.app.AgentFixtures.gpu;
import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.api.EventReason;
import com.intel.dra.gpu.nodeagent.config.TestingConfig;
import com.intel.dra.gpu.nodeagent.state.PreparedClaim;
import com.intel.dra.gpu.nodeagent.state.PreparedClaims;
import com.intel.dra.gpu.nodeagent.state.PreparedClaimsDocument;
import com.intel.dra.gpu.nodeagent.state.PreparedResult;
import com.intel.dra.gpu.nodeagent.state.PublishedVfs;
import com.intel.dra.gpu.nodeagent.state.StateDocument;
import com.intel.dra.gpu.nodeagent.state.VfHostRecord;
import com.intel.dra.gpu.nodeagent.state.VfHostRecords;
import com.intel.dra.gpu.nodeagent.tell.NodeEvents;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The agent notices each kind of damage to its files, sets the file aside and rebuilds it. */
class DamagedStateFilesTest {

  private static final PreparedClaim CLAIM =
      new PreparedClaim(
          "default",
          "claim1",
          List.of(allocated(3)),
          List.of(new PreparedResult("gpu", "node1", "d", "", false, List.of("intel.com/gpu=d"))));

  private static final VfHostRecord MADE = new VfHostRecord("flex170_m2", 8000, true);

  @TempDir Path folder;

  @Test
  void everyTruncationOfThePreparedClaimsIsSetAsideAndRebuilt() throws IOException {
    byte[] whole = preparedClaimsFile();
    for (int length = 0; length < whole.length; length++) {
      byte[] torn = Arrays.copyOf(whole, length);
      Files.write(preparedFile(), torn);

      PreparedClaims claims = PreparedClaims.open(folder, BOOT);

      assertThat(claims.isComplete()).as("%d bytes", length).isFalse();
      assertThat(folder.resolve(PreparedClaims.DAMAGED_FILE_NAME)).hasBinaryContent(torn);
      claims.completeFrom(Map.of("uid-2", new PreparedClaim("", "", List.of(allocated(4)))));
      assertThat(claims.all()).containsOnlyKeys("uid-2");
    }
  }

  @Test
  void everyFlippedBitOfThePreparedClaimsIsNoticedOrMeansTheSame() throws IOException {
    byte[] whole = preparedClaimsFile();
    var good = PreparedClaimsDocument.decode(whole);
    assertThat(good).isInstanceOf(PreparedClaimsDocument.Decoded.Valid.class);
    for (int bit = 0; bit < whole.length * 8; bit++) {
      var decoded = PreparedClaimsDocument.decode(flipped(whole, bit));

      assertThat(decoded instanceof PreparedClaimsDocument.Decoded.Damaged || decoded.equals(good))
          .as("bit %d: %s", bit, decoded)
          .isTrue();
    }
  }

  @Test
  void everyTruncationAndFlippedBitOfTheVfHostsIsSetAsideOrMeansTheSame() throws IOException {
    VfHostRecords.open(folder, BOOT).completeFrom(Map.of(gpu(3).uid(), MADE), true);
    Path file = folder.resolve(VfHostRecords.FILE_NAME);
    byte[] whole = Files.readAllBytes(file);
    for (int length = 0; length < whole.length; length++) {
      Files.write(file, Arrays.copyOf(whole, length));
      assertThat(VfHostRecords.open(folder, BOOT).isComplete()).as("%d bytes", length).isFalse();
    }
    for (int bit = 0; bit < whole.length * 8; bit++) {
      Files.write(file, flipped(whole, bit));
      VfHostRecords records = VfHostRecords.open(folder, BOOT);
      assertThat(!records.isComplete() || records.find(gpu(3).uid()).equals(Optional.of(MADE)))
          .as("bit %d", bit)
          .isTrue();
    }
  }

  private record AnyContent(
      int version, String bootId, boolean complete, Map<String, Object> claims) {}

  @Test
  void oneEntryThatMakesNoSenseIsTheOnlyOneLostAndComesBackFromTheGas() throws IOException {
    for (Object nonsense :
        List.of(
            7, "text", List.of(), Map.of(), Map.of("namespace", "n", "name", "m", "devices", 1))) {
      Files.write(
          preparedFile(),
          StateDocument.encode(
              new AnyContent(
                  PreparedClaimsDocument.VERSION,
                  BOOT.value(),
                  true,
                  Map.of("good", CLAIM, "bad", nonsense))));

      PreparedClaims claims = PreparedClaims.open(folder, BOOT);

      assertThat(claims.all()).as("%s", nonsense).containsExactly(Map.entry("good", CLAIM));
      assertThat(claims.isComplete()).isFalse();
      claims.completeFrom(
          Map.of(
              "bad",
              new PreparedClaim("", "", List.of(allocated(4))),
              "good",
              new PreparedClaim("", "", List.of(allocated(5)))));
      assertThat(claims.all()).containsOnlyKeys("good", "bad").containsEntry("good", CLAIM);
      assertThat(PreparedClaims.open(folder, BOOT).isComplete()).isTrue();
    }
  }

  private record AnyHosts(int version, String bootId, Map<String, VfHostRecord> hosts) {}

  @Test
  @SuppressWarnings("NullAway") // null is what the file contains
  void aSplitGpuOfWhichNothingIsRecordedIsNoRecord() throws IOException {
    var hosts = new TreeMap<String, VfHostRecord>();
    hosts.put(gpu(3).uid().toString(), null);
    hosts.put(gpu(4).uid().toString(), MADE);
    Files.write(
        folder.resolve(VfHostRecords.FILE_NAME),
        StateDocument.encode(new AnyHosts(VfHostRecords.VERSION, BOOT.value(), hosts)));

    VfHostRecords records = VfHostRecords.open(folder, BOOT);

    assertThat(records.find(gpu(3).uid())).isEmpty();
    assertThat(records.find(gpu(4).uid())).hasValue(MADE);
  }

  @Test
  void aFileThatWouldFillTheMemoryIsNotReadButSetAside() throws IOException {
    try (var huge = new RandomAccessFile(preparedFile().toFile(), "rw")) {
      huge.setLength(8L << 30); // it has this size, but no blocks on the disk
    }

    assertThat(PreparedClaims.open(folder, BOOT).isComplete()).isFalse();
    assertThat(folder.resolve(PreparedClaims.DAMAGED_FILE_NAME)).exists();
  }

  @Test
  void aFileOfBracketsWithoutEndIsSetAside() throws IOException {
    Files.writeString(preparedFile(), "[".repeat(1 << 20), StandardCharsets.US_ASCII);

    assertThat(PreparedClaims.open(folder, BOOT).isComplete()).isFalse();
  }

  @Test
  void whatWasFoundDamagedIsToldOnceOnTheNode() throws IOException {
    var told = new ArrayList<String>();
    var events =
        new NodeEvents(NoApiServer.CLIENT, TestingConfig.below(folder), Clock.systemUTC()) {
          @Override
          public void tell(EventReason reason, String message) {
            told.add(reason.word() + ": " + message);
          }
        };
    Files.writeString(preparedFile(), "{");
    Files.writeString(folder.resolve(VfHostRecords.FILE_NAME), "{");
    Files.writeString(folder.resolve(PublishedVfs.FILE_NAME), "{");
    var files =
        new DamagedFiles(
            PreparedClaims.open(folder, BOOT),
            VfHostRecords.open(folder, BOOT),
            PublishedVfs.open(folder),
            events);

    files.tell();
    files.tell();

    assertThat(told)
        .hasSize(3)
        .allSatisfy(
            text -> assertThat(text).startsWith("DamagedStateFile: ").contains("set aside"));
    assertThat(told.getFirst()).contains(preparedFile().toString(), "rebuilt from the GAS");
  }

  private byte[] preparedClaimsFile() throws IOException {
    PreparedClaims claims = PreparedClaims.open(folder, BOOT);
    claims.completeFrom(Map.of());
    claims.put("uid-1", CLAIM);
    return Files.readAllBytes(preparedFile());
  }

  private Path preparedFile() {
    return folder.resolve(PreparedClaims.FILE_NAME);
  }

  private static byte[] flipped(byte[] whole, int bit) {
    byte[] flipped = whole.clone();
    flipped[bit / 8] ^= (byte) (1 << (bit % 8));
    return flipped;
  }
}
