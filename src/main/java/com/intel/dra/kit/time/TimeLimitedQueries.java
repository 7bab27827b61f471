package com.intel.dra.kit.time;

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
 * Runs queries that may never return, such as a read or an ioctl that hangs in a device's driver.
 * Each query runs on its own thread, and the caller waits for a limited time. While a query has not
 * returned, it is not started again for the same key, and no caller waits for it again; so there is
 * at most one thread for each key that hangs.
 *
 * @param <K> what is queried
 * @param <A> the answer
 */
public final class TimeLimitedQueries<K, A> {

  private final String threads;

  // guarded by this
  private final Map<K, CompletableFuture<A>> pending = new HashMap<>();
  private final Set<K> givenUp = new HashSet<>();

  /**
   * @param threads the beginning of the threads' names
   */
  public TimeLimitedQueries(String threads) {
    this.threads = threads;
  }

  /**
   * Starts all queries at once, and waits for all of them together.
   *
   * @param patience how long to wait at most
   * @return the answers in the order of the queries; empty where none came in time, or no thread
   *     could be started
   * @throws IllegalStateException if a query threw an exception
   */
  public Map<K, Optional<A>> ask(Map<K, Supplier<A>> questions, Duration patience) {
    Deadline deadline = Deadline.of(patience);
    var asked = new LinkedHashMap<K, Optional<CompletableFuture<A>>>();
    questions.forEach((whom, question) -> asked.put(whom, begin(whom, question)));
    var answers = new LinkedHashMap<K, Optional<A>>();
    asked.forEach(
        (whom, answer) ->
            answers.put(
                whom, answer.flatMap(pendingAnswer -> await(whom, pendingAnswer, deadline))));
    return answers;
  }

  /** Runs one query. */
  public Optional<A> ask(K whom, Supplier<A> question, Duration patience) {
    Deadline deadline = Deadline.of(patience);
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
    } catch (OutOfMemoryError e) { // no thread could be started; the other queries still run
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
    } catch (RuntimeException | Error e) { // otherwise the key would never be queried again
      forget(whom);
      answer.completeExceptionally(e);
    }
  }

  private synchronized void forget(K whom) {
    pending.remove(whom);
    givenUp.remove(whom);
  }

  private Optional<A> await(K whom, CompletableFuture<A> answer, Deadline deadline) {
    long nanosLeft = isGivenUp(whom) ? 0 : deadline.left().toNanos();
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
