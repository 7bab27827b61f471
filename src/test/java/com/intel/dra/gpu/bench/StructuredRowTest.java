package com.intel.dra.gpu.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.intel.dra.gpu.bench.StructuredRow.Asked;
import com.intel.dra.gpu.bench.StructuredRow.Feature;
import com.intel.dra.gpu.bench.StructuredRow.Slices;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StructuredRowTest {

  @Test
  void aRowSaysWhatIsPublishedAndWhatIsRequested() {
    assertThat(StructuredRow.parse("gpus+shared+few-attributes:share"))
        .isEqualTo(
            new StructuredRow(
                "gpus+shared+few-attributes:share",
                Slices.OURS,
                Set.of(Feature.SHARED, Feature.FEW_ATTRIBUTES),
                Asked.SHARE));
    assertThat(StructuredRow.parse("gpus").asked()).isEqualTo(Asked.GPU);
    assertThat(StructuredRow.parse("go").slices()).isEqualTo(Slices.GO_DRIVER);
    assertThat(StructuredRow.parse("plain").asked()).isEqualTo(Asked.NOTHING);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "gpu", "go:vf", "plain+vfs", "gpus+", "gpus+unknown", "gpus:gpu"})
  void anythingElseIsRefusedByName(String text) {
    assertThatThrownBy(() -> StructuredRow.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("few-attributes")
        .hasMessageEndingWith("it is not '" + text + "'");
  }
}
