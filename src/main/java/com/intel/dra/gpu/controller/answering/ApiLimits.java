package com.intel.dra.gpu.controller.answering;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;

/**
 * What the API server sees to when it takes an object, and what is not seen to in a manifest: no
 * element of a list is null, and claims and classes have few elements.
 */
final class ApiLimits {

  /** The most elements that the API takes, by the name of the list. */
  private static final Map<String, Integer> MOST =
      Map.of(
          "requests", 32,
          "constraints", 32,
          "firstAvailable", 8,
          "selectors", 32,
          "tolerations", 16);

  /** What drivers are told of the devices: it is not looked at. */
  private static final String OF_DRIVERS = "config";

  private static final int MAX_MESSAGE = 300;

  private final String called;
  private final boolean counts;

  private ApiLimits(String called, boolean counts) {
    this.called = called;
    this.counts = counts;
  }

  /**
   * Returns what the API server would have of it: without fields that are null.
   *
   * @param called the object, for messages
   * @param path where in the object the JSON is, for messages
   */
  static JsonNode ofPod(String called, String path, JsonNode json) throws UnusableRequest {
    return new ApiLimits(called, false).checked(path, json);
  }

  /** The same of a claim, a template of claims, or a class. */
  static JsonNode ofClaim(String called, String path, JsonNode json) throws UnusableRequest {
    return new ApiLimits(called, true).checked(path, json);
  }

  private JsonNode checked(String path, JsonNode json) throws UnusableRequest {
    if (json.isArray()) {
      ArrayNode array = JsonNodeFactory.instance.arrayNode();
      for (int i = 0; i < json.size(); i++) {
        String place = "%s[%d]".formatted(path, i);
        if (json.get(i).isNull()) {
          throw UnusableRequest.bad(
              "%s: %s is empty: write it, or remove it"
                  .formatted(called, ShownText.of(place, MAX_MESSAGE)));
        }
        array.add(checked(place, json.get(i)));
      }
      return array;
    }
    if (!json.isObject()) {
      return json;
    }
    ObjectNode object = JsonNodeFactory.instance.objectNode();
    for (Map.Entry<String, JsonNode> field : json.properties()) {
      String name = field.getKey();
      JsonNode value = field.getValue();
      if (!value.isNull() && !(counts && name.equals(OF_DRIVERS))) {
        String place = path + "." + name;
        requireFew(name, place, value);
        object.set(name, checked(place, value));
      }
    }
    return object;
  }

  private void requireFew(String name, String place, JsonNode value) throws UnusableRequest {
    Integer most = counts ? MOST.get(name) : null;
    if (most != null && value.isArray() && value.size() > most) {
      throw UnusableRequest.bad(
          "%s: %s has %d elements: the API takes %d at most"
              .formatted(called, ShownText.of(place, MAX_MESSAGE), value.size(), most));
    }
  }
}
