package com.intel.dra.gpu.nodeagent.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class VfHostRecordTest {

  private record OfAnEarlierVersion(String profile, int memoryMiB, boolean verified) {}

  private record Document(int version, String bootId, Map<String, OfAnEarlierVersion> hosts) {}

  private record Incomplete(String profile, boolean verified) {}

  private record IncompleteDocument(int version, String bootId, Map<String, Incomplete> hosts) {}

  private static StateDocument.Decoded<VfHostRecords.Content> decode(Record document) {
    return VfHostRecords.decodeContent(StateDocument.encode(document));
  }

  private static VfHostRecords.Content of(VfHostRecord made) {
    return new VfHostRecords.Content(
        1, "boot", new TreeMap<>(Map.of("gpu", made)), List.of(), true);
  }

  @Test
  void whatIsWrittenIsRead() {
    VfHostRecords.Content content =
        of(new VfHostRecord("flex170_m2", 8000, true, "0000:03:10.0/17"));

    assertThat(decode(content)).isEqualTo(new StateDocument.Decoded.Valid<>(content));
  }

  @Test
  void aRecordOfAnEarlierVersionIsRead() {
    var earlier =
        new Document(1, "boot", Map.of("gpu", new OfAnEarlierVersion("flex170_m2", 8000, true)));

    assertThat(decode(earlier))
        .isEqualTo(
            new StateDocument.Decoded.Valid<>(of(new VfHostRecord("flex170_m2", 8000, true))));
  }

  private record Mistyped(Object profile, Object memoryMiB, Object verified, Object identity) {}

  private record MistypedDocument(int version, String bootId, Map<String, Mistyped> hosts) {}

  static Stream<Mistyped> mistyped() {
    return Stream.of(
        new Mistyped(17, 8000, true, ""),
        new Mistyped(List.of(), 8000, true, ""),
        new Mistyped("flex170_m2", "much", true, ""),
        new Mistyped("flex170_m2", 8000.5, true, ""),
        new Mistyped("flex170_m2", 8_000_000_000L, true, ""),
        new Mistyped("flex170_m2", 8000, "yes", ""),
        new Mistyped("flex170_m2", 8000, true, 17),
        new Mistyped("flex170_m2", 8000, true, List.of()));
  }

  @ParameterizedTest
  @MethodSource("mistyped")
  void aRecordWithAMemberOfAnotherTypeIsDamaged(Mistyped mistyped) {
    assertThat(decode(new MistypedDocument(1, "boot", Map.of("gpu", mistyped))))
        .isInstanceOf(StateDocument.Decoded.Damaged.class);
  }

  @Test
  void aRecordWithoutItsMemoryIsDamaged() {
    var incomplete =
        new IncompleteDocument(1, "boot", Map.of("gpu", new Incomplete("flex170_m2", true)));

    assertThat(decode(incomplete)).isInstanceOf(StateDocument.Decoded.Damaged.class);
  }
}
