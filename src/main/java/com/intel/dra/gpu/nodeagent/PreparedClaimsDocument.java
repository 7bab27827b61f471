package com.intel.dra.gpu.nodeagent;

import com.fasterxml.jackson.databind.JsonNode;
import com.intel.dra.gpu.api.AllocatedDevice;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import org.jboss.logging.Logger;

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

  private static final Logger LOG = Logger.getLogger(PreparedClaimsDocument.class);

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

  /** As it is read: claim by claim, so that one that cannot be understood is the only one lost. */
  private record Raw(int version, String bootId, boolean complete, Map<String, JsonNode> claims) {}

  private record ClaimV1(String namespace, String name, List<AllocatedDevice> devices) {

    PreparedClaim today() {
      return new PreparedClaim(namespace, name, devices);
    }
  }

  PreparedClaimsDocument with(Map<String, PreparedClaim> changed) {
    return new PreparedClaimsDocument(bootId, complete, changed);
  }

  byte[] encode() {
    return StateDocument.encode(new Content(VERSION, bootId, complete, new TreeMap<>(claims)));
  }

  /**
   * A claim that makes no sense although the checksum is right is left out and told of in the log,
   * and the document is not complete then: the GAS may know the claim.
   */
  static Decoded decode(byte[] bytes) {
    return StateDocument.hasVersion(bytes, 1)
        ? decode(bytes, 1, json -> StateDocument.entry(json, ClaimV1.class).map(ClaimV1::today))
        : decode(bytes, VERSION, json -> StateDocument.entry(json, PreparedClaim.class));
  }

  private static Decoded decode(
      byte[] bytes, int version, Function<JsonNode, Optional<PreparedClaim>> claim) {
    return switch (StateDocument.decode(bytes, version, Raw.class)) {
      case StateDocument.Decoded.Valid<Raw>(Raw read) -> new Decoded.Valid(understood(read, claim));
      case StateDocument.Decoded.Damaged<Raw>(String reason) -> new Decoded.Damaged(reason);
    };
  }

  private static PreparedClaimsDocument understood(
      Raw read, Function<JsonNode, Optional<PreparedClaim>> claim) {
    var claims = new TreeMap<String, PreparedClaim>();
    read.claims()
        .forEach((uid, json) -> claim.apply(json).ifPresent(known -> claims.put(uid, known)));
    if (claims.size() == read.claims().size()) {
      return new PreparedClaimsDocument(read.bootId(), read.complete(), claims);
    }
    var lost = new TreeSet<>(read.claims().keySet());
    lost.removeAll(claims.keySet());
    LOG.errorf(
        "The record of prepared claims has entries that make no sense, of claims %s: they are"
            + " rebuilt from the GAS, as far as it knows them",
        lost);
    return new PreparedClaimsDocument(read.bootId(), false, claims);
  }
}
