package com.intel.dra.gpu.kubelet;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** The claims of one request, which are seen to at the same time and all answered. */
final class ClaimBatch {

  /** An answer to one claim of a batch, on its way into the answer's map. */
  private record Answer<R>(String uid, R response) {}

  private ClaimBatch() {}

  /**
   * @param uid of a claim, under which it is answered
   * @param call answers one claim and never fails
   */
  static <C, R> Uni<Map<String, R>> answerEach(
      List<C> claims, Function<C, String> uid, Function<C, Uni<R>> call) {
    return Multi.createFrom()
        .iterable(claims)
        .onItem()
        .transformToUniAndMerge(
            claim -> call.apply(claim).map(response -> new Answer<>(uid.apply(claim), response)))
        .collect()
        .asMap(Answer::uid, Answer::response);
  }
}
