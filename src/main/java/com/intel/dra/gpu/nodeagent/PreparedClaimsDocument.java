package com.intel.dra.gpu.nodeagent;

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
import java.util.TreeMap;

/**
 * The prepared claims as they lie on disk:
 *
 * <pre>
 * {
 *   "version" : 1,
 *   "bootId" : "5f0c…",          // of the boot in which the claims were prepared
 *   "complete" : true,           // false: to be completed from the GAS (the file was lost before)
 *   "claims" : {
 *     "&lt;claim UID&gt;" : {
 *       "namespace" : "default",
 *       "name" : "claim1",
 *       "devices" : [ { "memory" : 4096, "parentuid" : "", "profile" : "", "type" : "gpu", "uid" : "…" } ]
 *     }
 *   },
 *   "checksum" : "sha256:…"      // of the document without this member, in compact form
 * }
 * </pre>
 *
 * <p>A change that this code would misread raises the version.
 */
record PreparedClaimsDocument(String bootId, boolean complete, Map<String, PreparedClaim> claims) {

  static final int VERSION = 1;

  private static final String CHECKSUM = "checksum";

  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .build();

  PreparedClaimsDocument {
    claims = Map.copyOf(claims);
  }

  /** What bytes from the disk turned out to be. */
  sealed interface Decoded {

    record Valid(PreparedClaimsDocument document) implements Decoded {}

    record Damaged(String reason) implements Decoded {}
  }

  /** The members that the checksum is of, in their order in the file. */
  private record Content(
      int version, String bootId, boolean complete, Map<String, PreparedClaim> claims) {}

  byte[] encode() {
    ObjectNode content =
        JSON.valueToTree(new Content(VERSION, bootId, complete, new TreeMap<>(claims)));
    content.put(CHECKSUM, checksum(content));
    try {
      return JSON.writer(SerializationFeature.INDENT_OUTPUT).writeValueAsBytes(content);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("records of texts and numbers are always JSON", e);
    }
  }

  static Decoded decode(byte[] bytes) {
    try {
      if (!(JSON.readTree(bytes) instanceof ObjectNode content)) {
        return new Decoded.Damaged("it is no JSON object");
      }
      JsonNode checksum = content.remove(CHECKSUM);
      if (checksum == null || !checksum.asText().equals(checksum(content))) {
        return new Decoded.Damaged("its checksum is wrong");
      }
      if (content.path("version").asInt() != VERSION) {
        return new Decoded.Damaged(
            "it has version %s, this node agent reads version %d"
                .formatted(content.path("version"), VERSION));
      }
      Content read = JSON.treeToValue(content, Content.class);
      return new Decoded.Valid(
          new PreparedClaimsDocument(read.bootId(), read.complete(), read.claims()));
    } catch (JsonProcessingException e) {
      return new Decoded.Damaged(e.getOriginalMessage());
    } catch (IOException | NullPointerException e) {
      return new Decoded.Damaged("a member is missing: " + e.getMessage());
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
