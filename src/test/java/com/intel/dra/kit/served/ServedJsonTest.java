package com.intel.dra.kit.served;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.ObjectReferenceBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceAttribute;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceCapacityBuilder;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceSlice;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceSliceBuilder;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceSliceList;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.PodSchedulingContext;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.PodSchedulingContextBuilder;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaim;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaimBuilder;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ServedJsonTest {

  private static final ObjectMapper PLAIN = new ObjectMapper();

  private final ServedApi api = new ServedApi();
  private KubernetesSerialization json;

  @BeforeEach
  void likeTheClient() {
    var mapper = new ObjectMapper();
    new ServedJson(api).customize(mapper);
    json = new KubernetesSerialization(mapper, true);
  }

  private static final ResourceSlice SLICE =
      new ResourceSliceBuilder()
          .withNewMetadata()
          .withName("n-x")
          .endMetadata()
          .withNewSpec()
          .withDriver("gpu.intel.com")
          .withNodeName("n")
          .withNewPool(1L, "n", 1L)
          .addNewDevice()
          .withName("card-0")
          .addToAttributes("model", text("A770"))
          .addNewTaint()
          .withKey("gpu.intel.com/unhealthy")
          .withEffect("NoSchedule")
          .endTaint()
          .addToCapacity(
              "memory", new DeviceCapacityBuilder().withValue(new Quantity("16Gi")).build())
          .endDevice()
          .endSpec()
          .build();

  private static DeviceAttribute text(String value) {
    var attribute = new DeviceAttribute();
    attribute.setString(value);
    return attribute;
  }

  private static final ResourceClaim CLAIM =
      new ResourceClaimBuilder()
          .withNewMetadata()
          .withName("c")
          .withNamespace("a")
          .endMetadata()
          .withNewSpec()
          .withResourceClassName("intel-gpu")
          .endSpec()
          .withNewStatus()
          .withDriverName("gpu.dra.intel.com")
          .withNewAllocation()
          .withShareable(true)
          .addNewResourceHandle()
          .withDriverName("gpu.dra.intel.com")
          .withData("the devices")
          .endResourceHandle()
          .endAllocation()
          .endStatus()
          .build();

  private JsonNode written(Object object) throws JsonProcessingException {
    return PLAIN.readTree(json.asJson(object));
  }

  private static JsonNode tree(String text) throws JsonProcessingException {
    return PLAIN.readTree(text);
  }

  @Test
  void aSliceIsWrittenAsItIsForV1AndBeforeTheVersionIsKnown() throws Exception {
    String asInTheModel = new KubernetesSerialization(new ObjectMapper(), true).asJson(SLICE);

    assertThat(json.asJson(SLICE)).isEqualTo(asInTheModel);
    api.use(ServedVersion.V1);
    assertThat(json.asJson(SLICE)).isEqualTo(asInTheModel);
  }

  @Test
  void v1Beta2HasAnotherNameAndTheSameShape() throws Exception {
    JsonNode before = written(SLICE);
    api.use(ServedVersion.V1BETA2);

    JsonNode written = written(SLICE);

    assertThat(written.get("apiVersion").asText()).isEqualTo("resource.k8s.io/v1beta2");
    assertThat(written.get("spec")).isEqualTo(before.get("spec"));
  }

  @Test
  void aDeviceIsBasicInV1Beta1() throws Exception {
    api.use(ServedVersion.V1BETA1);

    assertThat(written(SLICE))
        .isEqualTo(
            tree(
                """
                {"apiVersion": "resource.k8s.io/v1beta1", "kind": "ResourceSlice",
                 "metadata": {"name": "n-x"},
                 "spec": {"driver": "gpu.intel.com", "nodeName": "n",
                  "pool": {"generation": 1, "name": "n", "resourceSliceCount": 1},
                  "devices": [{"name": "card-0", "basic": {
                   "attributes": {"model": {"string": "A770"}},
                   "capacity": {"memory": {"value": "16Gi"}},
                   "taints": [{"key": "gpu.intel.com/unhealthy", "effect": "NoSchedule"}]}}]}}
                """));
  }

  @Test
  void aCapacityIsAQuantityInV1Alpha3() throws Exception {
    api.use(ServedVersion.V1ALPHA3);

    JsonNode written = written(SLICE);

    assertThat(written.get("apiVersion").asText()).isEqualTo("resource.k8s.io/v1alpha3");
    assertThat(written.at("/spec/devices/0/basic/capacity"))
        .isEqualTo(tree("{\"memory\": \"16Gi\"}"));
  }

  @ParameterizedTest
  @EnumSource(
      value = ServedVersion.class,
      names = {"V1", "V1BETA2", "V1BETA1", "V1ALPHA3"})
  void aSliceIsReadAsItWasWritten(ServedVersion version) {
    api.use(version);

    ResourceSlice read = json.unmarshal(json.asJson(SLICE), ResourceSlice.class);

    assertThat(read).isEqualTo(SLICE);
    assertThat(json.clone(SLICE).getSpec()).isEqualTo(SLICE.getSpec());
  }

  @Test
  void theListOf131HasItsVersionInListMeta() {
    var list =
        json.unmarshal(
            """
            {"kind": "ResourceSliceList", "apiVersion": "resource.k8s.io/v1alpha3",
             "listMeta": {"resourceVersion": "297"},
             "items": [{"metadata": {"name": "n-x"}, "spec": {"driver": "gpu.intel.com",
              "nodeName": "n", "pool": {"name": "n", "generation": 1, "resourceSliceCount": 1},
              "devices": [{"name": "card-0", "basic": {"attributes": {"model": {"string": "A770"}},
               "capacity": {"memory": "16Gi", "millicores": "1k"}}}]}}]}
            """,
            ResourceSliceList.class);

    assertThat(list.getMetadata().getResourceVersion()).isEqualTo("297");
    assertThat(list.getItems().getFirst().getSpec().getDevices())
        .singleElement()
        .satisfies(
            device -> {
              assertThat(device.getName()).isEqualTo("card-0");
              assertThat(device.getAttributes())
                  .hasEntrySatisfying(
                      "model", model -> assertThat(model.getString()).isEqualTo("A770"));
              assertThat(device.getCapacity())
                  .hasEntrySatisfying(
                      "memory",
                      memory -> assertThat(memory.getValue()).isEqualTo(new Quantity("16Gi")))
                  .hasEntrySatisfying(
                      "millicores",
                      cores -> assertThat(cores.getValue()).isEqualTo(new Quantity("1k")));
              assertThat(device.getAdditionalProperties()).isEmpty();
            });
  }

  @Test
  void aListWithMetadataIsReadAsBefore() {
    var list =
        json.unmarshal(
            "{\"metadata\": {\"resourceVersion\": \"5\", \"continue\": \"next\"}, \"items\": []}",
            ResourceSliceList.class);

    assertThat(list.getMetadata().getResourceVersion()).isEqualTo("5");
    assertThat(list.getMetadata().getContinue()).isEqualTo("next");
  }

  @Test
  void aClaimIsWrittenAsItIsForV1Alpha2() {
    String asInTheModel = new KubernetesSerialization(new ObjectMapper(), true).asJson(CLAIM);

    assertThat(json.asJson(CLAIM)).isEqualTo(asInTheModel);
    api.use(ServedVersion.V1ALPHA2);
    assertThat(json.asJson(CLAIM)).isEqualTo(asInTheModel);
  }

  @Test
  void theHandleIsTextInV1Alpha1() throws Exception {
    api.use(ServedVersion.V1ALPHA1);

    assertThat(written(CLAIM))
        .isEqualTo(
            tree(
                """
                {"apiVersion": "resource.k8s.io/v1alpha1", "kind": "ResourceClaim",
                 "metadata": {"name": "c", "namespace": "a"},
                 "spec": {"resourceClassName": "intel-gpu"},
                 "status": {"driverName": "gpu.dra.intel.com",
                  "allocation": {"resourceHandle": "the devices", "shareable": true}}}
                """));
  }

  @ParameterizedTest
  @EnumSource(
      value = ServedVersion.class,
      names = {"V1ALPHA2", "V1ALPHA1"})
  void aClaimIsReadAsItWasWritten(ServedVersion version) {
    api.use(version);

    ResourceClaim read = json.unmarshal(json.asJson(CLAIM), ResourceClaim.class);

    assertThat(read.getStatus()).isEqualTo(CLAIM.getStatus());
    assertThat(read.getApiVersion())
        .as("the client takes the address of a write from it")
        .isEqualTo("resource.k8s.io/v1alpha2");
  }

  @Test
  void aPodSchedulingContextIsAPodSchedulingInV1Alpha1() throws Exception {
    api.use(ServedVersion.V1ALPHA1);
    PodSchedulingContext context =
        new PodSchedulingContextBuilder()
            .withNewMetadata()
            .withName("p")
            .endMetadata()
            .withNewSpec()
            .withSelectedNode("n")
            .endSpec()
            .build();

    JsonNode written = written(context);

    assertThat(written.get("apiVersion").asText()).isEqualTo("resource.k8s.io/v1alpha1");
    assertThat(written.get("kind").asText()).isEqualTo("PodScheduling");
    assertThat(written.at("/spec/selectedNode").asText()).isEqualTo("n");
    PodSchedulingContext read = json.unmarshal(written.toString(), PodSchedulingContext.class);
    assertThat(read).isEqualTo(context);
  }

  @Test
  void anEventNamesTheObjectAsItIsServed() throws Exception {
    api.use(ServedVersion.V1ALPHA1);
    var claim =
        new ObjectReferenceBuilder()
            .withApiVersion("resource.k8s.io/v1alpha2")
            .withKind("ResourceClaim")
            .build();
    var pod = new ObjectReferenceBuilder().withApiVersion("v1").withKind("Pod").build();

    assertThat(written(claim).get("apiVersion").asText()).isEqualTo("resource.k8s.io/v1alpha1");
    assertThat(written(pod).get("apiVersion").asText()).isEqualTo("v1");
  }
}
