package com.intel.dra.gpu.time;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/**
 * Asks what may never answer, as a device's driver does in a read or an ioctl: each on a thread of
 * its own, and no longer than is set. While there is no answer nobody is asked the same again, and
 * nobody waits for it again, so that there is one thread for each that hangs.
 *
 * @param <K> who is asked
 * @param <A> the answer
 */
public final class PatientQuestions<K, A> {

  private final String threads;

  // guarded by this
  private final Map<K, CompletableFuture<A>> pending = new HashMap<>();
  private final Set<K> givenUp = new HashSet<>();

  /**
   * @param threads how the names of the threads begin
   */
  public PatientQuestions(String threads) {
    this.threads = threads;
  }

  /**
   * Asks all at once, and waits for all together no longer than that.
   *
   * @return the answers in the order of the questions; empty where there was none in time, or no
   *     thread to be had
   * @throws IllegalStateException for what a question threw
   */
  public Map<K, Optional<A>> ask(Map<K, Supplier<A>> questions, Duration patience) {
    long deadline = System.nanoTime() + patience.toNanos();
    var asked = new LinkedHashMap<K, Optional<CompletableFuture<A>>>();
    questions.forEach((whom, question) -> asked.put(whom, begin(whom, question)));
    var answers = new LinkedHashMap<K, Optional<A>>();
    asked.forEach(
        (whom, answer) ->
            answers.put(
                whom, answer.flatMap(pendingAnswer -> await(whom, pendingAnswer, deadline))));
    return answers;
  }

  /** The same for one. */
  public Optional<A> ask(K whom, Supplier<A> question, Duration patience) {
    long deadline = System.nanoTime() + patience.toNanos();
    return begin(whom, question).flatMap(answer -> await(whom, answer, deadline));
  }

  private synchronized Optional<CompletableFuture<A>> begin(K whom, Supplier<A> question) {
    CompletableFuture<A> earlier = pending.get(whom);
    if (earlier != null) {
      return Optional.of(earlier);
    }
    var answer = new CompletableFuture<A>();
    try {
      Thread.ofPlatform().daemon().name(threads + whom).start(() -> put(whom, question, answer));
    } catch (OutOfMemoryError e) { // no thread for it; the others are asked all the same
      return Optional.empty();
    }
    pending.put(whom, answer);
    return Optional.of(answer);
  }

  private void put(K whom, Supplier<A> question, CompletableFuture<A> answer) {
    try {
      A given = question.get();
      forget(whom);
      answer.complete(given);
    } catch (RuntimeException | Error e) { // or it would never be asked again
      forget(whom);
      answer.completeExceptionally(e);
    }
  }

  private synchronized void forget(K whom) {
    pending.remove(whom);
    givenUp.remove(whom);
  }

  private Optional<A> await(K whom, CompletableFuture<A> answer, long deadline) {
    long nanosLeft = isGivenUp(whom) ? 0 : Math.max(0, deadline - System.nanoTime());
    try {
      return Optional.of(answer.get(nanosLeft, TimeUnit.NANOSECONDS));
    } catch (ExecutionException e) {
      throw new IllegalStateException("defect while asking " + whom, e.getCause());
    } catch (TimeoutException e) {
      giveUp(whom, answer);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return Optional.empty();
  }

  private synchronized boolean isGivenUp(K whom) {
    return givenUp.contains(whom);
  }

  private synchronized void giveUp(K whom, CompletableFuture<A> answer) {
    if (pending.get(whom) == answer) {
      givenUp.add(whom);
    }
  }
}
