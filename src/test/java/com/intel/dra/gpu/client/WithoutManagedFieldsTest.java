package com.intel.dra.gpu.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntryBuilder;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaim;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaimBuilder;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WithoutManagedFieldsTest {

  private static final String CLAIM =
      """
      {"apiVersion": "resource.k8s.io/v1alpha2", "kind": "%s",
       "metadata": {
         "name": "gpu", "namespace": "default", "resourceVersion": "7",
         "managedFields": [{
           "manager": "kube-controller-manager", "operation": "Update", "apiVersion": "resource.k8s.io/v1alpha2",
           "time": "2026-11-27T08:00:00Z", "fieldsType": "FieldsV1",
           "fieldsV1": {"f:metadata": {"f:finalizers": {".": {}, "v:\\"a/b\\"": {}}}}}],
         "finalizers": ["a/b"], "labels": {"managedFields": "a label"}},
       "spec": {"resourceClassName": "intel-gpu"}}
      """;

  private final KubernetesSerialization json = serialization();

  private static KubernetesSerialization serialization() {
    var mapper = new ObjectMapper();
    new WithoutManagedFields().customize(mapper);
    return new KubernetesSerialization(mapper, true);
  }

  private void assertReadWithoutThem(HasMetadata claim) {
    assertEquals(List.of(), claim.getMetadata().getManagedFields());
    assertEquals(
        new ObjectMetaBuilder()
            .withName("gpu")
            .withNamespace("default")
            .withResourceVersion("7")
            .withFinalizers("a/b")
            .addToLabels("managedFields", "a label")
            .build(),
        claim.getMetadata());
  }

  @Test
  void objectOfAKnownKindIsReadWithAllButThem() {
    ResourceClaim claim = json.unmarshal(CLAIM.formatted("ResourceClaim"), ResourceClaim.class);
    assertReadWithoutThem(claim);
    assertEquals("intel-gpu", claim.getSpec().getResourceClassName());
  }

  @ParameterizedTest
  @ValueSource(strings = {"ResourceClaim", "KindThatTheClientDoesNotKnow"})
  void objectWhoseKindIsFoundWhileReadingIsReadWithAllButThem(String kind) {
    assertReadWithoutThem(json.unmarshal(CLAIM.formatted(kind), HasMetadata.class));
  }

  @Test
  void noneAreWritten() {
    String written =
        json.asJson(
            new ResourceClaimBuilder()
                .withNewMetadata()
                .withName("gpu")
                .withManagedFields(new ManagedFieldsEntryBuilder().withManager("somebody").build())
                .endMetadata()
                .build());
    assertFalse(written.contains("managedFields"), written);
    assertFalse(written.contains("somebody"), written);
  }
}
