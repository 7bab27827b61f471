package com.intel.dra.gpu.controller.answering;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.DocumentStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.MappingEndEvent;
import org.snakeyaml.engine.v2.events.MappingStartEvent;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.events.SequenceEndEvent;
import org.snakeyaml.engine.v2.events.SequenceStartEvent;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Tag;
import org.snakeyaml.engine.v2.schema.CoreSchema;

/**
 * Reads YAML or JSON of strangers: of bounded depth and number of values, aliases included. Each
 * value is counted before the next is read, because a megabyte of text can be half a million values
 * of hundreds of bytes each.
 */
final class YamlDocuments {

  /** The API server's own limits allow less than that in one object. */
  static final int MAX_VALUES = 60_000;

  static final int MAX_DEPTH = 64;
  private static final int MAX_CHARACTERS = 2 * 1024 * 1024;
  private static final int MAX_DIGITS = 18;
  private static final int MAX_MESSAGE = 300;
  private static final JsonFactory JSON = new JsonFactory();

  /** As the API server reads YAML, where {@code ~} is nothing. */
  private static final LoadSettings SETTINGS =
      LoadSettings.builder()
          .setCodePointLimit(MAX_CHARACTERS)
          .setUseMarks(true)
          .setSchema(new CoreSchema())
          .build();

  /**
   * A value that was read.
   *
   * @param height how deep what is in it is nested
   */
  private record Read(JsonNode value, int height) {}

  /**
   * What an alias stands for.
   *
   * @param values how many it has
   */
  private record Anchored(Read read, int values) {}

  private final JsonNodeFactory json = JsonNodeFactory.instance;
  private final Map<String, Anchored> anchors = new HashMap<>();
  private int values;

  private YamlDocuments() {}

  /** Returns the documents that are not empty. */
  static List<JsonNode> read(String text) throws UnusableRequest {
    if (text.stripLeading().startsWith("{")) {
      Optional<List<JsonNode>> documents = new YamlDocuments().ofJson(text);
      if (documents.isPresent()) {
        return documents.get();
      }
    }
    try {
      return new YamlDocuments().ofYaml(text);
    } catch (YamlEngineException e) {
      throw UnusableRequest.bad("the manifest is not YAML: " + message(e));
    }
  }

  private static String message(YamlEngineException e) {
    return ShownText.of(String.valueOf(e.getMessage()).replace('\n', ' '), MAX_MESSAGE);
  }

  /** Returns nothing if it is not JSON: an object of YAML may begin so, too. */
  private Optional<List<JsonNode>> ofJson(String text) throws UnusableRequest {
    var documents = new ArrayList<JsonNode>();
    try (JsonParser parser = JSON.createParser(text)) {
      while (parser.nextToken() != null) {
        documents.add(value(parser, 0));
      }
    } catch (IOException notJson) {
      return Optional.empty();
    }
    return Optional.of(documents);
  }

  private JsonNode value(JsonParser parser, int depth) throws IOException, UnusableRequest {
    count(1);
    requireDepth(depth);
    return switch (parser.currentToken()) {
      case START_OBJECT -> {
        ObjectNode object = json.objectNode();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
          String name = parser.currentName();
          requireNew(object, name);
          parser.nextToken();
          object.set(name, value(parser, depth + 1));
        }
        yield object;
      }
      case START_ARRAY -> {
        ArrayNode array = json.arrayNode();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          array.add(value(parser, depth + 1));
        }
        yield array;
      }
      case VALUE_NUMBER_INT -> number(parser.getText());
      case VALUE_TRUE, VALUE_FALSE -> json.booleanNode(parser.getBooleanValue());
      case VALUE_NULL -> json.nullNode();
      default -> json.textNode(parser.getText());
    };
  }

  private List<JsonNode> ofYaml(String text) throws UnusableRequest {
    var documents = new ArrayList<JsonNode>();
    Iterator<Event> events = new Parse(SETTINGS).parseString(text).iterator();
    while (events.hasNext()) {
      if (events.next() instanceof DocumentStartEvent) {
        anchors.clear();
        JsonNode document = value(events, events.next(), 0).value();
        if (!document.isNull()) {
          documents.add(document);
        }
      }
    }
    return documents;
  }

  private Read value(Iterator<Event> events, Event event, int depth) throws UnusableRequest {
    if (event instanceof AliasEvent alias) {
      return ofAlias(alias.getAlias().getValue(), depth);
    }
    int before = values;
    count(1);
    requireDepth(depth);
    Read read =
        switch (event) {
          case MappingStartEvent _ -> object(events, depth);
          case SequenceStartEvent _ -> array(events, depth);
          case ScalarEvent scalar -> new Read(scalar(scalar), 0);
          default -> throw UnusableRequest.bad("the manifest has a node of an unknown kind");
        };
    ((NodeEvent) event)
        .getAnchor()
        .ifPresent(anchor -> anchors.put(anchor.getValue(), new Anchored(read, values - before)));
    return read;
  }

  private Read ofAlias(String name, int depth) throws UnusableRequest {
    Anchored anchored = anchors.get(name);
    if (anchored == null) {
      String shown = ShownText.of(name, MAX_MESSAGE);
      throw UnusableRequest.bad(
          "the manifest uses *%s, and there is no whole &%s before it".formatted(shown, shown));
    }
    count(anchored.values());
    requireDepth(depth + anchored.read().height());
    return anchored.read();
  }

  private Read array(Iterator<Event> events, int depth) throws UnusableRequest {
    ArrayNode array = json.arrayNode();
    int height = 0;
    for (Event next = events.next(); !(next instanceof SequenceEndEvent); next = events.next()) {
      Read element = value(events, next, depth + 1);
      array.add(element.value());
      height = Math.max(height, element.height() + 1);
    }
    return new Read(array, height);
  }

  private Read object(Iterator<Event> events, int depth) throws UnusableRequest {
    ObjectNode object = json.objectNode();
    int height = 0;
    for (Event next = events.next(); !(next instanceof MappingEndEvent); next = events.next()) {
      if (!(next instanceof ScalarEvent key)) {
        throw UnusableRequest.bad("the manifest has a key that is not a text: write it as a text");
      }
      if (key.getValue().equals("<<")) {
        throw UnusableRequest.bad("the manifest merges with <<: write the fields out");
      }
      requireNew(object, key.getValue());
      Read value = value(events, events.next(), depth + 1);
      object.set(key.getValue(), value.value());
      height = Math.max(height, value.height() + 1);
    }
    return new Read(object, height);
  }

  private static void requireNew(ObjectNode object, String name) throws UnusableRequest {
    if (object.has(name)) {
      throw UnusableRequest.bad(
          "the manifest has the key %s twice in one place: remove one"
              .formatted(ShownText.of(name, MAX_MESSAGE)));
    }
  }

  private void count(int more) throws UnusableRequest {
    values += more;
    if (values > MAX_VALUES) {
      throw UnusableRequest.bad(
          "the manifest has more than %d values, aliases counted each time: ask about a part of it"
              .formatted(MAX_VALUES));
    }
  }

  private static void requireDepth(int depth) throws UnusableRequest {
    if (depth > MAX_DEPTH) {
      throw UnusableRequest.bad(
          "the manifest is nested more than %d levels deep: write it flatter".formatted(MAX_DEPTH));
    }
  }

  /** Fractions stay texts: where the driver looks, they are amounts. */
  private JsonNode scalar(ScalarEvent scalar) {
    String text = scalar.getValue();
    Tag tag =
        scalar
            .getTag()
            .filter(given -> !given.equals("!"))
            .map(Tag::new)
            .orElseGet(
                () ->
                    SETTINGS
                        .getSchema()
                        .getScalarResolver()
                        .resolve(text, scalar.getImplicit().canOmitTagInPlainScalar()));
    if (tag.equals(Tag.NULL)) {
      return json.nullNode();
    }
    if (tag.equals(Tag.BOOL)) {
      return json.booleanNode(Boolean.parseBoolean(text));
    }
    return tag.equals(Tag.INT) ? number(text) : json.textNode(text);
  }

  /** A number that no field has room for stays a text. */
  private JsonNode number(String text) {
    if (text.length() > MAX_DIGITS) {
      return json.textNode(text);
    }
    try {
      return json.numberNode(Long.parseLong(text));
    } catch (NumberFormatException otherBase) {
      return json.textNode(text);
    }
  }
}
