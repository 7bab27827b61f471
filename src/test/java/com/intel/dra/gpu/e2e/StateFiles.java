package com.intel.dra.gpu.e2e;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;

/**
 * The files that an agent keeps on its node, written from docs/reference/state-files.md instead of
 * with the agent's own code.
 */
final class StateFiles {

  private static final ObjectMapper JSON = new ObjectMapper();

  private StateFiles() {}

  /** Changes those files of the node as if another boot had written them. */
  static void makeOfAnotherBoot(String node, Path folder) {
    String boot = UUID.randomUUID().toString();
    for (String name : List.of("prepared-claims.json", "vf-hosts.json")) {
      Path file = NodeFolders.seenFromOutside(node, folder + "/" + name);
      try {
        Files.writeString(file, withBoot(Files.readString(file), boot));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** Removes all prepared claims from the agent's record, which counts as complete. */
  static void forgetAllClaims(String node, Path folder) {
    Path file = NodeFolders.seenFromOutside(node, folder + "/prepared-claims.json");
    try {
      var json = (ObjectNode) JSON.readTree(Files.readString(file));
      json.putObject("claims");
      Files.writeString(file, withChecksum(json));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String withBoot(String content, String boot) throws JsonProcessingException {
    var json = (ObjectNode) JSON.readTree(content);
    json.put("bootId", boot);
    return withChecksum(json);
  }

  private static String withChecksum(ObjectNode json) throws JsonProcessingException {
    json.remove("checksum");
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256")
              .digest(JSON.writeValueAsString(json).getBytes(StandardCharsets.UTF_8));
      json.put("checksum", "sha256:" + HexFormat.of().formatHex(digest));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
    return JSON.writeValueAsString(json);
  }
}
