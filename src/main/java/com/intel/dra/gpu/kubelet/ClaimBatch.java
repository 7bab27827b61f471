package com.intel.dra.gpu.kubelet;

import io.grpc.Status;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** The claims of one request, which are seen to at the same time and all answered. */
final class ClaimBatch {

  /** The kubelet sends the claims of one pod. */
  static final int MAX_CLAIMS = 1024;

  /** An answer to one claim of a batch, on its way into the answer's map. */
  private record Answer<R>(String uid, R response) {}

  private ClaimBatch() {}

  /**
   * A claim that is there twice is seen to once. A request with more than {@link #MAX_CLAIMS}, or
   * with different claims of one UID, which could not both be answered, fails as a whole with
   * INVALID_ARGUMENT, and nothing of it is done.
   *
   * @param uid of a claim, under which it is answered
   * @param call answers one claim and never fails
   */
  static <C, R> Uni<Map<String, R>> answerEach(
      List<C> claims, Function<C, String> uid, Function<C, Uni<R>> call) {
    if (claims.size() > MAX_CLAIMS) {
      return refused(
          "the request has %d claims, and may have %d".formatted(claims.size(), MAX_CLAIMS));
    }
    var byUid = new LinkedHashMap<String, C>();
    for (C claim : claims) {
      C other = byUid.putIfAbsent(uid.apply(claim), claim);
      if (other != null && !other.equals(claim)) {
        return refused("the request has different claims of one UID");
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
