package com.intel.dra.gpu.nodeagent.claimstatus;

import com.intel.dra.kit.kubelet.api.ClaimReference;
import com.intel.dra.kit.kubelet.api.PrepareResult;
import com.intel.dra.kit.time.Backoff;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaim;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import org.jboss.logging.Logger;

/**
 * Keeps what claims are still to be told, so that the kubelet never waits for it. Each claim has
 * one entry, the latest. What cannot be written within some attempts is left: nothing depends on
 * it, and the kubelet calls again after a failure.
 */
public class ClaimStatuses {

  private static final Logger LOG = Logger.getLogger(ClaimStatuses.class);

  /** Of claims that wait, and of claims that were told; a node has far fewer. */
  private static final int MAX_CLAIMS = 1024;

  private static final int MAX_ATTEMPTS = 5;
  private static final int UNPROCESSABLE = 422;

  private static final String GATE_IS_OFF =
      "the API server drops status.devices: switch on its feature gate"
          + " DRAResourceClaimDeviceStatus, or set GPU_CLAIM_STATUS=false";

  private static final String NO_RIGHT =
      "the agent may not write the status of ResourceClaims: install"
          + " deploy/components/claim-status (Kubernetes 1.36 and later), or set GPU_CLAIM_STATUS=false";

  private static final Backoff PAUSES = new Backoff(Duration.ofSeconds(2), Duration.ofMinutes(1));

  /**
   * @param attempts that failed
   */
  private record Waiting(ClaimReference claim, ClaimOutcome outcome, int attempts) {}

  /** What came of telling a claim that it is ready. */
  private enum Told {
    /** It was not told. */
    NOTHING,
    /** It says so, until it is allocated anew. */
    SAYS_IT,
    /** It could not be told, and is not to be told again. */
    IN_VAIN
  }

  private final ClaimStatusWriter writer;
  private final boolean on;
  private final InstantSource uptime;

  // guarded by this
  private final SequencedMap<String, Waiting> waiting = new LinkedHashMap<>();

  /**
   * By UID, the claims that were last told that they are ready, until they are unprepared. Failures
   * are not remembered: nobody says when such a claim is allocated anew, and says nothing any more.
   */
  private final SequencedMap<String, Told> toldReady = new LinkedHashMap<>();

  // used by the one thread that writes
  private Instant nextWrite = Instant.MIN;
  private int failures;
  private String lastProblem = "";

  /**
   * @param on whether claims are told anything
   */
  public ClaimStatuses(ClaimStatusWriter writer, boolean on, InstantSource uptime) {
    this.writer = writer;
    this.on = on;
    this.uptime = uptime;
  }

  /**
   * The kubelet is about to get this answer. Returns at once.
   *
   * @param read the claim, as it was read for the answer; empty if it could not be read
   */
  public void answered(ClaimReference claim, Optional<ResourceClaim> read, PrepareResult result) {
    if (!on) {
      return;
    }
    ClaimOutcome outcome = ClaimOutcome.of(result);
    synchronized (this) {
      boolean waits = waiting.containsKey(claim.uid()); // and may be on its way
      boolean isTold = outcome.ready() && isToldReady(claim.uid(), read) && !waits;
      if (!isTold && (waits || waiting.size() < MAX_CLAIMS)) {
        waiting.put(claim.uid(), new Waiting(claim, outcome, 0));
      }
    }
  }

  private boolean isToldReady(String uid, Optional<ResourceClaim> read) {
    return switch (toldReady.getOrDefault(uid, Told.NOTHING)) {
      case NOTHING -> false;
      case IN_VAIN -> true;
      case SAYS_IT -> read.isEmpty() || writer.saysSomething(read.get());
    };
  }

  /** The claim is no longer prepared here. What it says goes when it is allocated no more. */
  public synchronized void unprepared(ClaimReference claim) {
    waiting.remove(claim.uid());
    toldReady.remove(claim.uid());
  }

  /** Writes what waits. Call it again and again, on one thread; it blocks. */
  public void write() {
    if (uptime.instant().isBefore(nextWrite)) {
      return;
    }
    for (Waiting next : all()) {
      if (!write(next)) {
        failures++;
        nextWrite = uptime.instant().plus(PAUSES.pauseAfter(failures));
        return;
      }
      failures = 0;
    }
  }

  private synchronized List<Waiting> all() {
    return List.copyOf(waiting.values());
  }

  /** Returns false if the API server should be left alone for a while. */
  private boolean write(Waiting next) {
    try {
      done(next, writer.write(next.claim(), next.outcome()));
      return true;
    } catch (KubernetesClientException e) {
      if (isFinal(e)) {
        leave(next, e);
        return true;
      }
      tryAgain(next, e);
      return false;
    }
  }

  private void done(Waiting written, ClaimStatusWriter.Answer answer) {
    if (answer == ClaimStatusWriter.Answer.DROPPED) {
      sayOnce(GATE_IS_OFF, "");
    }
    finish(written, answer == ClaimStatusWriter.Answer.DROPPED ? Told.IN_VAIN : Told.SAYS_IT);
  }

  private void leave(Waiting waiting, KubernetesClientException cause) {
    if (isWithoutRight(cause)) {
      sayOnce(NO_RIGHT, ": " + cause.getMessage());
    } else {
      LOG.warnf("%s does not say what it got: %s", waiting.claim(), cause.getMessage());
    }
    finish(waiting, Told.IN_VAIN);
  }

  private void tryAgain(Waiting failed, KubernetesClientException e) {
    if (failed.attempts() + 1 >= MAX_ATTEMPTS) {
      leave(failed, e);
      return;
    }
    synchronized (this) {
      // at the end, so that one claim does not hold up the others
      if (waiting.remove(failed.claim().uid(), failed)) {
        waiting.put(
            failed.claim().uid(),
            new Waiting(failed.claim(), failed.outcome(), failed.attempts() + 1));
      }
    }
  }

  /** Nothing more is to be done for what was tried; a newer outcome may wait. */
  private synchronized void finish(Waiting tried, Told told) {
    boolean isStillPrepared = waiting.remove(tried.claim().uid(), tried);
    if (!isStillPrepared) {
      return;
    }
    toldReady.remove(tried.claim().uid());
    if (tried.outcome().ready()) {
      toldReady.put(tried.claim().uid(), told);
      if (toldReady.size() > MAX_CLAIMS) {
        toldReady.pollFirstEntry();
      }
    }
  }

  /** The right to the status is refused as such, the right to its entries as an invalid status. */
  private static boolean isWithoutRight(KubernetesClientException cause) {
    return cause.getCode() == HttpURLConnection.HTTP_FORBIDDEN
        || String.valueOf(cause.getMessage()).contains("resourceclaims/driver");
  }

  /** It is the same for all claims. */
  private void sayOnce(String problem, String why) {
    if (!problem.equals(lastProblem)) {
      lastProblem = problem;
      LOG.warnf("Claims do not say what they got: %s%s", problem, why);
    }
  }

  private static boolean isFinal(KubernetesClientException e) {
    return switch (e.getCode()) {
      case HttpURLConnection.HTTP_BAD_REQUEST,
          HttpURLConnection.HTTP_UNAUTHORIZED,
          HttpURLConnection.HTTP_FORBIDDEN,
          HttpURLConnection.HTTP_NOT_FOUND,
          HttpURLConnection.HTTP_CONFLICT,
          UNPROCESSABLE ->
          true;
      default -> false;
    };
  }
}
