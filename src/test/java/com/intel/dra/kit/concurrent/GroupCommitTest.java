package com.intel.dra.kit.concurrent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class GroupCommitTest {

  @Test
  void whoAsksMeanwhileIsServedInTheNextGo() throws Exception {
    var begun = new CountDownLatch(1);
    var go = new CountDownLatch(1);
    List<List<Integer>> goes = new CopyOnWriteArrayList<>();
    var groupCommit =
        new GroupCommit<Integer, Integer>(
            items -> {
              goes.add(items);
              begun.countDown();
              awaitIt(go);
              return items.stream().map(item -> item * 10).toList();
            });

    var first = new CompletableFuture<Integer>();
    Thread.ofVirtual().start(() -> first.complete(groupCommit.ask(0)));
    begun.await();
    var answers = new ArrayList<CompletableFuture<Integer>>();
    var threads = new ArrayList<Thread>();
    for (int item = 1; item <= 20; item++) {
      int mine = item;
      var answer = new CompletableFuture<Integer>();
      answers.add(answer);
      threads.add(Thread.ofVirtual().start(() -> answer.complete(groupCommit.ask(mine))));
    }
    await().until(() -> threads.stream().allMatch(t -> t.getState() == Thread.State.WAITING));
    go.countDown();

    assertThat(first.get()).isZero();
    for (int item = 1; item <= 20; item++) {
      assertThat(answers.get(item - 1).get()).isEqualTo(item * 10);
    }
    assertThat(goes).hasSize(2).first().isEqualTo(List.of(0));
    assertThat(goes.getLast())
        .containsExactlyInAnyOrderElementsOf(IntStream.rangeClosed(1, 20).boxed().toList());
  }

  @Test
  void nothingIsLostNorDoneTwice() throws Exception {
    int count = 2000;
    List<Integer> done = new CopyOnWriteArrayList<>();
    var groupCommit =
        new GroupCommit<Integer, Integer>(
            items -> {
              done.addAll(items);
              return items;
            });

    var answers = new ArrayList<Future<Integer>>();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int item = 0; item < count; item++) {
        int mine = item;
        answers.add(threads.submit(() -> groupCommit.ask(mine)));
      }
    }

    for (int item = 0; item < count; item++) {
      assertThat(answers.get(item).get()).isEqualTo(item);
    }
    assertThat(done).doesNotHaveDuplicates().hasSize(count);
  }

  @Test
  void whatIsThrownAllGetWhoAskedAndTheNextIsServed() {
    var groupCommit =
        new GroupCommit<String, String>(
            items -> {
              if (items.contains("bad")) {
                throw new IllegalStateException("bad");
              }
              return items;
            });

    assertThatThrownBy(() -> groupCommit.ask("bad"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("bad");
    assertThat(groupCommit.ask("good")).isEqualTo("good");
  }

  private static void awaitIt(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
