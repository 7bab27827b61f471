package com.intel.dra.gpu.nodeagent.takeover;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.intel.dra.gpu.device.DeviceUid;
import com.intel.dra.gpu.structured.DeviceName;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The Go driver's record of the claims that it prepared on a node, {@code preparedClaims.json}.
 * Three forms of it are read:
 *
 * <pre>
 * {"&lt;claim UID&gt;": [{"pool_name": "node1", "device_name": "…", …}]}           // v0.6
 * {"&lt;claim UID&gt;": {"Devices": [{"PoolName": "node1", "DeviceName": "…", …}]}} // until v0.9
 * {"kind": "PreparedClaimsCheckpoint", "apiVersion": "checkpoint.gpu.intel.com/v1",
 *  "PreparedClaims": {"&lt;claim UID&gt;": {"PreparedDevices": [
 *    {"AdminAccess": false, "KubeletpluginDevice": {"PoolName": "node1", "DeviceName": "…", …}}]}}}
 * </pre>
 *
 * <p>A record of which any part is not understood is refused as a whole, because a pod may be using
 * what that part says.
 *
 * @param claims the devices by the UID of their claim
 */
record GoDriverRecord(SortedMap<String, List<Device>> claims) {

  static final String KIND = "PreparedClaimsCheckpoint";
  static final String API_VERSION = "checkpoint.gpu.intel.com/v1";

  private static final int SHOWN_CHARACTERS = 80;

  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  /**
   * @param name as the Go driver published it: the address of the GPU or VF, and its PCI id
   * @param adminAccess false also in the older forms, which do not say it
   */
  record Device(String name, boolean adminAccess) {

    /** The device that has the name as its own; a VF has its own address in it. */
    DeviceUid uid() {
      return DeviceName.parse(name).orElseThrow().uid();
    }
  }

  /** The result of reading a record. */
  sealed interface Read {

    record Good(GoDriverRecord record) implements Read {}

    /**
     * @param why with the field
     */
    record Refused(String why) implements Read {}
  }

  private static final class NotUnderstood extends Exception {
    private static final long serialVersionUID = 1;

    NotUnderstood(String message) {
      super(message);
    }
  }

  /** Where a form has the pool and the name of a device. */
  private record Names(String pool, String device) {
    static final Names V06 = new Names("pool_name", "device_name");
    static final Names LATER = new Names("PoolName", "DeviceName");
  }

  /**
   * @param node the pool of the node's devices
   */
  static Read read(byte[] content, String node) {
    try {
      return new Read.Good(understood(content, node));
    } catch (NotUnderstood e) {
      return new Read.Refused(String.valueOf(e.getMessage()));
    }
  }

  private static GoDriverRecord understood(byte[] content, String node) throws NotUnderstood {
    JsonNode json = json(content);
    boolean versioned = json.has("kind") || json.has("apiVersion");
    String below = versioned ? "PreparedClaims." : "";
    JsonNode all = versioned ? ofThisVersion(json) : json;
    var claims = new TreeMap<String, List<Device>>();
    for (Map.Entry<String, JsonNode> claim : all.properties()) {
      String field = below + shown(claim.getKey());
      JsonNode value = claim.getValue();
      List<Device> devices =
          versioned
              ? devices(
                  list(value, field, "PreparedDevices"),
                  field + ".PreparedDevices",
                  (device, at) ->
                      device(
                          device.path("KubeletpluginDevice"),
                          at + ".KubeletpluginDevice",
                          Names.LATER,
                          adminAccess(device, at),
                          node))
              : value.isArray()
                  ? devices(
                      value, field, (device, at) -> device(device, at, Names.V06, false, node))
                  : devices(
                      list(value, field, "Devices"),
                      field + ".Devices",
                      (device, at) -> device(device, at, Names.LATER, false, node));
      claims.put(claim.getKey(), devices);
    }
    return new GoDriverRecord(claims);
  }

  private static JsonNode json(byte[] content) throws NotUnderstood {
    try {
      JsonNode json = JSON.readTree(content);
      if (json == null || json.isMissingNode()) {
        throw new NotUnderstood("it is empty");
      }
      if (!json.isObject()) {
        throw new NotUnderstood("it is not a JSON object");
      }
      return json;
    } catch (JsonProcessingException e) {
      throw new NotUnderstood("it is not JSON: " + shown(e.getOriginalMessage()));
    } catch (IOException e) {
      throw new NotUnderstood("it is not JSON: " + shown(String.valueOf(e.getMessage())));
    }
  }

  private static JsonNode ofThisVersion(JsonNode json) throws NotUnderstood {
    mustBe(json, "kind", KIND);
    mustBe(json, "apiVersion", API_VERSION);
    JsonNode claims = json.path("PreparedClaims");
    if (claims.isNull()) {
      return JSON.createObjectNode();
    }
    if (!claims.isObject()) {
      throw new NotUnderstood("PreparedClaims is %s, not an object".formatted(shown(claims)));
    }
    return claims;
  }

  private static void mustBe(JsonNode json, String field, String known) throws NotUnderstood {
    JsonNode value = json.path(field);
    if (!value.isTextual() || !value.textValue().equals(known)) {
      throw new NotUnderstood(
          "%s is %s, and this agent reads %s".formatted(field, shown(value), known));
    }
  }

  /** The Go driver writes null for an empty list. */
  private static JsonNode list(JsonNode claim, String field, String name) throws NotUnderstood {
    JsonNode list = claim.path(name);
    if (list.isNull()) {
      return JSON.createArrayNode();
    }
    if (!list.isArray()) {
      throw new NotUnderstood("%s.%s is %s, not a list".formatted(field, name, shown(list)));
    }
    return list;
  }

  @FunctionalInterface
  private interface Reading {
    Device read(JsonNode device, String at) throws NotUnderstood;
  }

  private static List<Device> devices(JsonNode list, String field, Reading reading)
      throws NotUnderstood {
    var devices = new ArrayList<Device>();
    for (int i = 0; i < list.size(); i++) {
      devices.add(reading.read(list.get(i), "%s[%d]".formatted(field, i)));
    }
    return List.copyOf(devices);
  }

  private static boolean adminAccess(JsonNode device, String at) throws NotUnderstood {
    JsonNode value = device.path("AdminAccess");
    if (!value.isBoolean()) {
      throw new NotUnderstood(
          "%s.AdminAccess is %s, not true or false".formatted(at, shown(value)));
    }
    return value.booleanValue();
  }

  private static Device device(
      JsonNode device, String at, Names names, boolean adminAccess, String node)
      throws NotUnderstood {
    JsonNode pool = device.path(names.pool());
    if (!pool.isTextual() || !pool.textValue().equals(node)) {
      throw new NotUnderstood(
          "%s.%s is %s, not this node's pool %s".formatted(at, names.pool(), shown(pool), node));
    }
    JsonNode name = device.path(names.device());
    if (!name.isTextual() || !isOfTheGoDriver(name.textValue())) {
      throw new NotUnderstood(
          "%s.%s is %s, not a device's name such as 0000-03-00-0-0x56c0"
              .formatted(at, names.device(), shown(name)));
    }
    return new Device(name.textValue(), adminAccess);
  }

  private static boolean isOfTheGoDriver(String name) {
    return DeviceName.parse(name)
        .filter(known -> !known.monitor() && known.uid().vfIndex().isEmpty())
        .isPresent();
  }

  private static String shown(JsonNode value) {
    return value.isMissingNode() ? "missing" : shown(value.toString());
  }

  private static String shown(String text) {
    return text.length() <= SHOWN_CHARACTERS ? text : text.substring(0, SHOWN_CHARACTERS) + "…";
  }

  /** The UIDs of all claims. */
  Set<String> uids() {
    return claims.keySet();
  }

  /** Returns the record without some claims. */
  GoDriverRecord without(Set<String> uids) {
    var left = new TreeMap<>(claims);
    left.keySet().removeAll(uids);
    return new GoDriverRecord(left);
  }
}
