package com.intel.dra.gpu.controller.explaining;

import com.intel.dra.gpu.api.EventReason;
import com.intel.dra.gpu.explain.PodExplanation;
import com.intel.dra.gpu.explain.WaitReason;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What is known of one pod that waits: the last answer, and what was told. Decides when to ask and
 * when to tell. For one thread.
 */
final class WaitingPod {

  /** The scheduler gets so long before anything is said. */
  static final Duration SETTLING = Duration.ofSeconds(5);

  /** The time from one question to the next. */
  static final Duration ASK_AGAIN = Duration.ofSeconds(10);

  /** So long the devices are free before that is told: usually the scheduler takes them. */
  static final Duration FREE_FOR = Duration.ofSeconds(30);

  /** The least time from one write to the next, for the first {@link #BURST} writes. */
  static final Duration SOON = Duration.ofSeconds(30);

  /** The least time from one write to the next after those. */
  static final Duration LATER = Duration.ofMinutes(5);

  /**
   * The same is told again after this time, because the API server deletes Events after an hour.
   */
  static final Duration REPEAT = Duration.ofMinutes(30);

  static final int BURST = 5;

  private record Answer(WaitReason reason, String sentence) {}

  private final Instant since;
  private Pod pod;
  private Optional<Instant> asked = Optional.empty();
  private Optional<Answer> answer = Optional.empty();
  private Instant answeredSo;
  private Optional<Answer> told = Optional.empty();
  private Optional<Instant> tried = Optional.empty();
  private int tries;
  private long askedChanges;
  private @Nullable String askedVersion;

  WaitingPod(Pod pod, Instant now) {
    this.pod = pod;
    this.since = now;
    this.answeredSo = now;
  }

  Pod pod() {
    return pod;
  }

  void seen(Pod now) {
    pod = now;
  }

  Instant since() {
    return since;
  }

  /** When it was asked about last; the earliest time if never. */
  Instant asked() {
    return asked.orElse(Instant.MIN);
  }

  boolean wasTold() {
    return tried.isPresent();
  }

  Optional<WaitReason> reason() {
    return answer.map(Answer::reason);
  }

  /** Whether another answer is possible, and enough time has passed. */
  boolean isToBeAsked(long changes, Instant now) {
    return !since.plus(SETTLING).isAfter(now)
        && asked.filter(last -> last.plus(ASK_AGAIN).isAfter(now)).isEmpty()
        && (asked.isEmpty()
            || changes != askedChanges
            || !Objects.equals(askedVersion, pod.getMetadata().getResourceVersion()));
  }

  /**
   * Notes that this is asked now, so that a question that fails is not repeated at once.
   *
   * @param changes of the cluster, not the cluster itself: that would be kept for each pod
   */
  void asking(long changes, Instant now) {
    asked = Optional.of(now);
    askedChanges = changes;
    askedVersion = pod.getMetadata().getResourceVersion();
  }

  void answered(PodExplanation explanation, Instant now) {
    var next = new Answer(explanation.reason(), explanation.summary());
    if (answer.filter(last -> last.reason() == next.reason()).isEmpty()) {
      answeredSo = now;
    }
    answer = Optional.of(next);
  }

  /** There is no answer to the last question. */
  void failed() {
    answer = Optional.empty();
  }

  /** The sentence that is to be told now, if there is one. */
  Optional<String> toTell(Instant now) {
    return answer
        .filter(next -> !isSettling(next, now))
        .filter(next -> !isTooSoon(next, now))
        .map(Answer::sentence);
  }

  /** The reason of the Event about the last answer. */
  EventReason event() {
    return answer.filter(last -> last.reason() == WaitReason.DEVICES_ARE_FREE).isPresent()
        ? EventReason.DEVICES_ARE_FREE
        : EventReason.WAITS_FOR_DEVICES;
  }

  private boolean isSettling(Answer next, Instant now) {
    return next.reason() == WaitReason.DEVICES_ARE_FREE && answeredSo.plus(FREE_FOR).isAfter(now);
  }

  private boolean isTooSoon(Answer next, Instant now) {
    Duration pause = told.filter(next::equals).isPresent() ? REPEAT : tries < BURST ? SOON : LATER;
    return tried.filter(last -> last.plus(pause).isAfter(now)).isPresent();
  }

  /** To be called before the write, which may fail: it is tried again after the same pause. */
  void telling(Instant now) {
    tried = Optional.of(now);
    tries++;
  }

  void told() {
    told = answer;
  }
}
