package com.intel.dra.kit.concurrent;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;

/**
 * Serves the requests of several threads by one piece of work that costs the same for many requests
 * as for one, such as a file that is synced to the disk. The first request is served at once,
 * alone; the requests that come meanwhile are served together by the next piece of work.
 *
 * @param <T> a request
 * @param <R> the answer to a request
 */
public final class GroupCommit<T, R> {

  private record Asked<T, R>(T item, CompletableFuture<R> answer) {}

  private final Function<List<T>, List<R>> work;

  // guarded by this
  private List<Asked<T, R>> waiting = new ArrayList<>();
  private boolean busy;

  /**
   * @param work answers a list of requests, in the same order; never called twice at once. What it
   *     throws, all threads get whose requests were in the list
   */
  public GroupCommit(Function<List<T>, List<R>> work) {
    this.work = work;
  }

  /** Returns the answer when the work is done. */
  public R ask(T item) {
    var mine = new Asked<T, R>(item, new CompletableFuture<>());
    if (mustServe(mine)) {
      serve();
    }
    try {
      return mine.answer().join();
    } catch (CompletionException e) {
      switch (e.getCause()) {
        case RuntimeException cause -> throw cause;
        case Error cause -> throw cause;
        case null, default -> throw e;
      }
    }
  }

  private synchronized boolean mustServe(Asked<T, R> asked) {
    waiting.add(asked);
    boolean idle = !busy;
    busy = true;
    return idle;
  }

  private synchronized List<Asked<T, R>> takeAll() {
    List<Asked<T, R>> all = waiting;
    waiting = new ArrayList<>();
    return all;
  }

  private synchronized boolean mustGoOn() {
    busy = !waiting.isEmpty();
    return busy;
  }

  /** Does the work once. The next work has its own thread, so that this thread returns too. */
  private void serve() {
    List<Asked<T, R>> asked = takeAll();
    try {
      List<R> answers = work.apply(asked.stream().map(Asked::item).toList());
      for (int i = 0; i < asked.size(); i++) {
        asked.get(i).answer().complete(answers.get(i));
      }
    } catch (RuntimeException | Error e) {
      asked.forEach(one -> one.answer().completeExceptionally(e));
    } finally {
      if (mustGoOn()) {
        Thread.ofVirtual()
            .name("together")
            .inheritInheritableThreadLocals(false)
            .start(this::serve);
      }
    }
  }
}
