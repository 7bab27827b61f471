package com.intel.dra.gpu.nodeagent;

import com.intel.dra.gpu.api.AllocatedDevice;
import com.intel.dra.gpu.files.AtomicFile;
import com.intel.dra.gpu.nodeagent.PreparedClaimsDocument.Decoded;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jboss.logging.Logger;

/**
 * Which claims are prepared on this node, in memory and in a file that survives the agent. A change
 * is on the disk by the time that its method returns; when that fails, nothing has changed.
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

  private final AtomicFile file;
  private final BootId bootId;
  // claims that were unprepared while incomplete, which the GAS may still list
  private final Set<String> gone = new HashSet<>();

  private Map<String, PreparedClaim> claims;
  private boolean complete;

  private PreparedClaims(
      AtomicFile file, BootId bootId, Map<String, PreparedClaim> claims, boolean complete) {
    this.file = file;
    this.bootId = bootId;
    this.claims = claims;
    this.complete = complete;
  }

  /**
   * Reads what an earlier run left.
   *
   * @param folder made when it is missing
   * @throws IOException if the folder or file cannot be used at all
   */
  public static PreparedClaims open(Path folder, BootId bootId) throws IOException {
    AtomicFile file = StateFile.in(folder, FILE_NAME);
    Optional<byte[]> content = file.read();
    if (content.isEmpty()) {
      LOG.infof("No prepared claims in %s yet: taking over those that the GAS has", file.path());
      return new PreparedClaims(file, bootId, Map.of(), false);
    }
    return switch (PreparedClaimsDocument.decode(content.get())) {
      case Decoded.Valid(PreparedClaimsDocument document)
          when document.bootId().equals(bootId.value()) ->
          new PreparedClaims(file, bootId, document.claims(), document.complete());
      case Decoded.Valid(PreparedClaimsDocument document) -> {
        LOG.infof(
            "The node has rebooted: forgetting the %d claims that were prepared before",
            document.claims().size());
        yield new PreparedClaims(file, bootId, Map.of(), true);
      }
      case Decoded.Damaged(String reason) -> {
        file.setAsideAs(DAMAGED_FILE_NAME);
        LOG.errorf(
            "The record of prepared claims %s is DAMAGED: %s. It was set aside as %s and is rebuilt"
                + " from the GAS; check the disk.",
            file.path(), reason, DAMAGED_FILE_NAME);
        yield new PreparedClaims(file, bootId, Map.of(), false);
      }
    };
  }

  public synchronized Optional<PreparedClaim> find(String uid) {
    return Optional.ofNullable(claims.get(uid));
  }

  /** All of them by UID, as they are now. */
  public synchronized Map<String, PreparedClaim> all() {
    return Map.copyOf(claims);
  }

  public synchronized boolean isComplete() {
    return complete;
  }

  /** Records a claim, in place of an earlier record of it. */
  public synchronized void put(String uid, PreparedClaim claim) throws IOException {
    if (claim.equals(claims.get(uid))) {
      return;
    }
    var changed = new TreeMap<>(claims);
    changed.put(uid, claim);
    write(changed, complete);
    gone.remove(uid);
  }

  /** Forgets a claim; false when it was not known. */
  public synchronized boolean remove(String uid) throws IOException {
    if (!complete) {
      gone.add(uid);
    }
    if (!claims.containsKey(uid)) {
      return false;
    }
    var changed = new TreeMap<>(claims);
    changed.remove(uid);
    write(changed, complete);
    return true;
  }

  /**
   * Takes over what the GAS says was prepared, after the file was lost. What was prepared or
   * unprepared since then stays as it is.
   *
   * @param recorded devices by claim UID
   */
  public synchronized void completeFrom(Map<String, ? extends Iterable<AllocatedDevice>> recorded)
      throws IOException {
    if (complete) {
      return;
    }
    var changed = new TreeMap<>(claims);
    recorded.forEach(
        (uid, devices) -> {
          if (!gone.contains(uid)) {
            changed.putIfAbsent(uid, new PreparedClaim("", "", listOf(devices)));
          }
        });
    write(changed, true);
    gone.clear();
    LOG.infof("Prepared claims taken over from the GAS: %s", changed.keySet());
  }

  private void write(Map<String, PreparedClaim> changed, boolean changedComplete)
      throws IOException {
    file.write(new PreparedClaimsDocument(bootId.value(), changedComplete, changed).encode());
    claims = changed;
    complete = changedComplete;
  }

  private static java.util.List<AllocatedDevice> listOf(Iterable<AllocatedDevice> devices) {
    var list = new java.util.ArrayList<AllocatedDevice>();
    devices.forEach(list::add);
    return list;
  }
}
