package com.intel.dra.gpu.nodeagent.state;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import com.intel.dra.gpu.api.AllocatedDevice;
import com.intel.dra.gpu.api.ClaimName;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import org.jboss.logging.Logger;

/**
 * The form of the prepared claims on disk:
 *
 * <pre>
 * {
 *   "version" : 2,
 *   "bootId" : "5f0c…",          // of the boot in which the claims were prepared
 *   "complete" : true,           // false: to be completed from the GAS (the file was lost before)
 *   "gone" : [ "&lt;claim UID&gt;" ], // unprepared while incomplete: the GAS may still list it; may be absent
 *   "ended" : [ "&lt;claim UID&gt;" ], // unprepared while the Go driver's record waits; may be absent
 *   "deleted" : [ "&lt;claim UID&gt;" ], // of claims: without a name, and deleted; may be absent
 *   "earlier" : [ { "uid" : "&lt;claim UID&gt;", "claim" : { … } } ], // of an earlier boot; may be absent
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
 * <p>The version must be raised for a change that this code would misread. Version 1, which had no
 * results, is read too. Agents older than {@code gone}, {@code ended}, {@code deleted} and {@code
 * earlier} ignore them, and likewise {@code shares} and {@code totalshares} of a device, which are
 * absent if the GPU is not shared by count.
 *
 * @param ended claims that were unprepared while the Go driver's record was not taken over yet
 * @param deleted those of the claims that have no name, and that the API server had no more when it
 *     was asked for their names
 * @param earlier claims of structured DRA that were prepared in an earlier boot, and neither
 *     prepared nor unprepared since
 */
public record PreparedClaimsDocument(
    String bootId,
    boolean complete,
    Set<String> gone,
    Set<String> ended,
    Set<String> deleted,
    Map<String, PreparedClaim> earlier,
    Map<String, PreparedClaim> claims) {

  public static final int VERSION = 2;

  private static final Logger LOG = Logger.getLogger(PreparedClaimsDocument.class);

  private static final String GONE = "gone";
  private static final String ENDED = "ended";
  private static final String DELETED = "deleted";
  private static final String EARLIER = "earlier";

  private static final Map<String, List<String>> LATER =
      Map.of(GONE, List.of(), ENDED, List.of(), DELETED, List.of(), EARLIER, List.of());

  public PreparedClaimsDocument {
    gone = Set.copyOf(gone);
    ended = Set.copyOf(ended);
    deleted = Set.copyOf(deleted);
    earlier = Map.copyOf(earlier);
    claims = Map.copyOf(claims);
  }

  /** The result of decoding bytes from the disk. */
  public sealed interface Decoded {

    record Valid(PreparedClaimsDocument document) implements Decoded {}

    record Damaged(String reason) implements Decoded {}
  }

  /** The members that the checksum covers, in their order in the file. */
  private record Content(
      int version,
      String bootId,
      boolean complete,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) SortedSet<String> gone,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) SortedSet<String> ended,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) SortedSet<String> deleted,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) List<Earlier> earlier,
      Map<String, PreparedClaim> claims) {}

  private record Earlier(String uid, PreparedClaim claim) {}

  /**
   * The document as it is read: each claim is read alone, so that an invalid claim is the only one
   * lost.
   */
  private record Raw(
      int version,
      String bootId,
      boolean complete,
      Set<String> gone,
      Set<String> ended,
      Set<String> deleted,
      List<JsonNode> earlier,
      Map<String, JsonNode> claims) {

    private Raw {
      gone = Set.copyOf(gone);
      ended = Set.copyOf(ended);
      deleted = Set.copyOf(deleted);
      earlier = List.copyOf(earlier);
    }
  }

  private record ClaimV1(String namespace, String name, List<AllocatedDevice> devices) {

    PreparedClaim today() {
      return new PreparedClaim(namespace, name, devices);
    }
  }

  /** Returns a document without claims. */
  static PreparedClaimsDocument empty(String bootId, boolean complete) {
    return new PreparedClaimsDocument(
        bootId, complete, Set.of(), Set.of(), Set.of(), Map.of(), Map.of());
  }

  /** Returns the document of a later boot, which has ended all containers. */
  PreparedClaimsDocument after(String laterBootId) {
    var all = new TreeMap<>(earlier);
    all.putAll(claims);
    all.values().removeIf(claim -> claim.results().isEmpty());
    return new PreparedClaimsDocument(laterBootId, true, Set.of(), ended, Set.of(), all, Map.of());
  }

  /** Returns this document also with what the other one has of an earlier boot. */
  PreparedClaimsDocument withEarlierOf(PreparedClaimsDocument other) {
    var all = new TreeMap<>(other.earlier);
    all.putAll(earlier);
    var allEnded = new TreeSet<>(other.ended);
    allEnded.addAll(ended);
    return new PreparedClaimsDocument(bootId, complete, gone, allEnded, deleted, all, claims);
  }

  /** Returns this document without that claim of an earlier boot, unless it is another one now. */
  PreparedClaimsDocument withoutEarlier(String uid, PreparedClaim claim) {
    var changed = new TreeMap<>(earlier);
    changed.remove(uid, claim);
    return new PreparedClaimsDocument(bootId, complete, gone, ended, deleted, changed, claims);
  }

  private Map<String, PreparedClaim> earlierWithout(Set<String> uids) {
    var changed = new TreeMap<>(earlier);
    changed.keySet().removeAll(uids);
    return changed;
  }

  /** Returns this document with these claims, which replace earlier records of them. */
  PreparedClaimsDocument with(Map<String, PreparedClaim> prepared) {
    var changed = new TreeMap<>(claims);
    changed.putAll(prepared);
    return new PreparedClaimsDocument(
        bootId,
        complete,
        without(gone, prepared.keySet()),
        ended,
        without(deleted, prepared.keySet()),
        earlierWithout(prepared.keySet()),
        changed);
  }

  /**
   * Returns this document with those of these claims that are not on record and have not ended. It
   * is decided here, because another agent may prepare or unprepare claims until the change is
   * made.
   *
   * @param wereDeleted those of the claims that the API server has no more
   */
  PreparedClaimsDocument withTakenOver(Map<String, PreparedClaim> taken, Set<String> wereDeleted) {
    var added = new TreeMap<>(taken);
    added.keySet().removeAll(claims.keySet());
    added.keySet().removeAll(ended);
    PreparedClaimsDocument changed = with(added);
    var all = new TreeSet<>(wereDeleted);
    all.retainAll(added.keySet());
    all.addAll(changed.deleted());
    return new PreparedClaimsDocument(
        bootId, complete, changed.gone(), ended, all, changed.earlier(), changed.claims());
  }

  /**
   * Returns this document with what the API server says of claims that have no name.
   *
   * @param named the names of those that exist
   * @param areGone those that it has no more
   */
  PreparedClaimsDocument withNames(Map<String, ClaimName> named, Set<String> areGone) {
    var changed = new TreeMap<>(claims);
    changed.replaceAll(
        (uid, claim) -> {
          ClaimName name = named.get(uid);
          return name == null || claim.claimName().isPresent() ? claim : claim.named(name);
        });
    var all = new TreeSet<>(areGone);
    all.removeIf(uid -> !isWithoutName(uid));
    all.addAll(deleted);
    return new PreparedClaimsDocument(bootId, complete, gone, ended, all, earlier, changed);
  }

  private boolean isWithoutName(String uid) {
    PreparedClaim claim = claims.get(uid);
    return claim != null && claim.claimName().isEmpty();
  }

  /**
   * Returns this document with a claim that the Go driver may have prepared, and that has ended.
   */
  PreparedClaimsDocument withEnded(String uid) {
    var all = new TreeSet<>(ended);
    all.add(uid);
    return new PreparedClaimsDocument(bootId, complete, gone, all, deleted, earlier, claims);
  }

  /** Returns this document without {@link #ended}, which nothing asks for any more. */
  PreparedClaimsDocument withoutEnded() {
    return new PreparedClaimsDocument(bootId, complete, gone, Set.of(), deleted, earlier, claims);
  }

  private static Set<String> without(Set<String> uids, Set<String> others) {
    var left = new TreeSet<>(uids);
    left.removeAll(others);
    return left;
  }

  /**
   * Returns this document without these claims; if it is completed later, they are not added again.
   */
  PreparedClaimsDocument without(Set<String> uids) {
    var changed = new TreeMap<>(claims);
    changed.keySet().removeAll(uids);
    var added = new TreeSet<>(gone);
    if (!complete) {
      added.addAll(uids);
    }
    return new PreparedClaimsDocument(
        bootId, complete, added, ended, without(deleted, uids), earlierWithout(uids), changed);
  }

  /**
   * Returns this document as complete, with those of these claims that it does not mention. Returns
   * the same document if it is complete already.
   */
  PreparedClaimsDocument completedFrom(Map<String, PreparedClaim> recorded) {
    if (complete) {
      return this;
    }
    var changed = new TreeMap<>(recorded);
    changed.keySet().removeAll(gone);
    changed.putAll(claims);
    return new PreparedClaimsDocument(
        bootId, true, Set.of(), ended, deleted, earlierWithout(changed.keySet()), changed);
  }

  byte[] encode() {
    return StateDocument.encode(
        new Content(
            VERSION,
            bootId,
            complete,
            new TreeSet<>(gone),
            new TreeSet<>(ended),
            new TreeSet<>(deleted),
            new TreeMap<>(earlier)
                .entrySet().stream()
                    .map(entry -> new Earlier(entry.getKey(), entry.getValue()))
                    .toList(),
            new TreeMap<>(claims)));
  }

  /**
   * Decodes a document. A claim that is invalid although the checksum is right is left out and
   * logged. The document is then not complete, because the GAS may know the claim.
   */
  public static Decoded decode(byte[] bytes) {
    return StateDocument.hasVersion(bytes, 1)
        ? decode(bytes, 1, json -> claim(json, ClaimV1.class).map(ClaimV1::today))
        : decode(bytes, VERSION, json -> claim(json, PreparedClaim.class));
  }

  private static <T extends Record> Optional<T> claim(JsonNode json, Class<T> type) {
    AllocatedDevice.complete(json.path("devices"));
    return StateDocument.entry(json, type);
  }

  private static Decoded decode(
      byte[] bytes, int version, Function<JsonNode, Optional<PreparedClaim>> claim) {
    return switch (StateDocument.decode(bytes, version, Raw.class, LATER)) {
      case StateDocument.Decoded.Valid<Raw>(Raw read) -> new Decoded.Valid(understood(read, claim));
      case StateDocument.Decoded.Damaged<Raw>(String reason) -> new Decoded.Damaged(reason);
    };
  }

  private static PreparedClaimsDocument understood(
      Raw read, Function<JsonNode, Optional<PreparedClaim>> claim) {
    var claims = new TreeMap<String, PreparedClaim>();
    read.claims()
        .forEach((uid, json) -> claim.apply(json).ifPresent(known -> claims.put(uid, known)));
    Map<String, PreparedClaim> earlier = earlier(read.earlier());
    if (claims.size() == read.claims().size()) {
      return new PreparedClaimsDocument(
          read.bootId(),
          read.complete(),
          read.gone(),
          read.ended(),
          read.deleted(),
          earlier,
          claims);
    }
    var lost = new TreeSet<>(read.claims().keySet());
    lost.removeAll(claims.keySet());
    LOG.errorf(
        "The record of prepared claims has invalid entries, of claims %s: they are rebuilt from the"
            + " GAS if it has them",
        lost);
    return new PreparedClaimsDocument(
        read.bootId(), false, read.gone(), read.ended(), read.deleted(), earlier, claims);
  }

  /** Leaves out what is invalid: nothing uses these claims' devices now. */
  private static Map<String, PreparedClaim> earlier(List<JsonNode> entries) {
    var earlier = new TreeMap<String, PreparedClaim>();
    entries.forEach(
        json -> {
          AllocatedDevice.complete(json.path("claim").path("devices"));
          StateDocument.entry(json, Earlier.class)
              .ifPresent(entry -> earlier.put(entry.uid(), entry.claim()));
        });
    return earlier;
  }
}
