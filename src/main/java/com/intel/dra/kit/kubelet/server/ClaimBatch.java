package com.intel.dra.kit.kubelet.server;

import io.grpc.Status;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Handles the claims of one request in parallel and answers them together. */
final class ClaimBatch {

  /** The kubelet sends the claims of only one pod per request. */
  static final int MAX_CLAIMS = 1024;

  /** The answer to one claim of a batch, before it is put into the response's map. */
  private record Answer<R>(String uid, R response) {}

  private ClaimBatch() {}

  /**
   * Answers each claim. A claim that occurs twice is handled once. A request with more than {@link
   * #MAX_CLAIMS} claims, or with different claims of one UID, which could not both be answered,
   * fails as a whole with INVALID_ARGUMENT, and no claim is handled.
   *
   * @param uid returns the claim's UID, which is the key of its answer
   * @param call answers one claim and never fails
   */
  static <C, R> Uni<Map<String, R>> answerEach(
      List<C> claims, Function<C, String> uid, Function<C, Uni<R>> call) {
    if (claims.size() > MAX_CLAIMS) {
      return refused(
          "the request has %d claims, at most %d are allowed".formatted(claims.size(), MAX_CLAIMS));
    }
    var byUid = new LinkedHashMap<String, C>();
    for (C claim : claims) {
      C other = byUid.putIfAbsent(uid.apply(claim), claim);
      if (other != null && !other.equals(claim)) {
        return refused("two different claims of the request have the same UID");
      }
    }
    return Multi.createFrom()
        .iterable(byUid.values())
        .onItem()
        .transformToUniAndMerge(
            claim -> call.apply(claim).map(response -> new Answer<>(uid.apply(claim), response)))
        .collect()
        .asMap(Answer::uid, Answer::response);
  }

  private static <R> Uni<Map<String, R>> refused(String reason) {
    return Uni.createFrom()
        .failure(Status.INVALID_ARGUMENT.withDescription(reason).asRuntimeException());
  }
}
