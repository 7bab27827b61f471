package com.intel.dra.gpu.nodeagent;

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
    return StateDocument.encode(new Content(VERSION, bootId, complete, new TreeMap<>(claims)));
  }

  static Decoded decode(byte[] bytes) {
    return switch (StateDocument.decode(bytes, VERSION, Content.class)) {
      case StateDocument.Decoded.Valid<Content>(Content read) -> valid(read);
      case StateDocument.Decoded.Damaged<Content>(String reason) -> new Decoded.Damaged(reason);
    };
  }

  private static Decoded valid(Content read) {
    try {
      return new Decoded.Valid(
          new PreparedClaimsDocument(read.bootId(), read.complete(), read.claims()));
    } catch (NullPointerException e) {
      return new Decoded.Damaged("a claim is null");
    }
  }
}
