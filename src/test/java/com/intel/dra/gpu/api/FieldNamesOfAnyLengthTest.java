package com.intel.dra.gpu.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaim;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaimList;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.quarkus.kubernetes.client.KubernetesClientObjectMapperCustomizer;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** One object with a long name in it keeps nobody from reading the others. */
class FieldNamesOfAnyLengthTest {

  private static final String LONG = "x".repeat(1_000_000);

  private static KubernetesSerialization serialization(
      UnaryOperator<List<KubernetesClientObjectMapperCustomizer>> order) {
    var mapper = new ObjectMapper();
    order
        .apply(
            List.of(
                new FieldNamesOfAnyLength(),
                new FieldNamesWithoutTable(),
                new WithoutManagedFields()))
        .forEach(customizer -> customizer.customize(mapper));
    return new KubernetesSerialization(mapper, true);
  }

  @Test
  void anOwnerReferenceWithALongUidKeepsNobodyFromTheOtherClaims() {
    String list =
        """
        {"apiVersion": "resource.k8s.io/v1alpha2", "kind": "ResourceClaimList", "metadata": {},
         "items": [
           {"metadata": {"name": "hostile",
              "ownerReferences": [{"apiVersion": "v1", "kind": "Pod", "name": "p", "uid": "%1$s"}],
              "managedFields": [{"manager": "kubectl", "fieldsV1":
                {"f:metadata": {"f:ownerReferences": {"k:{\\"uid\\":\\"%1$s\\"}": {}}}}}]},
            "spec": {"resourceClassName": "x"}},
           {"metadata": {"name": "good"}, "spec": {"resourceClassName": "intel-gpu"}}]}
        """
            .formatted(LONG);
    for (UnaryOperator<List<KubernetesClientObjectMapperCustomizer>> order :
        List.<UnaryOperator<List<KubernetesClientObjectMapperCustomizer>>>of(
            all -> all, List::reversed)) {
      ResourceClaimList read =
          serialization(order)
              .unmarshal(
                  new ByteArrayInputStream(list.getBytes(StandardCharsets.UTF_8)),
                  ResourceClaimList.class);

      assertThat(read.getItems())
          .extracting((ResourceClaim claim) -> claim.getMetadata().getName())
          .containsExactly("hostile", "good");
    }
  }

  @Test
  void aRecordWithALongUidIsRead() {
    GpuAllocationState read =
        serialization(all -> all)
            .unmarshal(
                """
                {"apiVersion": "gpu.dra.intel.com/v1alpha", "kind": "GpuAllocationState",
                 "metadata": {"name": "node"},
                 "spec": {"resourceClaimAllocations": {"%s": {"gpus": [], "owner": ""}}}}
                """
                    .formatted(LONG),
                GpuAllocationState.class);

    assertThat(read.getSpec().resourceClaimAllocations()).containsOnlyKeys(LONG);
  }
}
