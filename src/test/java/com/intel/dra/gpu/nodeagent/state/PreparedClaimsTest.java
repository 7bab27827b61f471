package com.intel.dra.gpu.nodeagent.state;

import static com.intel.dra.gpu.nodeagent.app.AgentFixtures.BOOT;
import static com.intel.dra.gpu.nodeagent.app.AgentFixtures.allocated;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PreparedClaimsTest {

  private static final PreparedClaim CLAIM =
      new PreparedClaim("default", "claim1", List.of(allocated(3)));

  private static final PreparedClaim STRUCTURED_CLAIM =
      new PreparedClaim(
          "default",
          "claim1",
          List.of(allocated(3)),
          List.of(
              new PreparedResult(
                  "gpu",
                  "node1",
                  "0000-03-00-0-0x56c0",
                  "5d2c4f0e-5a8b-4c55-9a2e-0d6b5a3f7c11",
                  false,
                  List.of("intel.com/gpu=0000:03:00.0-0x56c0"))));

  @TempDir Path folder;

  @Test
  void claimsSurviveARestart() throws IOException {
    PreparedClaims claims = openComplete();
    claims.put("uid-1", CLAIM);
    claims.put("uid-2", CLAIM);
    assertThat(claims.remove("uid-1")).isTrue();

    PreparedClaims again = PreparedClaims.open(folder, BOOT);

    assertThat(again.all()).containsExactly(Map.entry("uid-2", CLAIM));
    assertThat(again.find("uid-2")).hasValue(CLAIM);
    assertThat(again.find("uid-1")).isEmpty();
    assertThat(again.isComplete()).isTrue();
  }

  @Test
  void aClaimWhoseEndAnotherAgentHasRecordedMeanwhileIsNotTakenOver() throws IOException {
    PreparedClaims acting = openComplete();
    PreparedClaims standby = PreparedClaims.open(folder, BOOT);
    standby.ended("uid-1");

    acting.takeOver(Map.of("uid-1", CLAIM, "uid-2", CLAIM), Set.of("uid-1", "uid-2"));

    assertThat(acting.all()).containsOnlyKeys("uid-2");
    assertThat(acting.deleted()).containsExactly("uid-2");
  }

  @Test
  void aClaimThatAnotherAgentHasPreparedMeanwhileIsNotTakenOver() throws IOException {
    PreparedClaims acting = openComplete();
    PreparedClaims other = PreparedClaims.open(folder, BOOT);
    other.put("uid-1", STRUCTURED_CLAIM);

    acting.takeOver(Map.of("uid-1", CLAIM), Set.of("uid-1"));

    assertThat(acting.all()).containsExactly(Map.entry("uid-1", STRUCTURED_CLAIM));
    assertThat(acting.deleted()).isEmpty();
  }

  @Test
  void theFileIsTheGoldenOne() throws Exception {
    openComplete().put("6c9b5f2e-1111-2222-3333-444455556666", STRUCTURED_CLAIM);

    assertThat(file()).hasSameTextualContentAs(golden(2));
  }

  @Test
  void theGoldenFileIsRead() throws Exception {
    Files.copy(golden(2), file());

    assertThat(PreparedClaims.open(folder, BOOT).all())
        .containsExactly(Map.entry("6c9b5f2e-1111-2222-3333-444455556666", STRUCTURED_CLAIM));
  }

  @Test
  void theGoldenFileOfVersion1IsReadAndBecomesOneOfToday() throws Exception {
    Files.copy(golden(1), file());
    PreparedClaims claims = PreparedClaims.open(folder, BOOT);

    assertThat(claims.all())
        .containsExactly(Map.entry("6c9b5f2e-1111-2222-3333-444455556666", CLAIM));

    claims.put("another", CLAIM);
    assertThat(PreparedClaims.open(folder, BOOT).all()).hasSize(2);
    assertThat(file()).content().contains("\"version\" : 2");
  }

  @Test
  void aRebootForgetsWhatWasPrepared() throws IOException {
    openComplete().put("uid-1", CLAIM);

    PreparedClaims claims = PreparedClaims.open(folder, new BootId("another"));

    assertThat(claims.all()).isEmpty();
    assertThat(claims.isComplete()).as("the GAS is to be emptied too").isTrue();
  }

  @Test
  void whatAPowerCutHasLeftOfTheFileIsRestored() throws IOException {
    openComplete().put("a", STRUCTURED_CLAIM);
    byte[] older = Files.readAllBytes(file());
    PreparedClaims.open(folder, BOOT).put("b", STRUCTURED_CLAIM);

    int boots = 0;
    for (byte[] left : List.of(older, new byte[0], new byte[] {'{'})) {
      Files.write(file(), left);
      boots++;
      assertThat(PreparedClaims.open(folder, new BootId("boot " + boots)).earlier())
          .containsOnlyKeys("a", "b");
    }
    Files.delete(file());
    PreparedClaims restored = PreparedClaims.open(folder, new BootId("another"));

    assertThat(restored.earlier()).containsOnlyKeys("a", "b");
    assertThat(restored.all()).isEmpty();
    assertThat(restored.isComplete()).isTrue();
    assertThat(restored.takeDamageReport()).isEmpty();
    assertThat(folder.resolve(PreparedClaims.DAMAGED_FILE_NAME)).doesNotExist();
    assertThat(PreparedClaims.open(folder, new BootId("another")).earlier())
        .as("it is in the file again")
        .isEqualTo(restored.earlier());
  }

  /** The older agent knows of no copy. */
  @Test
  void whatAnOlderAgentWroteBeforeTheRebootIsKeptToo() throws IOException {
    openComplete().put("b", STRUCTURED_CLAIM);
    byte[] ofTheOlderAgent = Files.readAllBytes(file());
    PreparedClaims claims = PreparedClaims.open(folder, BOOT);
    claims.put("a", STRUCTURED_CLAIM);
    claims.remove("b");
    Files.write(file(), ofTheOlderAgent);

    assertThat(PreparedClaims.open(folder, new BootId("another")).earlier())
        .containsOnlyKeys("a", "b");
  }

  @Test
  void inTheSameBootTheFileCountsAndNotItsCopy() throws IOException {
    openComplete().put("a", STRUCTURED_CLAIM);
    byte[] ofTheOlderAgent = Files.readAllBytes(file());
    PreparedClaims.open(folder, BOOT).put("b", STRUCTURED_CLAIM);

    Files.write(file(), ofTheOlderAgent);
    assertThat(PreparedClaims.open(folder, BOOT).all()).containsOnlyKeys("a");
    Files.delete(file());
    assertThat(PreparedClaims.open(folder, BOOT).isComplete()).isFalse();
  }

  @Test
  void claimsFromBeforeARebootAreKnownUntilTheyComeBackOrAreForgotten() throws IOException {
    PreparedClaim answered =
        new PreparedClaim(
            "default",
            "claim",
            CLAIM.devices(),
            List.of(new PreparedResult("gpu", "node1", "d", "", false, List.of())));
    PreparedClaims first = openComplete();
    first.putAll(Map.of("a", answered, "b", answered, "c", answered, "classic", CLAIM));

    PreparedClaims.open(folder, new BootId("second")).remove("b");
    PreparedClaims.open(folder, new BootId("third")).put("a", answered);
    PreparedClaims claims = PreparedClaims.open(folder, new BootId("third"));

    assertThat(claims.all()).containsOnlyKeys("a");
    assertThat(claims.earlier()).containsOnlyKeys("c").containsEntry("c", answered);
    claims.forgetEarlier("c", CLAIM);
    assertThat(claims.earlier()).as("it is another one").containsOnlyKeys("c");
    claims.forgetEarlier("c", answered);
    assertThat(PreparedClaims.open(folder, new BootId("third")).earlier()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "[]",
        "null",
        "{\"version\":1}",
        "{\"version\":1,\"bootId\":\"b\",\"complete\":true,\"claims\":{},\"checksum\":\"sha256:00\"}"
      })
  void aDamagedFileIsSetAsideAndCompletedFromTheGas(String content) throws IOException {
    Files.writeString(file(), content);

    PreparedClaims claims = PreparedClaims.open(folder, BOOT);
    assertThat(claims.isComplete()).isFalse();
    assertThat(folder.resolve(PreparedClaims.DAMAGED_FILE_NAME)).hasContent(content);

    claims.completeFrom(Map.of("uid-1", new PreparedClaim("", "", List.of(allocated(3)))));

    assertThat(claims.isComplete()).isTrue();
    assertThat(PreparedClaims.open(folder, BOOT).all())
        .containsExactly(Map.entry("uid-1", new PreparedClaim("", "", List.of(allocated(3)))));
  }

  @Test
  void aFlippedLetterIsNoticed() throws IOException {
    openComplete().put("uid-1", CLAIM);
    Files.writeString(file(), Files.readString(file()).replace("4096", "4097"));

    assertThat(PreparedClaims.open(folder, BOOT).isComplete()).isFalse();
  }

  @Test
  void unknownMembersOfALaterAgentAreNoDamage() throws IOException {
    var later =
        """
        {"version":1,"bootId":"%s","complete":true,"claims":{},"later":1,"checksum":"sha256:%s"}
        """
            .formatted(BOOT.value(), "11b5c3f6");
    // the checksum covers the whole document, so that of a later agent is right for this one too
    Files.writeString(file(), withChecksum(later));

    assertThat(PreparedClaims.open(folder, BOOT).isComplete()).isTrue();
  }

  @Test
  void whatHappenedWhileIncompleteIsNotOverruledByTheGas() throws IOException {
    PreparedClaims claims = PreparedClaims.open(folder, BOOT);
    claims.put("prepared-since", CLAIM);
    claims.remove("unprepared-since");

    claims.completeFrom(
        Map.of(
            "prepared-since", new PreparedClaim("", "", List.of(allocated(9))),
            "unprepared-since", new PreparedClaim("", "", List.of(allocated(4))),
            "only-in-gas", new PreparedClaim("", "", List.of(allocated(5)))));

    assertThat(claims.all()).containsOnlyKeys("prepared-since", "only-in-gas");
    assertThat(claims.find("prepared-since")).hasValue(CLAIM);
  }

  @Test
  void beingIncompleteSurvivesARestart() throws IOException {
    PreparedClaims.open(folder, BOOT).put("uid-1", CLAIM);

    PreparedClaims again = PreparedClaims.open(folder, BOOT);

    assertThat(again.isComplete()).isFalse();
    assertThat(again.all()).containsOnlyKeys("uid-1");
  }

  @Test
  void whatWasUnpreparedWhileIncompleteDoesNotComeBackAfterARestart() throws IOException {
    PreparedClaims first = PreparedClaims.open(folder, BOOT);
    first.put("known", CLAIM);
    first.put("prepared-again", CLAIM);
    first.removeAll(Set.of("known", "unknown", "prepared-again"));
    first.put("abandoned", CLAIM);
    assertThat(first.removeUnchanged("abandoned", CLAIM, first.recordings())).isTrue();
    first.put("prepared-again", CLAIM);

    PreparedClaims second = PreparedClaims.open(folder, BOOT);
    var other = new PreparedClaim("default", "other", List.of(allocated(4)));
    second.completeFrom(
        Map.of(
            "known", other,
            "unknown", other,
            "abandoned", other,
            "prepared-again", other,
            "only-in-gas", other));

    assertThat(second.all())
        .isEqualTo(Map.of("prepared-again", CLAIM, "only-in-gas", other))
        .isEqualTo(PreparedClaims.open(folder, BOOT).all());
    assertThat(file()).content().as("of no use any more").doesNotContain("gone");
  }

  @Test
  void whatAnotherAgentUnpreparedDoesNotComeBack() throws IOException {
    PreparedClaims acting = PreparedClaims.open(folder, BOOT);
    PreparedClaims standby = PreparedClaims.open(folder, BOOT);

    standby.remove("uid-1");
    acting.completeFrom(Map.of("uid-1", CLAIM));

    assertThat(acting.all()).isEmpty();
  }

  @Test
  void goneClaimsThatMakeNoSenseAreDamage() throws IOException {
    var content =
        """
        {"version":2,"bootId":"%s","complete":false,"gone":%s,"claims":{}}
        """;
    for (String gone : List.of("[null]", "7", "null", "{}")) {
      assertThat(
              PreparedClaimsDocument.decode(
                  withChecksum(content.formatted(BOOT.value(), gone))
                      .getBytes(StandardCharsets.UTF_8)))
          .as(gone)
          .isInstanceOf(PreparedClaimsDocument.Decoded.Damaged.class);
    }
  }

  @Test
  void aFailedWriteChangesNothing() throws IOException {
    PreparedClaims claims = openComplete();
    claims.put("uid-1", CLAIM);
    deleteFolder();

    assertThatThrownBy(() -> claims.put("uid-2", CLAIM)).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> claims.remove("uid-1")).isInstanceOf(IOException.class);

    assertThat(claims.all()).containsOnlyKeys("uid-1");
  }

  @Test
  void anEqualRecordIsNotWrittenAgain() throws IOException {
    PreparedClaims claims = openComplete();
    claims.put("uid-1", CLAIM);
    deleteFolder();

    claims.put("uid-1", CLAIM);
    assertThat(claims.remove("unknown")).isFalse();

    assertThat(folder).doesNotExist();
  }

  @Test
  void whatAnotherAgentWroteIsSeenAndKept() throws IOException {
    PreparedClaims older = openComplete();
    PreparedClaims newer = PreparedClaims.open(folder, BOOT);

    older.put("of-the-older", CLAIM);
    newer.put("of-the-newer", CLAIM);
    older.put("of-the-older-again", CLAIM);

    assertThat(older.all()).isEqualTo(newer.all());
    assertThat(PreparedClaims.open(folder, BOOT).all())
        .containsOnlyKeys("of-the-older", "of-the-newer", "of-the-older-again");

    assertThat(newer.remove("of-the-older")).isTrue();
    assertThat(older.find("of-the-older")).isEmpty();
    assertThat(older.remove("of-the-older")).isFalse();
  }

  @Test
  void twoAgentsAtOnceLoseNothing() throws Exception {
    PreparedClaims older = openComplete();
    PreparedClaims newer = PreparedClaims.open(folder, BOOT);
    int each = 50;

    try (var threads = Executors.newThreadPerTaskExecutor(Thread.ofPlatform().factory())) {
      var running =
          List.of(
              threads.submit(() -> putAll(older, "older", each)),
              threads.submit(() -> putAll(newer, "newer", each)));
      for (var one : running) {
        one.get();
      }
    }

    assertThat(PreparedClaims.open(folder, BOOT).all()).hasSize(2 * each);
    assertThat(older.all()).hasSize(2 * each);
    assertThat(newer.all()).hasSize(2 * each);
  }

  private static boolean putAll(PreparedClaims claims, String prefix, int count)
      throws IOException {
    for (int i = 0; i < count; i++) {
      claims.put(prefix + i, CLAIM);
    }
    return true;
  }

  @Test
  void whatAnotherAgentCompletedIsComplete() throws IOException {
    PreparedClaims older = PreparedClaims.open(folder, BOOT);
    PreparedClaims newer = PreparedClaims.open(folder, BOOT);

    older.completeFrom(Map.of("uid-1", new PreparedClaim("", "", List.of(allocated(3)))));

    assertThat(newer.isComplete()).isTrue();
    assertThat(newer.all()).containsOnlyKeys("uid-1");
    newer.completeFrom(Map.of("uid-2", new PreparedClaim("", "", List.of(allocated(4)))));
    assertThat(newer.all()).containsOnlyKeys("uid-1");
  }

  @Test
  void aFileThatIsDamagedUnderARunningAgentIsSetAsideAndWrittenAgainFromMemory()
      throws IOException {
    PreparedClaims claims = openComplete();
    claims.put("uid-1", CLAIM);
    Files.writeString(file(), "{");

    assertThat(claims.isComplete()).isTrue();
    assertThat(claims.all()).containsOnlyKeys("uid-1");
    assertThat(folder.resolve(PreparedClaims.DAMAGED_FILE_NAME)).hasContent("{");
    assertThat(claims.takeDamageReport())
        .hasValueSatisfying(report -> assertThat(report).contains("written again from memory"));

    PreparedClaims next = PreparedClaims.open(folder, BOOT);
    assertThat(next.all()).isEqualTo(Map.of("uid-1", CLAIM));
    assertThat(next.isComplete()).isTrue();
  }

  @Test
  void aClaimThatWouldMakeTheFileTooLargeIsRefusedAndTheOthersStay() throws IOException {
    PreparedClaims claims = openComplete();
    claims.put("uid-1", CLAIM);
    var hostile = new PreparedClaim("hostile", "large", Collections.nCopies(40_000, allocated(3)));

    assertThatThrownBy(() -> claims.put("uid-2", hostile))
        .isInstanceOf(StateTooLargeException.class)
        .hasMessageContaining("bytes, at most");

    assertThat(claims.all()).containsOnlyKeys("uid-1");
    claims.put("uid-3", CLAIM);
    assertThat(PreparedClaims.open(folder, BOOT).all()).containsOnlyKeys("uid-1", "uid-3");
  }

  @Test
  void aRecordThatIsAnotherByNowIsNotForgotten() throws IOException {
    PreparedClaims claims = openComplete();
    claims.put("uid-1", CLAIM);
    var judged = new PreparedClaim("default", "earlier", List.of(allocated(4)));

    assertThat(claims.removeUnchanged("uid-1", judged, claims.recordings())).isFalse();
    assertThat(claims.all()).containsOnlyKeys("uid-1");
    assertThat(claims.removeUnchanged("uid-1", CLAIM, claims.recordings())).isTrue();
    assertThat(claims.all()).isEmpty();
  }

  @Test
  void whatCannotBeReadIsNotComplete() throws IOException {
    PreparedClaims claims = openComplete();
    claims.put("uid-1", CLAIM);
    Files.delete(file());
    Files.createDirectory(file());

    assertThat(claims.all()).containsOnlyKeys("uid-1");
    assertThat(claims.isComplete()).isFalse();
    assertThatThrownBy(() -> claims.put("uid-2", CLAIM)).isInstanceOf(IOException.class);

    Files.delete(file());
    assertThat(claims.isComplete()).isTrue();
    claims.put("uid-2", CLAIM);
    assertThat(PreparedClaims.open(folder, BOOT).all()).containsOnlyKeys("uid-1", "uid-2");
  }

  private void deleteFolder() throws IOException {
    try (var files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(folder);
  }

  private PreparedClaims openComplete() throws IOException {
    PreparedClaims claims = PreparedClaims.open(folder, BOOT);
    claims.completeFrom(Map.of());
    return claims;
  }

  private Path file() {
    return folder.resolve(PreparedClaims.FILE_NAME);
  }

  private static Path golden(int version) throws Exception {
    return Path.of(
        Objects.requireNonNull(
                PreparedClaimsTest.class.getResource("prepared-claims-v%d.json".formatted(version)))
            .toURI());
  }

  private static String withChecksum(String document) {
    try {
      var json = new com.fasterxml.jackson.databind.ObjectMapper();
      var content = (com.fasterxml.jackson.databind.node.ObjectNode) json.readTree(document);
      content.remove("checksum");
      byte[] digest =
          java.security.MessageDigest.getInstance("SHA-256")
              .digest(json.writeValueAsBytes(content));
      content.put("checksum", "sha256:" + java.util.HexFormat.of().formatHex(digest));
      return content.toString();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }
}
