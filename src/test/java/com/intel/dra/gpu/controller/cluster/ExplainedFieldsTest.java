package com.intel.dra.gpu.controller.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.intel.dra.gpu.client.WithoutManagedFields;
import com.intel.dra.gpu.explain.ClusterView;
import com.intel.dra.gpu.explain.Explainer;
import com.intel.dra.gpu.explain.PodExplanation;
import com.intel.dra.gpu.explain.WaitReason;
import com.intel.dra.gpu.explain.search.SchedulerFeatures;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.resource.v1.Device;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceAttribute;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceClass;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaim;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceSlice;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Of objects that are as large as the API server permits, little is kept. */
class ExplainedFieldsTest {

  private static final String LONG = "q".repeat(100_000);
  private static final String META =
      """
      "metadata": {"name": "a", "namespace": "team", "uid": "u", "resourceVersion": "7", "annotations": {"k": "%s"},
        "labels": {"kept": "on-nodes"}, "managedFields": [{"manager": "%s"}]}\
      """
          .formatted(LONG, LONG);

  private static KubernetesSerialization json() {
    var mapper = new ObjectMapper();
    new WithoutManagedFields().customize(mapper);
    new WithoutUnusedFields(true).customize(mapper);
    return new KubernetesSerialization(mapper, true);
  }

  private static <T extends HasMetadata> T read(String text, Class<T> kind) {
    T kept = json().unmarshal(text, kind);
    assertThat(json().asJson(kept)).hasSizeLessThan(2_000);
    assertThat(kept.getMetadata().getName()).isEqualTo("a");
    assertThat(kept.getMetadata().getResourceVersion()).isEqualTo("7");
    return kept;
  }

  @Test
  void ofAPodWhatSaysWhereItMayRun() {
    Pod kept =
        read(
            """
            {"apiVersion": "v1", "kind": "Pod", %s, "spec": {
              "containers": [{"name": "c", "command": ["%s"]}],
              "nodeSelector": {"disk": "fast"},
              "tolerations": [{"key": "gpu", "operator": "Exists"}],
              "schedulingGates": [{"name": "later"}],
              "resourceClaims": [{"name": "gpu", "resourceClaimName": "shared"}],
              "affinity": {
                "podAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [{"topologyKey": "%s"}]},
                "nodeAffinity": {
                  "preferredDuringSchedulingIgnoredDuringExecution": [
                    {"weight": 1, "preference": {"matchExpressions": [{"key": "%s", "operator": "Exists"}]}}],
                  "requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [
                    {"matchExpressions": [{"key": "zone", "operator": "Exists"}]}]}}}},
             "status": {"phase": "Pending", "message": "%s"}}
            """
                .formatted(META, LONG, LONG, LONG, LONG),
            Pod.class);

    assertThat(kept.getSpec().getNodeSelector()).containsEntry("disk", "fast");
    assertThat(kept.getSpec().getTolerations()).hasSize(1);
    assertThat(kept.getSpec().getSchedulingGates()).hasSize(1);
    assertThat(kept.getSpec().getResourceClaims()).hasSize(1);
    assertThat(
            kept.getSpec()
                .getAffinity()
                .getNodeAffinity()
                .getRequiredDuringSchedulingIgnoredDuringExecution()
                .getNodeSelectorTerms())
        .hasSize(1);
    assertThat(kept.getStatus().getPhase()).isEqualTo("Pending");
  }

  @Test
  void ofANodeItsLabelsAndTaints() {
    Node kept =
        read(
            """
            {"apiVersion": "v1", "kind": "Node", %s,
             "spec": {"unschedulable": true, "taints": [{"key": "t", "effect": "NoSchedule"}]},
             "status": {"images": [{"names": ["%s"]}]}}
            """
                .formatted(META, LONG),
            Node.class);

    assertThat(kept.getMetadata().getLabels()).containsEntry("kept", "on-nodes");
    assertThat(kept.getSpec().getUnschedulable()).isTrue();
    assertThat(kept.getSpec().getTaints()).hasSize(1);
  }

  @Test
  void ofAClaimItsRequestsAndWhatItGot() {
    ResourceClaim kept =
        read(
            """
            {"apiVersion": "resource.k8s.io/v1", "kind": "ResourceClaim", %s,
             "spec": {"devices": {
               "requests": [{"name": "gpu", "exactly": {"deviceClassName": "gpu.intel.com"}}],
               "config": [{"opaque": {"driver": "d", "parameters": {"p": "%s"}}}]}},
             "status": {
               "devices": [{"driver": "d", "pool": "p", "device": "x", "data": {"p": "%s"}}],
               "allocation": {"devices": {
                 "results": [{"request": "gpu", "driver": "d", "pool": "p", "device": "x"}],
                 "config": [{"source": "FromClaim", "opaque": {"driver": "d", "parameters": {"p": "%s"}}}]}}}}
            """
                .formatted(META, LONG, LONG, LONG),
            ResourceClaim.class);

    assertThat(kept.getSpec().getDevices().getRequests()).hasSize(1);
    assertThat(kept.getStatus().getAllocation().getDevices().getResults()).hasSize(1);
  }

  private static ResourceSlice slice(String name) {
    return json()
        .unmarshal(
            """
            {"apiVersion": "resource.k8s.io/v1", "kind": "ResourceSlice", "metadata": {"name": "%s"},
             "spec": {"driver": "d", "pool": {"name": "p", "generation": 1, "resourceSliceCount": 1},
               "devices": [{"name": "g", "attributes": {"model": {"string": "A770"}},
                 "capacity": {"memory": {"value": "16Gi"}},
                 "consumesCounters": [{"counterSet": "s", "counters": {"memory": {"value": "16Gi"}}}]}]}}
            """
                .formatted(name),
            ResourceSlice.class);
  }

  @Test
  void equalValuesOfDevicesAreOneObject() {
    Device one = slice("a").getSpec().getDevices().getFirst();
    Device other = slice("b").getSpec().getDevices().getFirst();

    assertThat(one.getAttributes().get("model"))
        .isSameAs(other.getAttributes().get("model"))
        .extracting(DeviceAttribute::getString)
        .isEqualTo("A770");
    assertThat(one.getCapacity().get("memory")).isSameAs(other.getCapacity().get("memory"));
    assertThat(one.getConsumesCounters().getFirst().getCounters().get("memory"))
        .isSameAs(other.getConsumesCounters().getFirst().getCounters().get("memory"));
  }

  @Test
  void ofAClassItsSelectors() {
    DeviceClass kept =
        read(
            """
            {"apiVersion": "resource.k8s.io/v1", "kind": "DeviceClass", %s,
             "spec": {"selectors": [{"cel": {"expression": "true"}}],
               "config": [{"opaque": {"driver": "d", "parameters": {"p": "%s"}}}]}}
            """
                .formatted(META, LONG),
            DeviceClass.class);

    assertThat(kept.getSpec().getSelectors()).hasSize(1);
  }

  private static Pod pod(String specification) {
    return read(
        """
        {"apiVersion": "v1", "kind": "Pod", %s, "spec": {%s}, "status": {"phase": "Pending"}}
        """
            .formatted(META, specification),
        Pod.class);
  }

  private static String many(int count, String element) {
    return IntStream.range(0, count)
        .mapToObj(i -> element.replace("#", String.valueOf(i)))
        .collect(Collectors.joining(","));
  }

  @Test
  void ofContainersTheResourcesThatCanStandForDevices() {
    Pod kept =
        pod(
            """
            "containers": [
              {"name": "first", "image": "%s"},
              {"name": "main", "env": [{"name": "e", "value": "%s"}], "resources": {
                "limits": {"gpu.intel.com/i915": "1"},
                "requests": {"cpu": "1", "memory": "1Gi", "gpu.intel.com/i915": "1"}}}]
            """
                .formatted(LONG, LONG));
    assertThat(kept.getSpec().getContainers())
        .extracting(Container::getName)
        .containsExactly("first", "main");
    assertThat(kept.getSpec().getContainers().getLast().getResources().getRequests())
        .containsOnlyKeys("gpu.intel.com/i915");
  }

  @Test
  void ofAPodWithMoreResourcesThanAreLookedAtThatItHasThem() {
    Pod kept =
        pod(
            "\"containers\": [%s]"
                .formatted(
                    many(
                        2_000,
                        "{\"name\": \"c#\", \"resources\": {\"requests\": {\"x.example.com/y\":"
                            + " \"1\"}}}")));
    assertThat(kept.getSpec().getContainers()).hasSize(1);
    assertThat(explain(kept).summary()).contains("more text than is looked at");
  }

  @Test
  void ofANodeWhatDevicePluginsHave() {
    Node kept =
        read(
            """
            {"apiVersion": "v1", "kind": "Node", %s,
             "status": {"allocatable": {"cpu": "4", "hugepages-2Mi": "0", "gpu.intel.com/xe": "2"}}}
            """
                .formatted(META),
            Node.class);
    assertThat(kept.getStatus().getAllocatable()).containsOnlyKeys("gpu.intel.com/xe");
  }

  @Test
  void nothingOfAPodWithoutClaims() {
    Pod kept =
        pod(
            """
            "nodeSelector": {"disk": "fast"}, "tolerations": [{"key": "gpu", "operator": "Exists"}],
            "affinity": {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": []}}}
            """);
    assertThat(kept.getSpec()).isEqualTo(new PodSpec());
  }

  private static void assertTooLarge(String specification) {
    Pod kept =
        pod("\"resourceClaims\": [{\"name\": \"gpu\"}], \"schedulingGates\": [], " + specification);
    assertThat(kept.getSpec().getResourceClaims()).hasSize(1);
    assertThat(explain(kept).reason()).isEqualTo(WaitReason.UNKNOWN);
    assertThat(explain(kept).summary()).contains("more text than is looked at");
  }

  private static PodExplanation explain(Pod pod, ResourceClaim... claims) {
    return new Explainer()
        .explain(
            new ClusterView(
                List.of(),
                List.of(),
                List.of(),
                List.of(claims),
                List.of(),
                List.of(),
                SchedulerFeatures.all()),
            pod);
  }

  @Test
  void ofAPodWithMoreThanIsLookedAtThatItHasIt() {
    assertTooLarge("\"tolerations\": [%s]".formatted(many(2_000, "{\"key\": \"k#\"}")));
    assertTooLarge("\"nodeSelector\": {%s}".formatted(many(2_000, "\"k#\": \"v\"")));
    assertTooLarge(
        """
        "affinity": {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [
          {"matchExpressions": [{"key": "k", "operator": "In", "values": [%s]}]}]}}}
        """
            .formatted(many(2_000, "\"n#\"")));
  }

  @Test
  void ofAPodWithThousandsOfClaimsThatItHasThem() {
    Pod kept = pod("\"resourceClaims\": [%s]".formatted(many(2_000, "{\"name\": \"gpu-#\"}")));
    assertThat(kept.getSpec().getResourceClaims()).hasSize(1);
  }

  private static ResourceClaim claim(int expressions) {
    String selector = "{\"cel\": {\"expression\": \"'%s' != 'x'\"}}".formatted("y".repeat(10_000));
    return json()
        .unmarshal(
            """
            {"apiVersion": "resource.k8s.io/v1", "kind": "ResourceClaim", %s,
             "spec": {"devices": {"requests": [
               {"name": "r", "exactly": {"deviceClassName": "c", "selectors": [%s]}}]}}}
            """
                .formatted(META, many(expressions, selector)),
            ResourceClaim.class);
  }

  @Test
  void ofAClaimWithMoreThanIsLookedAtThatItHasIt() {
    Pod pod = pod("\"resourceClaims\": [{\"name\": \"gpu\", \"resourceClaimName\": \"a\"}]");

    assertThat(json().asJson(claim(32))).hasSizeLessThan(2_000);
    assertThat(explain(pod, claim(32)).reason()).isEqualTo(WaitReason.UNKNOWN);
    assertThat(explain(pod, claim(32)).summary())
        .contains("Claim team/a has more text than is looked at");
    assertThat(explain(pod, claim(2)).reason()).isEqualTo(WaitReason.CLASS_MISSING);
  }

  @Test
  void ofAClaimNoMoreOfWhatThisReleaseDoesNotKnow() {
    ResourceClaim kept =
        read(
            """
            {"apiVersion": "resource.k8s.io/v1", "kind": "ResourceClaim", %s,
             "spec": {"devices": {"requests": [
               {"name": "r", "exactly": {"deviceClassName": "c", "later": [{"x": "%s"}]}}]}}}
            """
                .formatted(META, LONG),
            ResourceClaim.class);
    assertThat(kept.getSpec().getDevices().getRequests()).isEmpty();
  }
}
