package com.intel.dra.gpu.nodeagent;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jboss.logging.Logger;

/**
 * Which claims are prepared on this node, in a file that survives the agent and that another agent
 * may use too, while one replaces the other. A change is on the disk by the time that its method
 * returns; when that fails, it counts as not made, and the file is looked at again.
 *
 * <p>A reboot ends every container, so claims of an earlier boot are forgotten and the kubelet
 * prepares again what it still needs. A file that is missing or damaged is rebuilt from the GAS by
 * {@link #completeFrom}; until then {@link #isComplete} is false, also over further restarts, and
 * what the GAS says of prepared claims must be left as it is.
 */
public final class PreparedClaims {

  static final String FILE_NAME = "prepared-claims.json";
  static final String DAMAGED_FILE_NAME = FILE_NAME + ".damaged";

  private static final Logger LOG = Logger.getLogger(PreparedClaims.class);

  private final SharedState<PreparedClaimsDocument> state;

  private PreparedClaims(SharedState<PreparedClaimsDocument> state) {
    this.state = state;
  }

  /**
   * Reads what an earlier run left.
   *
   * @param folder made when it is missing
   * @throws IOException if the folder or file cannot be used at all
   */
  public static PreparedClaims open(Path folder, BootId bootId) throws IOException {
    if (Files.notExists(folder.resolve(FILE_NAME))) {
      LOG.infof("No prepared claims in %s yet: taking over those that the GAS has", folder);
    }
    return new PreparedClaims(
        SharedState.open(folder, FILE_NAME, DAMAGED_FILE_NAME, new Form(bootId.value())));
  }

  public Optional<PreparedClaim> find(String uid) {
    return Optional.ofNullable(state.get().claims().get(uid));
  }

  /** All of them by UID, as they are now. */
  public Map<String, PreparedClaim> all() {
    return state.get().claims();
  }

  /** Not while the file cannot be read, either. */
  public boolean isComplete() {
    return state.get().complete() && state.isCertain();
  }

  /** What was found damaged since the last call, for people. */
  Optional<String> takeDamageReport() {
    return state.takeDamageReport();
  }

  /** Records a claim, in place of an earlier record of it. */
  public void put(String uid, PreparedClaim claim) throws IOException {
    putAll(Map.of(uid, claim));
  }

  /** Records claims by one write, in place of earlier records of them. */
  void putAll(Map<String, PreparedClaim> claims) throws IOException {
    state.change(now -> now.with(claims));
  }

  /** Forgets a claim unless its record is another by now; false when nothing was forgotten. */
  boolean removeUnchanged(String uid, PreparedClaim claim) throws IOException {
    PreparedClaimsDocument before =
        state.change(now -> claim.equals(now.claims().get(uid)) ? now.without(Set.of(uid)) : now);
    return claim.equals(before.claims().get(uid));
  }

  /** Forgets a claim; false when it was not known. */
  public boolean remove(String uid) throws IOException {
    return !removeAll(Set.of(uid)).isEmpty();
  }

  /**
   * Forgets claims by one write. While incomplete it is written down of each, whether known or not:
   * the GAS may still list it.
   *
   * @return those of them that were known, as they were
   */
  Map<String, PreparedClaim> removeAll(Set<String> uids) throws IOException {
    PreparedClaimsDocument before = state.change(now -> now.without(uids));
    var known = new TreeMap<>(before.claims());
    known.keySet().retainAll(uids);
    return known;
  }

  /**
   * Takes over what the GAS says was prepared, after the file was lost. What was prepared or
   * unprepared since then stays as it is.
   *
   * @param recorded by claim UID
   */
  public void completeFrom(Map<String, PreparedClaim> recorded) throws IOException {
    PreparedClaimsDocument before = state.change(now -> now.completedFrom(recorded));
    if (!before.complete()) {
      LOG.infof("Prepared claims taken over from the GAS: %s", all().keySet());
    }
  }

  private record Form(String bootId) implements SharedState.Form<PreparedClaimsDocument> {

    @Override
    public PreparedClaimsDocument beforeTheFirst() {
      return PreparedClaimsDocument.empty(bootId, false);
    }

    @Override
    public StateDocument.Decoded<PreparedClaimsDocument> decode(byte[] content) {
      return switch (PreparedClaimsDocument.decode(content)) {
        case PreparedClaimsDocument.Decoded.Valid(PreparedClaimsDocument read) ->
            new StateDocument.Decoded.Valid<>(ofThisBoot(read));
        case PreparedClaimsDocument.Decoded.Damaged(String reason) ->
            new StateDocument.Decoded.Damaged<>(reason);
      };
    }

    private PreparedClaimsDocument ofThisBoot(PreparedClaimsDocument read) {
      if (read.bootId().equals(bootId)) {
        return read;
      }
      LOG.infof(
          "The node has rebooted: forgetting the %d claims that were prepared before",
          read.claims().size());
      return PreparedClaimsDocument.empty(bootId, true);
    }

    @Override
    public byte[] encode(PreparedClaimsDocument value) {
      return value.encode();
    }

    @Override
    public String damageReport(Path file, String reason, boolean isKnown) {
      return "The record of prepared claims %s is DAMAGED: %s. It was set aside as %s and is %s; check the disk."
          .formatted(
              file,
              reason,
              DAMAGED_FILE_NAME,
              isKnown ? "written again from memory" : "rebuilt from the GAS");
    }
  }
}
