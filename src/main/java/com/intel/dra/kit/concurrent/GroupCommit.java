package com.intel.dra.kit.concurrent;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;

/**
 * Does in one go what several threads ask for at the same time, where one go costs as much for many
 * as for one: a file that is synced to the disk. Who asks first is served at once, alone; those who
 * ask meanwhile are served together in the next go.
 *
 * @param <T> what is asked for
 * @param <R> the answer to it
 */
public final class GroupCommit<T, R> {

  private record Asked<T, R>(T item, CompletableFuture<R> answer) {}

  private final Function<List<T>, List<R>> work;

  // guarded by this
  private List<Asked<T, R>> waiting = new ArrayList<>();
  private boolean busy;

  /**
   * @param work answers all of a list, in its order; never called twice at once. What it throws all
   *     get who asked
   */
  public GroupCommit(Function<List<T>, List<R>> work) {
    this.work = work;
  }

  /** Returns when it is done. */
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

  /** One go; the next has a thread of its own, so that whoever serves is answered too. */
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
