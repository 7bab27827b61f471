package com.intel.dra.gpu.controller.app;

import com.fasterxml.jackson.databind.JsonNode;
import com.intel.dra.gpu.api.GpuAllocationState;
import com.intel.dra.gpu.controller.cluster.ApiServer;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Status;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaim;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.smallrye.mutiny.CompositeException;
import java.net.HttpURLConnection;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * One process' connection to a {@link FakeCluster}. Other processes may run around each request,
 * and the process may end there: it never sends what it has not sent yet, and never learns how its
 * sent requests ended.
 */
public final class FakeApiServer implements ApiServer {

  /** Unwinds all threads of a process that has ended. */
  static final class ProcessEnded extends Error {
    private static final long serialVersionUID = 1L;

    ProcessEnded() {
      super("the process has ended", null, false, false);
    }
  }

  /** How a request fails that the API server did not refuse. */
  enum Failure {
    /** The request never arrived. */
    BEFORE,
    /** The request arrived, but the answer did not. */
    AFTER
  }

  private static final String CONNECTION_RESET = "connection reset";

  private final FakeCluster cluster;
  private final List<String> requests = new ArrayList<>();
  private Optional<Failure> nextWrite = Optional.empty();
  private Predicate<String> refused = _ -> false;
  private int refusal = HttpURLConnection.HTTP_FORBIDDEN;
  private Optional<CrashPoint> crash = Optional.empty();
  private int writes;
  private int claimWrites;
  private int mostClaimWrites;
  private boolean ended;

  public FakeApiServer(FakeCluster cluster) {
    this.cluster = cluster;
  }

  /** The requests so far, for example {@code updateStatus ResourceClaim a}. */
  public List<String> requests() {
    return requests;
  }

  /**
   * A write at which the process ends.
   *
   * @param write the number of the write, from 1
   * @param when before the write is sent, or after it has arrived but before the answer has
   */
  record CrashPoint(int write, Failure when) {}

  /** Makes the process end at that write. */
  void endAt(CrashPoint point) {
    crash = Optional.of(point);
  }

  boolean hasEnded() {
    return ended;
  }

  /** Returns how many writes were sent, or were about to be sent when the process ended. */
  int writes() {
    return writes;
  }

  /** Returns the largest number of writes of claims that were in progress at the same time. */
  public int mostClaimWritesAtATime() {
    return mostClaimWrites;
  }

  void failNextWrite(Failure failure) {
    nextWrite = Optional.of(failure);
  }

  /**
   * Refuses these requests from now on, as an admission webhook does for one object.
   *
   * @param which the requests in the form of {@link #requests}
   */
  public void refuse(Predicate<String> which) {
    refused = which;
  }

  /**
   * Does {@link #refuse(Predicate)} with this status.
   *
   * @param code 0 for requests that get no answer
   */
  public void refuse(Predicate<String> which, int code) {
    refused = which;
    refusal = code;
  }

  /** Also true for several parallel writes if all that failed have failed in this way. */
  static boolean isConnectionReset(Throwable failure) {
    return failure instanceof CompositeException several
        ? several.getCauses().stream().allMatch(FakeApiServer::isConnectionReset)
        : CONNECTION_RESET.equals(failure.getMessage());
  }

  void end() {
    ended = true;
  }

  @Override
  public <T extends HasMetadata> Outcome<T> create(T object) {
    return write("create", object, () -> cluster.create(object));
  }

  @Override
  public <T extends HasMetadata> Outcome<T> update(T object) {
    return write("update", object, () -> cluster.update(object));
  }

  @Override
  public Outcome<ResourceClaim> updateFinalizers(ResourceClaim claim) {
    return write("updateFinalizers", claim, () -> cluster.updateFinalizers(claim));
  }

  @Override
  public <T extends HasMetadata> Outcome<T> updateStatus(T object) {
    return write("updateStatus", object, () -> cluster.updateStatus(object));
  }

  @Override
  public Outcome<GpuAllocationState> mergePatch(GpuAllocationState node, JsonNode patch) {
    return write("patch", node, () -> cluster.mergePatch(node, patch));
  }

  @Override
  public <T extends HasMetadata> Optional<T> read(Class<T> kind, String namespace, String name) {
    return request(
        "read " + kind.getSimpleName() + " " + name, () -> cluster.read(kind, namespace, name));
  }

  @Override
  public <T extends HasMetadata> List<T> list(Class<T> kind) {
    return request("list " + kind.getSimpleName(), () -> cluster.list(kind).toList());
  }

  private <T extends HasMetadata> Outcome<T> write(
      String verb, T object, Supplier<Outcome<T>> write) {
    int claims = object instanceof ResourceClaim ? 1 : 0;
    claimWrites += claims;
    mostClaimWrites = Math.max(mostClaimWrites, claimWrites);
    try {
      return send(verb, object, write);
    } finally {
      claimWrites -= claims;
    }
  }

  private <T extends HasMetadata> Outcome<T> send(
      String verb, T object, Supplier<Outcome<T>> write) {
    return request(
        verb + " " + object.getClass().getSimpleName() + " " + object.getMetadata().getName(),
        () -> {
          writes++;
          Optional<Failure> end =
              crash.filter(point -> point.write() == writes).map(CrashPoint::when);
          if (end.isPresent()) {
            if (end.get() == Failure.AFTER) {
              var _ = write.get();
            }
            ended = true;
            throw new ProcessEnded();
          }
          Optional<Failure> failure = nextWrite;
          nextWrite = Optional.empty();
          if (failure.isPresent()) {
            if (failure.get() == Failure.AFTER) {
              var _ = write.get();
            }
            throw new KubernetesClientException(CONNECTION_RESET);
          }
          return write.get();
        });
  }

  private <R> R request(String what, Supplier<R> request) {
    othersGoOn();
    requests.add(what);
    if (refused.test(what)) {
      throw new KubernetesClientException("refused: " + what, refusal, new Status());
    }
    R answer = request.get();
    othersGoOn();
    return answer;
  }

  private void othersGoOn() {
    Thread.yield();
    if (ended) {
      throw new ProcessEnded();
    }
  }
}
