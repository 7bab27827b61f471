package com.intel.dra.gpu.controller.explaining;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.StatusBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class UnreadableKindsTest {

  private final List<String> warnings = new ArrayList<>();
  private final UnreadableKinds kinds = new UnreadableKinds(warnings::add);

  private static KubernetesClientException failure(int code) {
    return new KubernetesClientException(new StatusBuilder().withCode(code).build());
  }

  @Test
  void aMissingRightIsToldOnceWithTheRemedy() {
    for (int i = 0; i < 5; i++) {
      assertThat(kinds.failed("resourceslices", failure(403))).isTrue();
    }
    kinds.failed("pods", failure(403));

    assertThat(warnings).hasSize(2);
    assertThat(warnings.getFirst())
        .contains("may not list and watch resourceslices")
        .contains("intel-gpu-explainer", "deploy/components/explain", "controller.explain=true");
    assertThat(kinds.now()).containsExactly("pods", "resourceslices");
  }

  @Test
  void itIsToldAgainAfterTheKindCouldBeRead() {
    kinds.failed("pods", failure(403));
    kinds.canBeRead("pods");
    assertThat(kinds.now()).isEmpty();

    kinds.failed("pods", failure(403));
    assertThat(warnings).hasSize(2);
  }

  @Test
  void aKindThatIsNotServedIsNotWaitedForAndNotToldOf() {
    assertThat(kinds.isAway("devicetaintrules")).isFalse();
    kinds.failed("devicetaintrules", failure(404));
    assertThat(kinds.isAway("devicetaintrules")).isTrue();
    assertThat(warnings).isEmpty();

    kinds.canBeRead("devicetaintrules");
    assertThat(kinds.isAway("devicetaintrules")).isFalse();
  }

  @Test
  void otherFailuresAreNoMatterOfRights() {
    assertThat(kinds.failed("pods", failure(500))).isFalse();
    assertThat(kinds.failed("pods", new IOException("connection reset"))).isFalse();
    assertThat(warnings).isEmpty();
    assertThat(kinds.now()).isEmpty();
  }
}
