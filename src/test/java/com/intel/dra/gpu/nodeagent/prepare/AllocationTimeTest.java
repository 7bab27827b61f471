package com.intel.dra.gpu.nodeagent.prepare;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.intel.dra.gpu.client.FieldNamesOfAnyLength;
import com.intel.dra.gpu.client.OnlyTimesOfAllocations;
import com.intel.dra.gpu.client.UncachedFieldNames;
import com.intel.dra.gpu.client.WithoutManagedFields;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaim;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.quarkus.arc.profile.IfBuildProfile;
import io.quarkus.kubernetes.client.KubernetesClientObjectMapperCustomizer;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** When a claim was given its devices, of a claim as the agent's client reads it. */
class AllocationTimeTest {

  /** As an API server of 1.34 shows it, without what has no meaning here. */
  private static final String CLAIM =
      """
      {"apiVersion": "resource.k8s.io/v1", "kind": "ResourceClaim",
       "metadata": {"name": "gpu", "namespace": "default", "uid": "u",
         "creationTimestamp": "2026-11-27T07:00:00Z",
         "managedFields": [
           {"manager": "kube-controller-manager", "operation": "Update", "apiVersion": "resource.k8s.io/v1",
            "time": "2026-11-27T07:00:00Z", "fieldsType": "FieldsV1",
            "fieldsV1": {"f:metadata": {"f:annotations": {".": {}, "f:f:status": {}}}, "f:spec": {"f:devices": {}}}},
           {"manager": "somebody", "operation": "Update", "fieldsV1": %s, "time": "2026-11-27T07:30:00Z"},
           {"manager": "kube-scheduler", "operation": "Update", "apiVersion": "resource.k8s.io/v1",
            "fieldsType": "FieldsV1",
            "fieldsV1": {"f:metadata": {"f:finalizers": {".": {}, "v:\\"resource.kubernetes.io/delete-protection\\"": {}}},
              "f:status": {"f:allocation": {".": {}, "f:devices": {"f:results": {}}}, "f:reservedFor": {}}},
            "subresource": "status", "time": "2026-11-27T08:00:00Z"}],
         "resourceVersion": "7"},
       "spec": {"devices": {}},
       "status": {"allocation": {"devices": {}}, "reservedFor": [{"name": "pod", "resource": "pods", "uid": "p"}]}}
      """;

  private static KubernetesSerialization asTheAgent() {
    var mapper = new ObjectMapper();
    Stream.of(
            new FieldNamesOfAnyLength(),
            new UncachedFieldNames(),
            new WithoutManagedFields(),
            new OnlyTimesOfAllocations())
        .filter(AllocationTimeTest::isOfTheAgent)
        .forEach(customizer -> customizer.customize(mapper));
    return new KubernetesSerialization(mapper, true);
  }

  private static boolean isOfTheAgent(KubernetesClientObjectMapperCustomizer customizer) {
    IfBuildProfile profile = customizer.getClass().getAnnotation(IfBuildProfile.class);
    return profile == null || profile.value().equals("node-agent");
  }

  private static ResourceClaim read(String other) {
    return asTheAgent().unmarshal(CLAIM.formatted(other), ResourceClaim.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "null",
        "7",
        "[{}]",
        "{\"f:status\": {}}",
        "{\"f:status\": 7, \"f:allocation\": {}}",
        "{\"f:status\": {\"f:devices\": {\"f:allocation\": {}}}}",
      })
  void isThatOfTheLastWriteOfTheAllocationWhateverElseWasWritten(String other) {
    ResourceClaim claim = read(other);

    assertThat(AllocationTime.of(claim).allocated())
        .contains(Instant.parse("2026-11-27T08:00:00Z"));
    assertThat(claim.getMetadata().getResourceVersion()).isEqualTo("7");
    assertThat(claim.getMetadata().getManagedFields()).hasSize(1);
  }

  @Test
  void isNotKnownWhereNothingSaysSo() {
    ResourceClaim claim = read("{}");
    claim.getMetadata().setManagedFields(List.of());

    assertThat(AllocationTime.of(claim).allocated()).isEqualTo(Optional.empty());
  }
}
