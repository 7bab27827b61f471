package com.intel.dra.gpu.nodeagent;

import com.intel.dra.gpu.api.AllocatedDevice;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * The prepared claims as they lie on disk:
 *
 * <pre>
 * {
 *   "version" : 2,
 *   "bootId" : "5f0c…",          // of the boot in which the claims were prepared
 *   "complete" : true,           // false: to be completed from the GAS (the file was lost before)
 *   "claims" : {
 *     "&lt;claim UID&gt;" : {
 *       "namespace" : "default",
 *       "name" : "claim1",
 *       "devices" : [ { "memory" : 4096, "parentuid" : "", "profile" : "", "type" : "gpu", "uid" : "…" } ],
 *       "results" : [ { "request" : "gpu", "pool" : "node1", "device" : "…", "shareId" : "", "adminAccess" : false, "cdiDevices" : [ "…" ] } ]
 *     }
 *   },
 *   "checksum" : "sha256:…"      // of the document without this member, in compact form
 * }
 * </pre>
 *
 * <p>A change that this code would misread raises the version. Version 1, which had no results, is
 * read too.
 */
record PreparedClaimsDocument(String bootId, boolean complete, Map<String, PreparedClaim> claims) {

  static final int VERSION = 2;

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

  private record ContentV1(
      int version, String bootId, boolean complete, Map<String, ClaimV1> claims) {

    Content today() {
      var today = new TreeMap<String, PreparedClaim>();
      claims.forEach(
          (uid, claim) ->
              today.put(uid, new PreparedClaim(claim.namespace(), claim.name(), claim.devices())));
      return new Content(VERSION, bootId, complete, today);
    }
  }

  private record ClaimV1(String namespace, String name, List<AllocatedDevice> devices) {}

  PreparedClaimsDocument with(Map<String, PreparedClaim> changed) {
    return new PreparedClaimsDocument(bootId, complete, changed);
  }

  byte[] encode() {
    return StateDocument.encode(new Content(VERSION, bootId, complete, new TreeMap<>(claims)));
  }

  static Decoded decode(byte[] bytes) {
    return StateDocument.hasVersion(bytes, 1)
        ? decode(bytes, 1, ContentV1.class, ContentV1::today)
        : decode(bytes, VERSION, Content.class, Function.identity());
  }

  private static <T extends Record> Decoded decode(
      byte[] bytes, int version, Class<T> type, Function<T, Content> today) {
    return switch (StateDocument.decode(bytes, version, type)) {
      case StateDocument.Decoded.Valid<T>(T read) -> valid(read, today);
      case StateDocument.Decoded.Damaged<T>(String reason) -> new Decoded.Damaged(reason);
    };
  }

  private static <T> Decoded valid(T read, Function<T, Content> today) {
    try {
      Content content = today.apply(read);
      return new Decoded.Valid(
          new PreparedClaimsDocument(content.bootId(), content.complete(), content.claims()));
    } catch (NullPointerException e) {
      return new Decoded.Damaged("a claim is null");
    }
  }
}
