package com.intel.dra.gpu.controller.explaining;

import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.docs.Documents;
import com.intel.dra.gpu.explain.WaitReason;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The table of reasons has every reason in the code, in its order. */
class WaitingPodsPageTest {

  private static final Pattern ROW = Pattern.compile("\\| `([a-z_]+)` \\| [^|]+ \\| [^|]+ \\|");

  @Test
  void everyReasonIsThereWithItsRemedy() {
    List<String> table =
        Documents.prose(Path.of("docs/use/waiting-pods.md")).stream()
            .flatMap(line -> ROW.matcher(line).results())
            .map(row -> row.group(1))
            .toList();

    assertThat(table)
        .containsExactlyElementsOf(
            Arrays.stream(WaitReason.values())
                .map(reason -> reason.name().toLowerCase(Locale.ROOT))
                .toList());
  }
}
