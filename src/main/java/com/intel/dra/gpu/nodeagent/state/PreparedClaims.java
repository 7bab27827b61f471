package com.intel.dra.gpu.nodeagent.state;

import com.intel.dra.gpu.api.ClaimName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jboss.logging.Logger;

/**
 * The claims that are prepared on this node, in a file that survives the agent and that a second
 * agent may also use while one replaces the other. A change is on disk when its method returns. If
 * that fails, the change counts as not made, and the file is read again.
 *
 * <p>A reboot ends every container, so claims of an earlier boot are prepared no more, and the
 * kubelet prepares again those that it still needs. Until then {@link #earlier} has them, because
 * the scheduler may still count their devices as theirs. A file that is missing or damaged is
 * rebuilt from the GAS by {@link #completeFrom}. Until then {@link #isComplete} is false, even
 * after further restarts, and the prepared claims in the GAS must not be changed.
 */
public final class PreparedClaims {

  public static final String FILE_NAME = "prepared-claims.json";
  public static final String DAMAGED_FILE_NAME = FILE_NAME + ".damaged";
  public static final String COPY_FILE_NAME = FILE_NAME + ".synced";

  private static final Logger LOG = Logger.getLogger(PreparedClaims.class);

  private final SharedState<PreparedClaimsDocument> state;

  private final AtomicLong recordings = new AtomicLong();

  /** The number of the last recording of each claim by this process. */
  private final Map<String, Long> lastRecording = new ConcurrentHashMap<>();

  private PreparedClaims(SharedState<PreparedClaimsDocument> state) {
    this.state = state;
  }

  /**
   * Reads the file of an earlier run.
   *
   * @param folder created if it is missing
   * @throws IOException if the folder or file cannot be used at all
   */
  public static PreparedClaims open(Path folder, BootId bootId) throws IOException {
    if (Files.notExists(folder.resolve(FILE_NAME))) {
      LOG.infof("No prepared claims in %s yet: taking over those that the GAS has", folder);
    }
    return new PreparedClaims(
        SharedState.openWithCopy(
            folder, FILE_NAME, COPY_FILE_NAME, DAMAGED_FILE_NAME, new Form(bootId.value())));
  }

  public Optional<PreparedClaim> find(String uid) {
    return Optional.ofNullable(state.get().claims().get(uid));
  }

  /** Returns all prepared claims by UID, as they are now. */
  public Map<String, PreparedClaim> all() {
    return state.get().claims();
  }

  /**
   * Returns claims that were prepared in an earlier boot, and neither prepared nor unprepared
   * since, by UID: no container uses their devices, but the claims may still be allocated. Only
   * claims of structured DRA.
   */
  public Map<String, PreparedClaim> earlier() {
    return state.get().earlier();
  }

  /** Forgets a claim of an earlier boot, which is not allocated here any more. */
  public void forgetEarlier(String uid, PreparedClaim claim) throws IOException {
    state.change(now -> now.withoutEarlier(uid, claim));
  }

  /**
   * Returns all prepared claims by UID for a decision that must miss none of them.
   *
   * @throws IOException if not all of them are known
   */
  public Map<String, PreparedClaim> allForCertain() throws IOException {
    PreparedClaimsDocument now = state.getForCertain();
    if (!now.complete()) {
      throw new IOException("which claims are prepared is not known yet");
    }
    return now.claims();
  }

  /** Returns whether all prepared claims are known; false also while the file cannot be read. */
  public boolean isComplete() {
    return state.get().complete() && state.isCertain();
  }

  /** Returns a message for people about the damage that was found since the last call. */
  public Optional<String> takeDamageReport() {
    return state.takeDamageReport();
  }

  /** Records a claim and replaces an earlier record of it. */
  public void put(String uid, PreparedClaim claim) throws IOException {
    putAll(Map.of(uid, claim));
  }

  /** Records claims with one write and replaces earlier records of them. */
  public void putAll(Map<String, PreparedClaim> claims) throws IOException {
    isRecording(claims.keySet());
    state.change(now -> now.with(claims));
  }

  /**
   * Records claims that the Go driver prepared, except those that are on record already and those
   * that have ended.
   *
   * @param deleted those of them that the API server has no more
   */
  public void takeOver(Map<String, PreparedClaim> claims, Set<String> deleted) throws IOException {
    isRecording(claims.keySet());
    state.change(now -> now.withTakenOver(claims, deleted));
  }

  private void isRecording(Set<String> uids) {
    long number = recordings.incrementAndGet();
    uids.forEach(uid -> lastRecording.put(uid, number));
  }

  /**
   * Returns the UIDs of prepared claims that were deleted, and whose names are not known: nothing
   * else says so.
   */
  public Set<String> deleted() {
    return state.get().deleted();
  }

  /**
   * Records what the API server says of claims that have no name.
   *
   * @param names the names of those that exist, by UID
   * @param gone those that it has no more
   */
  public void name(Map<String, ClaimName> names, Set<String> gone) throws IOException {
    state.change(now -> now.withNames(names, gone));
  }

  /** Records that a claim has ended that the Go driver may have prepared. */
  public void ended(String uid) throws IOException {
    state.change(now -> now.withEnded(uid));
  }

  /** Returns the UIDs of claims that {@link #ended(String)} was told of. */
  public Set<String> ended() {
    return state.get().ended();
  }

  /** Forgets {@link #ended()}: the Go driver's record is gone. */
  public void forgetEnded() throws IOException {
    state.change(PreparedClaimsDocument::withoutEnded);
  }

  /** Returns how often this process has recorded claims, to tell later whether it has since. */
  public long recordings() {
    return recordings.get();
  }

  /**
   * Forgets a claim unless its record has changed, or this process has recorded the claim again,
   * with the same devices.
   *
   * @param since {@link #recordings} at the time when the record was judged
   * @return false if nothing was forgotten
   */
  public boolean removeUnchanged(String uid, PreparedClaim claim, long since) throws IOException {
    var removed = new AtomicBoolean();
    state.change(
        now -> {
          removed.set(
              claim.equals(now.claims().get(uid)) && lastRecording.getOrDefault(uid, 0L) <= since);
          return removed.get() ? now.without(Set.of(uid)) : now;
        });
    if (removed.get()) {
      lastRecording.remove(uid);
    }
    return removed.get();
  }

  /** Forgets a claim; false if it was not known. */
  public boolean remove(String uid) throws IOException {
    return !removeAll(Set.of(uid)).isEmpty();
  }

  /**
   * Forgets claims with one write. While the record is incomplete, the removal of each claim is
   * also recorded, whether the claim was known or not, because the GAS may still list it.
   *
   * @return those of them that were known, with their former records
   */
  public Map<String, PreparedClaim> removeAll(Set<String> uids) throws IOException {
    PreparedClaimsDocument before = state.change(now -> now.without(uids));
    lastRecording.keySet().removeAll(uids);
    var known = new TreeMap<>(before.claims());
    known.keySet().retainAll(uids);
    return known;
  }

  /**
   * Takes over the prepared claims of the GAS after the file was lost. Claims that were prepared or
   * unprepared since then keep their state.
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
      if (isOfThisBoot(read)) {
        return read;
      }
      LOG.infof(
          "The node has rebooted: the %d claims that were prepared before are prepared no more",
          read.claims().size());
      return read.after(bootId);
    }

    /**
     * In the boot in which it was written, the file is as it was written: a process that crashes
     * changes nothing of that. After another boot, claims of both are kept as earlier ones, because
     * each may be the older: those that are not allocated any more are forgotten.
     */
    @Override
    public Optional<PreparedClaimsDocument> restored(Optional<byte[]> file, byte[] copy) {
      Optional<PreparedClaimsDocument> written = file.flatMap(Form::valid);
      if (written.filter(this::isOfThisBoot).isPresent()) {
        return Optional.empty();
      }
      Optional<PreparedClaimsDocument> before = written.map(read -> read.after(bootId));
      return valid(copy)
          .filter(read -> !isOfThisBoot(read))
          .map(read -> read.after(bootId))
          .map(kept -> before.map(kept::withEarlierOf).orElse(kept))
          .filter(all -> !before.equals(Optional.of(all)));
    }

    private boolean isOfThisBoot(PreparedClaimsDocument read) {
      return read.bootId().equals(bootId);
    }

    private static Optional<PreparedClaimsDocument> valid(byte[] content) {
      return PreparedClaimsDocument.decode(content)
              instanceof PreparedClaimsDocument.Decoded.Valid(PreparedClaimsDocument read)
          ? Optional.of(read)
          : Optional.empty();
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
