package com.intel.dra.gpu.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The content of the resource handle in a claim's allocation result: the devices that the claim was
 * allocated. The controller writes it and the kubelet passes it to the node agent, so that
 * preparing the devices needs no read from the API server.
 *
 * <pre>
 * {"version":1,"devices":[{"memory":4096,"parentuid":"","profile":"","type":"gpu","uid":"0000:b3:00.0-0x56c0"}]}
 * </pre>
 *
 * <p>Unknown members are ignored; a change that an older agent would misread raises {@link
 * #VERSION}.
 */
public record ResourceHandle(List<AllocatedDevice> devices) {

  public static final int VERSION = 1;

  /** The longest handle that Kubernetes accepts, in bytes (ResourceHandleMaxSize in v1alpha2). */
  public static final int MAX_BYTES = 16 * 1024;

  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .build();

  public ResourceHandle {
    devices = List.copyOf(devices);
  }

  /** The result of decoding a handle's text. */
  public sealed interface Decoded {

    /** A handle of this driver. */
    record Valid(ResourceHandle handle) implements Decoded {}

    /**
     * The text is empty, or JSON without a version: the Go driver allocated the claim, and its
     * devices are only in the node's GAS.
     */
    record WithoutDevices() implements Decoded {}

    /** Any other text; {@code reason} says what is wrong and what to do, for an Event or a log. */
    record Invalid(String reason) implements Decoded {}
  }

  /** The format on disk and in the API; only this record knows its member names. */
  private record Document(int version, List<AllocatedDevice> devices) {}

  /**
   * The text for the allocation result; the same devices always give the same text.
   *
   * @throws IllegalArgumentException if it is longer than {@link #MAX_BYTES}, which {@link
   *     GpuApi#MAX_DEVICES_PER_CLAIM} devices with names of this driver never are
   */
  public String encode() {
    String text;
    try {
      text = JSON.writeValueAsString(new Document(VERSION, devices));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("records of texts and numbers are always JSON", e);
    }
    if (bytes(text) > MAX_BYTES) {
      throw new IllegalArgumentException(
          "resource handle of %d devices has %d bytes, Kubernetes takes %d"
              .formatted(devices.size(), bytes(text), MAX_BYTES));
    }
    return text;
  }

  /** Reads what {@link #encode} wrote, possibly in another version of the driver. */
  public static Decoded decode(String text) {
    if (text.isBlank()) {
      return new Decoded.WithoutDevices();
    }
    if (bytes(text) > MAX_BYTES) {
      return new Decoded.Invalid("resource handle is longer than " + MAX_BYTES + " bytes");
    }
    try {
      JsonNode json = JSON.readTree(text);
      if (!json.isObject()) {
        return new Decoded.Invalid("resource handle is not a JSON object");
      }
      if (!json.has("version")) {
        return new Decoded.WithoutDevices();
      }
      JsonNode version = json.get("version");
      if (!version.isInt() || version.intValue() != VERSION) {
        return new Decoded.Invalid(
            "resource handle has version %s, this node agent reads version %d: update the node agent"
                .formatted(version, VERSION));
      }
      AllocatedDevice.complete(json.path("devices"));
      return new Decoded.Valid(
          new ResourceHandle(JSON.treeToValue(json, Document.class).devices()));
    } catch (JsonProcessingException | NullPointerException e) {
      return new Decoded.Invalid(
          "resource handle is not what the controller writes: " + summary(e));
    }
  }

  private static int bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }

  private static String summary(Exception e) {
    return e instanceof JsonProcessingException json
        ? json.getOriginalMessage()
        : "it lists a device that is null";
  }
}
