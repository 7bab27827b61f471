package com.intel.dra.kit.metadata;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.intel.dra.kit.cdi.CdiDevice;
import com.intel.dra.kit.cdi.CdiKind;
import com.intel.dra.kit.cdi.CdiSpec;
import com.intel.dra.kit.cdi.ContainerEdits;
import com.intel.dra.kit.cdi.Mount;
import com.intel.dra.kit.kubelet.api.ClaimReference;
import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.util.List;

/** The content of the two files of a request, byte for byte as Kubernetes' Go library has it. */
record MetadataDocument(String driver, CdiKind kind) {

  /** The newest first: a reader takes the first that it knows. */
  private static final List<String> VERSIONS =
      List.of("metadata.resource.k8s.io/v1beta1", "metadata.resource.k8s.io/v1alpha1");

  private static final String IN_CONTAINER = "/var/run/kubernetes.io/dra-device-attributes";

  private static final ObjectMapper JSON = new JsonMapper();

  /** One JSON object for each version, one after the other. */
  byte[] content(ClaimMetadata metadata, RequestMetadata request) {
    var content = new ByteArrayOutputStream();
    for (String version : VERSIONS) {
      content.writeBytes(GoJson.bytes(object(version, metadata, request)));
      content.write('\n');
    }
    return content.toByteArray();
  }

  private ObjectNode object(String version, ClaimMetadata metadata, RequestMetadata request) {
    ObjectNode object = JsonNodeFactory.instance.objectNode();
    object.put("kind", "DeviceMetadata").put("apiVersion", version);
    object
        .putObject("metadata")
        .put("name", metadata.claim().name())
        .put("namespace", metadata.claim().namespace())
        .put("uid", metadata.claim().uid())
        .put("generation", 1);
    metadata.podClaimName().ifPresent(name -> object.put("podClaimName", name));
    ObjectNode only = object.putArray("requests").addObject().put("name", request.name());
    ArrayNode devices = JsonNodeFactory.instance.arrayNode();
    for (DeviceMetadata device : request.devices()) {
      ObjectNode told = devices.addObject();
      told.put("driver", driver).put("pool", device.pool()).put("name", device.name());
      if (!device.attributes().isEmpty()) {
        ObjectNode attributes = told.putObject("attributes");
        device.attributes().forEach((name, value) -> put(attributes.putObject(name), value));
      }
    }
    if (!devices.isEmpty()) {
      only.set("devices", devices);
    }
    return object;
  }

  private static void put(ObjectNode attribute, AttributeValue value) {
    switch (value) {
      case AttributeValue.Number(long number) -> attribute.put("int", number);
      case AttributeValue.Flag(boolean flag) -> attribute.put("bool", flag);
      case AttributeValue.Text(String text) -> attribute.put("string", text);
      case AttributeValue.Version(String version) -> attribute.put("version", version);
      case AttributeValue.Numbers(List<Long> numbers) ->
          numbers.forEach(attribute.putArray("ints")::add);
      case AttributeValue.Flags(List<Boolean> flags) ->
          flags.forEach(attribute.putArray("bools")::add);
      case AttributeValue.Texts(List<String> texts) ->
          texts.forEach(attribute.putArray("strings")::add);
      case AttributeValue.Versions(List<String> versions) ->
          versions.forEach(attribute.putArray("versions")::add);
    }
  }

  /**
   * The CDI spec that mounts the file into containers.
   *
   * @param file the path of the file on the host
   */
  byte[] spec(ClaimMetadata metadata, RequestMetadata request, Path file) {
    var device =
        new CdiDevice(
            cdiDevice(metadata.claim(), request),
            ContainerEdits.mount(
                Mount.readOnly(file.toString(), pathInContainer(metadata, request))));
    ObjectNode spec = JSON.valueToTree(new CdiSpec(kind, List.of(device)));
    spec.putObject("containerEdits"); // the Go library writes those of all devices, although none
    return GoJson.bytes(spec);
  }

  private String pathInContainer(ClaimMetadata metadata, RequestMetadata request) {
    String claim =
        metadata
            .podClaimName()
            .map(name -> "resourceclaimtemplates/" + name)
            .orElseGet(() -> "resourceclaims/" + metadata.claim().name());
    return "%s/%s/%s/%s-metadata.json".formatted(IN_CONTAINER, claim, request.mainName(), driver);
  }

  static String cdiDevice(ClaimReference claim, RequestMetadata request) {
    return claim.uid() + "_" + request.mainName();
  }
}
