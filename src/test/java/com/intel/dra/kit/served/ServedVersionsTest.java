package com.intel.dra.kit.served;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServedVersionsTest {

  private static final Set<String> STRUCTURED =
      Set.of("deviceclasses", "resourceclaims", "resourceclaims/status", "resourceslices");

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          1.26, v1alpha1, V1ALPHA1
          1.27 to 1.30, v1alpha2, V1ALPHA2
          1.31, v1alpha3, V1ALPHA3
          1.32, v1beta1 v1alpha3, V1BETA1
          1.33, v1beta2 v1beta1 v1alpha3, V1BETA2
          1.33 with v1beta1 only, v1beta1, V1BETA1
          1.34, v1 v1beta2 v1beta1, V1
          1.37, v1 v1beta2 v1beta1 v1alpha3, V1
          """)
  void theBestVersionThatHasTheKindsIsUsed(String release, String served, ServedVersion expected) {
    ServedVersions versions =
        ServedVersions.of(
            Set.of(served.split(" ")),
            version ->
                version.isStructured()
                    ? STRUCTURED
                    : Set.of(
                        "resourceclaims",
                        "resourceclasses",
                        "podschedulings",
                        "podschedulingcontexts"));

    assertThat(versions.best()).as(release).contains(expected);
  }

  @Test
  void v1Alpha3OfLaterReleasesHasOtherKinds() {
    var versions = ServedVersions.of(Set.of("v1alpha3"), _ -> Set.of("devicetaintrules"));

    assertThat(versions.best()).isEmpty();
    assertThat(versions.names()).containsExactly("v1alpha3");
  }

  @Test
  void whatIsNotKnownIsNotUsed() {
    assertThat(ServedVersions.of(Set.of("v2", "v2alpha1"), _ -> STRUCTURED).best()).isEmpty();
    assertThat(ServedVersions.of(Set.of(), _ -> STRUCTURED).best()).isEmpty();
  }

  @Test
  void onlyTheBestVersionIsAskedForItsKinds() {
    List<ServedVersion> asked = new ArrayList<>();

    ServedVersions.of(
        Set.of("v1", "v1beta1", "v1beta2", "v1alpha3"),
        version -> {
          asked.add(version);
          return STRUCTURED;
        });

    assertThat(asked).containsExactly(ServedVersion.V1);
  }

  @Test
  void theVersionIsFoundAtTheApiServer() throws Exception {
    try (var server = new ResourceGroup();
        var client = server.client()) {
      assertThat(ServedVersions.read(client, Optional.empty()).names()).isEmpty();

      server.serve("v1alpha3", Set.of("devicetaintrules"));
      server.serve("v1beta1", STRUCTURED);

      ServedVersions found = ServedVersions.read(client, Optional.empty());
      assertThat(found.names()).containsExactlyInAnyOrder("v1beta1", "v1alpha3");
      assertThat(found.structured()).contains(ServedVersion.V1BETA1);
      assertThat(found.classic()).isEmpty();
    }
  }

  @Test
  void aVersionIsAskedForItsKindsAgainOnlyIfOthersAreServedThanBefore() throws Exception {
    try (var server = new ResourceGroup();
        var client = server.client()) {
      server.serveOnly(ServedVersion.V1BETA1);
      ServedVersions first = ServedVersions.read(client, Optional.empty());
      int asked = server.asked().size();

      assertThat(ServedVersions.read(client, Optional.of(first))).isEqualTo(first);
      assertThat(server.asked()).as("the group alone").hasSize(asked + 1);

      server.serve("v1", STRUCTURED);
      assertThat(ServedVersions.read(client, Optional.of(first)).structured())
          .contains(ServedVersion.V1);
    }
  }

  @Test
  void eachModeHasOneVersionThatTheCodeHasObjectsIn() {
    assertThat(
            Arrays.stream(ServedVersion.values())
                .map(ServedVersion::canonical)
                .collect(Collectors.toSet()))
        .containsExactlyInAnyOrder(ServedVersion.V1, ServedVersion.V1ALPHA2);
  }
}
