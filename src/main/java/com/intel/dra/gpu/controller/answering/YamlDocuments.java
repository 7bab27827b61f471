package com.intel.dra.gpu.controller.answering;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/** Reads YAML or JSON of strangers: of bounded depth and number of values, aliases included. */
final class YamlDocuments {

  /** The API server's own limits allow less than that in one object. */
  static final int MAX_VALUES = 200_000;

  static final int MAX_DEPTH = 64;
  private static final int MAX_CHARACTERS = 2 * 1024 * 1024;
  private static final int MAX_DIGITS = 18;
  private static final int MAX_MESSAGE = 300;

  private final JsonNodeFactory json = JsonNodeFactory.instance;
  private int values;

  private YamlDocuments() {}

  /** Returns the documents that are not empty. */
  static List<JsonNode> read(String text) throws UnusableRequest {
    try {
      if (text.stripLeading().startsWith("{")) {
        try {
          return List.of(new ObjectMapper().readTree(text));
        } catch (JsonProcessingException notJson) {
          return ofYaml(text); // an object of YAML may begin so, too
        }
      }
      return ofYaml(text);
    } catch (YamlEngineException e) {
      throw UnusableRequest.bad("the manifest is not YAML: " + message(e));
    } catch (StackOverflowError e) {
      throw tooDeep();
    }
  }

  private static String message(YamlEngineException e) {
    return ShownText.of(String.valueOf(e.getMessage()).replace('\n', ' '), MAX_MESSAGE);
  }

  private static UnusableRequest tooDeep() {
    return UnusableRequest.bad(
        "the manifest is nested more than %d levels deep: write it flatter".formatted(MAX_DEPTH));
  }

  private static List<JsonNode> ofYaml(String text) throws UnusableRequest {
    LoadSettings settings =
        LoadSettings.builder().setCodePointLimit(MAX_CHARACTERS).setUseMarks(true).build();
    var reading = new YamlDocuments();
    var documents = new ArrayList<JsonNode>();
    for (Node node : new Compose(settings).composeAllFromString(text)) {
      JsonNode document = reading.value(node, 0);
      if (!document.isNull()) {
        documents.add(document);
      }
    }
    return documents;
  }

  private JsonNode value(Node node, int depth) throws UnusableRequest {
    if (++values > MAX_VALUES) {
      throw UnusableRequest.bad(
          "the manifest has more than %d values, aliases counted each time: ask about a part of it"
              .formatted(MAX_VALUES));
    }
    if (depth > MAX_DEPTH) {
      throw tooDeep();
    }
    return switch (node) {
      case MappingNode mapping -> object(mapping, depth);
      case SequenceNode sequence -> {
        ArrayNode array = json.arrayNode();
        for (Node element : sequence.getValue()) {
          array.add(value(element, depth + 1));
        }
        yield array;
      }
      case ScalarNode scalar -> scalar(scalar);
      default -> throw UnusableRequest.bad("the manifest has a node of an unknown kind");
    };
  }

  private ObjectNode object(MappingNode mapping, int depth) throws UnusableRequest {
    ObjectNode object = json.objectNode();
    for (NodeTuple entry : mapping.getValue()) {
      if (!(entry.getKeyNode() instanceof ScalarNode key)) {
        throw UnusableRequest.bad("the manifest has a key that is not a text: write it as a text");
      }
      String name = ShownText.of(key.getValue(), MAX_MESSAGE);
      if (key.getValue().equals("<<")) {
        throw UnusableRequest.bad("the manifest merges with <<: write the fields out");
      }
      if (object.has(key.getValue())) {
        throw UnusableRequest.bad(
            "the manifest has the key %s twice in one place: remove one".formatted(name));
      }
      object.set(key.getValue(), value(entry.getValueNode(), depth + 1));
    }
    return object;
  }

  /** Fractions stay texts: where the driver looks, they are amounts. */
  private JsonNode scalar(ScalarNode scalar) {
    String text = scalar.getValue();
    Tag tag = scalar.getTag();
    if (tag.equals(Tag.NULL)) {
      return json.nullNode();
    }
    if (tag.equals(Tag.BOOL)) {
      return json.booleanNode(Boolean.parseBoolean(text));
    }
    if (tag.equals(Tag.INT) && text.length() <= MAX_DIGITS) {
      try {
        return json.numberNode(Long.parseLong(text));
      } catch (NumberFormatException e) {
        return json.textNode(text);
      }
    }
    return json.textNode(text);
  }
}
