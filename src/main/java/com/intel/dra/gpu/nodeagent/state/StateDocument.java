package com.intel.dra.gpu.nodeagent.state;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;

/**
 * The form of the agent's state on disk: a JSON object with a member {@code version}, and a {@code
 * checksum} of the object without that member, in compact form.
 */
public final class StateDocument {

  /** A node's few hundred claims need a tenth of this; an agent does not write more. */
  static final int MAX_BYTES = 4 << 20;

  /**
   * An agent writes at most half of what it reads. The GAS lists the same claims in fewer bytes, so
   * this also keeps it within the 1.5 MiB that an object may have.
   */
  static final int MAX_WRITTEN_BYTES = MAX_BYTES / 2;

  static final String TOO_LARGE = "it is larger than %d bytes".formatted(MAX_BYTES);

  private static final String CHECKSUM = "checksum";

  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .build();

  private StateDocument() {}

  /** The result of decoding bytes from the disk. */
  sealed interface Decoded<T> {

    record Valid<T>(T content) implements Decoded<T> {}

    record Damaged<T>(String reason) implements Decoded<T> {}
  }

  /**
   * @param content a record with the component {@code version}
   */
  public static byte[] encode(Record content) {
    ObjectNode json = JSON.valueToTree(content);
    json.put(CHECKSUM, checksum(json));
    try {
      return JSON.writer(SerializationFeature.INDENT_OUTPUT).writeValueAsBytes(json);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("records of texts and numbers are always JSON", e);
    }
  }

  static <T extends Record> Decoded<T> decode(byte[] bytes, int version, Class<T> type) {
    return decode(bytes, version, type, Map.of());
  }

  /**
   * @param later members that older agents did not write, with what it means that they are absent
   */
  static <T extends Record> Decoded<T> decode(
      byte[] bytes, int version, Class<T> type, Map<String, ?> later) {
    try {
      if (!(JSON.readTree(bytes) instanceof ObjectNode json)) {
        return new Decoded.Damaged<>("it is not a JSON object");
      }
      JsonNode checksum = json.remove(CHECKSUM);
      if (checksum == null || !checksum.asText().equals(checksum(json))) {
        return new Decoded.Damaged<>("its checksum is wrong");
      }
      if (json.path("version").asInt() != version) {
        return new Decoded.Damaged<>(
            "it has version %s, this node agent reads version %d"
                .formatted(json.path("version"), version));
      }
      later.forEach((member, value) -> json.putIfAbsent(member, JSON.valueToTree(value)));
      return new Decoded.Valid<>(JSON.treeToValue(json, type));
    } catch (JsonProcessingException e) {
      return new Decoded.Damaged<>(e.getOriginalMessage());
    } catch (IOException | NullPointerException e) {
      return new Decoded.Damaged<>("a member is missing: " + e.getMessage());
    }
  }

  /** Decodes one entry of a document; empty if it is invalid. */
  static <T extends Record> Optional<T> entry(JsonNode json, Class<T> type) {
    try {
      return Optional.ofNullable(JSON.treeToValue(json, type));
    } catch (JsonProcessingException | NullPointerException e) {
      return Optional.empty();
    }
  }

  /** Returns whether the document states that version; false also if it cannot be read. */
  static boolean hasVersion(byte[] bytes, int version) {
    try {
      JsonNode json = JSON.readTree(bytes);
      return json != null && json.path("version").asInt() == version;
    } catch (IOException e) {
      return false;
    }
  }

  private static String checksum(ObjectNode content) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(JSON.writeValueAsBytes(content));
      return "sha256:" + HexFormat.of().formatHex(digest);
    } catch (NoSuchAlgorithmException | JsonProcessingException e) {
      throw new IllegalStateException("every JDK has SHA-256, and a JSON tree is JSON", e);
    }
  }
}
