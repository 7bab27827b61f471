package com.intel.dra.gpu.controller.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.intel.dra.gpu.api.GpuAllocationState;
import com.intel.dra.gpu.api.GpuApi;
import com.intel.dra.gpu.api.GpuClaimParameters;
import com.intel.dra.gpu.classic.Claims;
import com.intel.dra.gpu.client.WithoutManagedFields;
import com.intel.dra.gpu.controller.app.FakeLeases;
import com.intel.dra.gpu.controller.leader.FencedApiServer;
import com.intel.dra.gpu.controller.records.NodeRecords;
import com.intel.dra.kit.client.AnsweringApiServer;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaim;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.IOException;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What users write into objects is not kept in memory, and is not lost in the cluster. */
class WithoutUnusedFieldsTest {

  private static final String LONG = "q".repeat(100_000);

  private static final String META =
      """
      "metadata": {"name": "a", "namespace": "work", "uid": "u", "resourceVersion": "7",
        "annotations": {"of-the-user": "%1$s"}, "labels": {"of-the-user": "%1$s"},
        "ownerReferences": [{"apiVersion": "v1", "kind": "Pod", "name": "p", "uid": "pu", "controller": true}],
        "managedFields": [{"manager": "%1$s"}],
        "finalizers": ["other/one"]}\
      """
          .formatted(LONG);

  private static final String CLAIM =
      """
      {"apiVersion": "resource.k8s.io/v1alpha2", "kind": "ResourceClaim", %s,
       "spec": {"resourceClassName": "intel-gpu", "allocationMode": "Immediate",
                "parametersRef": {"apiGroup": "gpu.dra.intel.com", "kind": "%s", "name": "small"}}}\
      """
          .formatted(META, LONG);

  private static final String POD =
      """
      {"apiVersion": "v1", "kind": "Pod", %s,
       "spec": {"nodeName": "n", "containers": [{"name": "c", "image": "%2$s"}],
                "volumes": [{"name": "%2$s"}],
                "resourceClaims": [{"name": "gpu", "source": {"resourceClaimName": "a"}}]},
       "status": {"phase": "Pending", "message": "%2$s",
                  "resourceClaimStatuses": [{"name": "gpu", "resourceClaimName": "a"}]}}\
      """
          .formatted(META, LONG);

  private static final String PARAMETERS =
      """
      {"apiVersion": "gpu.dra.intel.com/v1alpha", "kind": "GpuClaimParameters", %s, "spec": {"count": 2}}\
      """
          .formatted(META);

  private static final KubernetesSerialization JSON = serialization();

  private static KubernetesSerialization serialization() {
    var mapper = new ObjectMapper();
    new WithoutManagedFields().customize(mapper);
    new WithoutUnusedFields(false).customize(mapper);
    return new KubernetesSerialization(mapper, true);
  }

  /** Checks that the cached object is small and has all metadata that the controller uses. */
  private static void assertSmall(HasMetadata kept) {
    assertThat(JSON.asJson(kept)).hasSizeLessThan(2_000);
    assertThat(kept.getMetadata().getAnnotations()).isNullOrEmpty();
    assertThat(kept.getMetadata().getLabels()).isNullOrEmpty();
    assertThat(kept.getMetadata().getManagedFields()).isEmpty();
    assertThat(kept.getMetadata().getUid()).isEqualTo("u");
    assertThat(kept.getMetadata().getResourceVersion()).isEqualTo("7");
    assertThat(kept.getMetadata().getFinalizers()).containsExactly("other/one");
    assertThat(kept.getMetadata().getOwnerReferences())
        .singleElement()
        .satisfies(owner -> assertThat(owner.getUid()).isEqualTo("pu"));
  }

  @Test
  void ofAClaimItsReferencesAreKept() {
    ResourceClaim kept = JSON.unmarshal(CLAIM, ResourceClaim.class);
    assertSmall(kept);
    assertThat(Claims.isImmediate(kept)).isTrue();
    assertThat(Claims.controllingPod(kept)).isPresent();
    assertThat(kept.getSpec().getResourceClassName()).isEqualTo("intel-gpu");
    assertThat(kept.getSpec().getParametersRef().getName()).isEqualTo("small");
    assertThat(kept.getSpec().getParametersRef().getApiGroup()).isEqualTo(GpuApi.GROUP);
    assertThat(kept.getSpec().getParametersRef().getKind())
        .hasSize(WithoutUnusedFields.MAX_REFERENCE)
        .startsWith("qqq");
    assertSmall(JSON.unmarshal(CLAIM, HasMetadata.class));
  }

  @Test
  void ofAPodItsClaimsAreKept() {
    Pod kept = JSON.unmarshal(POD, Pod.class);
    assertSmall(kept);
    assertThat(kept.getSpec().getNodeName()).isEqualTo("n");
    assertThat(kept.getSpec().getResourceClaims()).hasSize(1);
    assertThat(kept.getStatus().getPhase()).isEqualTo("Pending");
    assertThat(kept.getStatus().getResourceClaimStatuses()).hasSize(1);
  }

  @Test
  void ofParametersTheSpecIsKept() {
    GpuClaimParameters kept = JSON.unmarshal(PARAMETERS, GpuClaimParameters.class);
    assertSmall(kept);
    assertThat(kept.getSpec().count()).isEqualTo(2);
  }

  /** The annotation names the controller that wrote the record last. */
  @Test
  void ofANodesRecordItsWriterIsKept() {
    GpuAllocationState kept =
        JSON.unmarshal(
            """
            {"apiVersion": "gpu.dra.intel.com/v1alpha", "kind": "GpuAllocationState",
             "metadata": {"name": "n", "annotations": {"%s": "controller-1"}}, "spec": {}}
            """
                .formatted(NodeRecords.WRITER),
            GpuAllocationState.class);

    assertThat(kept.getMetadata().getAnnotations())
        .containsEntry(NodeRecords.WRITER, "controller-1");
  }

  private interface Use {
    void use(ApiServer api);
  }

  private static List<String> requests(Function<String, String> answers, Use use)
      throws IOException {
    try (var server =
            new AnsweringApiServer(
                request -> new AnsweringApiServer.Answer(200, answers.apply(request.uri())));
        KubernetesClient client =
            server.clientBuilder().withKubernetesSerialization(JSON).build()) {
      use.use(new FencedApiServer(client, FakeLeases.held()));
      return server.requests().stream()
          .map(request -> "%s %s %s".formatted(request.method(), request.uri(), request.body()))
          .toList();
    }
  }

  @Test
  void aFinalizerIsWrittenWithoutTheRestOfTheClaim() throws IOException {
    ResourceClaim kept = JSON.unmarshal(CLAIM, ResourceClaim.class);
    assertThat(requests(_ -> CLAIM, api -> api.updateFinalizers(Claims.withFinalizer(kept))))
        .containsExactly(
            "PATCH /apis/resource.k8s.io/v1alpha2/namespaces/work/resourceclaims/a"
                + " {\"metadata\":{\"resourceVersion\":\"7\",\"finalizers\":[\"%s\"]}}"
                    .formatted(GpuApi.CLAIM_FINALIZER));
  }

  @Test
  void ourFinalizerIsTakenAwayAndThoseOfOthersStay() throws IOException {
    ResourceClaim kept = JSON.unmarshal(CLAIM, ResourceClaim.class);
    assertThat(
            requests(
                _ -> CLAIM,
                api -> api.updateFinalizers(Claims.withoutFinalizer(Claims.withFinalizer(kept)))))
        .singleElement()
        .asString()
        .endsWith(
            " {\"metadata\":{\"resourceVersion\":\"7\",\"$deleteFromPrimitiveList/finalizers\":[\"%s\"]}}"
                .formatted(GpuApi.CLAIM_FINALIZER));
  }

  /** The lists of owners and finalizers have no limit, and neither do the texts of an owner. */
  @Test
  void ofManyOwnersAndFinalizersAFewAreKept() {
    String owners =
        IntStream.range(0, 2_000)
            .mapToObj(
                i ->
                    "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"name\":\"p%1$d\",\"uid\":\"pu%1$d\",\"controller\":%2$s}"
                        .formatted(i, i == 1_000))
            .collect(Collectors.joining(","));
    String finalizers =
        IntStream.range(0, 2_000)
            .mapToObj(i -> i == 1_500 ? GpuApi.CLAIM_FINALIZER : "other/f" + i)
            .collect(Collectors.joining("\",\""));
    ResourceClaim kept =
        JSON.unmarshal(
            """
            {"apiVersion": "resource.k8s.io/v1alpha2", "kind": "ResourceClaim",
             "metadata": {"name": "a", "ownerReferences": [%s], "finalizers": ["%s"]},
             "spec": {"resourceClassName": "intel-gpu"}}
            """
                .formatted(owners, finalizers),
            ResourceClaim.class);

    assertThat(JSON.asJson(kept)).hasSizeLessThan(1_000);
    assertThat(Claims.ownerUid(kept)).isEqualTo("pu0");
    assertThat(Claims.controllingPod(kept))
        .hasValueSatisfying(pod -> assertThat(pod.getUid()).isEqualTo("pu1000"));
    assertThat(Claims.hasFinalizer(kept)).isTrue();
    assertThat(Claims.hasOtherFinalizers(kept)).isTrue();
  }

  @Test
  void ofALongOwnerTheBeginningIsKept() {
    Pod kept =
        JSON.unmarshal(
            """
            {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a", "ownerReferences":
              [{"apiVersion": "%1$s", "kind": "%1$s", "name": "%1$s", "uid": "%1$s", "controller": true}]}}
            """
                .formatted(LONG),
            Pod.class);

    assertThat(JSON.asJson(kept)).hasSizeLessThan(5 * WithoutUnusedFields.MAX_REFERENCE);
  }

  @Test
  void allClaimsAreReadInPages() throws IOException {
    String list =
        "{\"apiVersion\":\"resource.k8s.io/v1alpha2\",\"kind\":\"ResourceClaimList\",\"metadata\":{\"continue\":\"%s\"},\"items\":[%s]}";
    assertThat(
            requests(
                uri -> list.formatted(uri.contains("continue=next") ? "" : "next", CLAIM),
                api -> assertThat(api.list(ResourceClaim.class)).hasSize(2)))
        .hasSize(2)
        .allSatisfy(request -> assertThat(request).contains("limit=" + WithoutUnusedFields.PAGE))
        .last()
        .asString()
        .contains("continue=next");
  }
}
