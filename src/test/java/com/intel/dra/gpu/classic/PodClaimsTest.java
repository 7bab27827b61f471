package com.intel.dra.gpu.classic;

import static com.intel.dra.gpu.classic.TestingObjects.ofClaim;
import static com.intel.dra.gpu.classic.TestingObjects.ofTemplate;
import static com.intel.dra.gpu.classic.TestingObjects.pod;
import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.classic.PodClaims.Reference;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PodClaimsTest {

  @Test
  void aPodWithoutClaimsHasNone() {
    assertThat(PodClaims.of(pod("p"))).isEmpty();
  }

  @Test
  void kubernetes127HasTheSourceBelowAndDerivesTheGeneratedName() {
    Pod pod =
        Serialization.unmarshal(
            """
            {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p", "namespace": "work"},
             "spec": {"containers": [], "resourceClaims": [
               {"name": "mine", "source": {"resourceClaimTemplateName": "t"}},
               {"name": "ours", "source": {"resourceClaimName": "shared"}}]}}
            """,
            Pod.class);

    assertThat(PodClaims.of(pod))
        .containsExactly(
            new Reference("mine", "p-mine", true), new Reference("ours", "shared", false));
  }

  @Test
  void kubernetes128To130HasTheGeneratedNameInTheStatus() {
    Pod pod =
        Serialization.unmarshal(
            """
            {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p", "namespace": "work"},
             "spec": {"containers": [], "resourceClaims": [
               {"name": "mine", "source": {"resourceClaimTemplateName": "t"}},
               {"name": "other", "source": {"resourceClaimTemplateName": "t"}}]},
             "status": {"resourceClaimStatuses": [
               {"name": "other", "resourceClaimName": "p-other-xyz12"},
               {"name": "mine", "resourceClaimName": "p-mine-abc34"}]}}
            """,
            Pod.class);

    assertThat(PodClaims.of(pod))
        .containsExactly(
            new Reference("mine", "p-mine-abc34", true),
            new Reference("other", "p-other-xyz12", true));
  }

  @Test
  void kubernetes131HasTheNamesAtTopLevel() {
    Pod pod =
        withStatus(
            pod("p", ofTemplate("mine", "t"), ofClaim("ours", "shared")), "mine", "p-mine-abc34");

    assertThat(PodClaims.of(pod))
        .containsExactly(
            new Reference("mine", "p-mine-abc34", true), new Reference("ours", "shared", false));
  }

  @Test
  void aClaimThatIsNotGeneratedBecauseNoneIsNeededIsLeftOut() {
    Pod pod =
        withStatus(pod("p", ofTemplate("mine", "t"), ofClaim("ours", "shared")), "mine", null);

    assertThat(PodClaims.of(pod)).containsExactly(new Reference("ours", "shared", false));
  }

  /** In this case the derived name finds no claim, or, with 1.27, the right one. */
  @Test
  void aClaimThatIsNotInTheStatusYetHasTheDerivedName() {
    Pod pod = withStatus(pod("p", ofTemplate("mine", "t")), "another", "p-another-abc34");

    assertThat(PodClaims.of(pod)).containsExactly(new Reference("mine", "p-mine", true));
  }

  @Test
  void anEntryWithoutSourceIsLeftOut() {
    Pod pod =
        Serialization.unmarshal(
            """
            {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p", "namespace": "work"},
             "spec": {"containers": [], "resourceClaims": [
               {"name": "nothing"}, {"name": "empty", "source": {}}, {"name": "odd", "source": "x"}]}}
            """,
            Pod.class);

    assertThat(PodClaims.of(pod)).isEmpty();
  }

  private static Pod withStatus(Pod pod, String podClaimName, @Nullable String claimName) {
    return new PodBuilder(pod)
        .withNewStatus()
        .addNewResourceClaimStatus()
        .withName(podClaimName)
        .withResourceClaimName(claimName)
        .endResourceClaimStatus()
        .endStatus()
        .build();
  }
}
