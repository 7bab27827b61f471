package com.intel.dra.gpu.controller.leader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import com.intel.dra.gpu.controller.app.FakeCluster;
import com.intel.dra.gpu.controller.app.FakeLeases;
import com.intel.dra.kit.time.SettableClock;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Objects;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class LeadershipTest {

  private final FakeCluster cluster = new FakeCluster();
  private final FakeLeases leases = new FakeLeases(cluster);
  private final SettableClock clock = new SettableClock();
  private final Leadership leadership = new Leadership("me", leases, clock);

  private void lead() {
    cluster.lead("me");
    leadership.begin();
  }

  private void refuses() {
    assertThatExceptionOfType(NotLeadingException.class)
        .isThrownBy(() -> leadership.write(() -> "written"));
  }

  @Test
  void aStandbyWritesNothing() {
    refuses();
  }

  @Test
  void theLeaderWrites() {
    lead();
    assertThat(leadership.write(() -> "written")).isEqualTo("written");
  }

  @Test
  void aLeaderThatSleptWritesNothingBeforeItIsConfirmed() {
    lead();
    clock.add(Duration.ofSeconds(11));
    refuses();
    assertThat(leadership.confirm()).isTrue();
    assertThat(leadership.write(() -> "written")).isEqualTo("written");
  }

  @Test
  void anAnswerCountsFromWhenItWasAskedFor() {
    lead();
    leases.whileAsked(() -> clock.add(Duration.ofSeconds(11)));
    assertThat(leadership.confirm()).isTrue();
    refuses();
  }

  @Test
  void whileNobodyAnswersTheLeadRunsOut() {
    lead();
    leases.setReachable(false);
    clock.add(Duration.ofSeconds(9));
    assertThatExceptionOfType(KubernetesClientException.class).isThrownBy(leadership::confirm);
    assertThat(leadership.write(() -> "written")).isEqualTo("written");
    clock.add(Duration.ofSeconds(2));
    refuses();
  }

  @Test
  void whereAnotherOneLeadsItIsNotConfirmed() {
    lead();
    cluster.lead("another");
    assertThat(leadership.confirm()).isFalse();
  }

  @Test
  void aLeaderThatEndsGivesTheLeadUp() {
    lead();
    leadership.end();
    assertThat(leases.leader()).as("its writes end first").contains("me");
    leadership.giveUp();
    assertThat(leases.leader()).isEmpty();
  }

  @Test
  void whoeverLeadsByThenKeepsTheLead() {
    lead();
    cluster.lead("another");
    leadership.end();
    leadership.giveUp();
    assertThat(leases.leader()).contains("another");
  }

  @Test
  void anEndWithoutTheApiServerIsAnEndToo() {
    lead();
    leases.setReachable(false);
    leadership.end();
    leadership.giveUp();
    assertThat(cluster.leader()).isEqualTo("me");
  }

  @Test
  void theEndWaitsForTheWritesThatAreUnderWayAndAdmitsNoOther() throws InterruptedException {
    lead();
    var begun = new CountDownLatch(1);
    var proceed = new CountDownLatch(1);
    var order = new ConcurrentLinkedQueue<String>();
    Thread writing =
        Thread.ofVirtual()
            .start(
                () ->
                    leadership.write(
                        () -> {
                          begun.countDown();
                          try {
                            boolean told = proceed.await(1, TimeUnit.MINUTES);
                            order.add("written");
                            return told;
                          } catch (InterruptedException e) {
                            throw new IllegalStateException(e);
                          }
                        }));
    begun.await();
    Thread ending =
        Thread.ofPlatform()
            .start(
                () -> {
                  leadership.end();
                  order.add("ended");
                });

    // Only a thread that waits for the write is in this state.
    await().until(() -> ending.getState() == Thread.State.TIMED_WAITING);
    refuses();
    proceed.countDown();
    writing.join();
    ending.join();
    assertThat(order).containsExactly("written", "ended");
    leadership.begin();
    refuses();
  }

  /** The election tells of the lead while the process is told to end. */
  @Test
  void anEndIsNotUndoneByALeadThatBeginsAtTheSameTime() throws InterruptedException {
    var begin = new AtomicReference<Runnable>(() -> {});
    var both =
        new Leadership(
            "me",
            leases,
            () -> {
              Objects.requireNonNull(begin.get()).run();
              return clock.instant();
            });
    Thread ending = Thread.ofPlatform().unstarted(both::end);
    begin.set(
        () -> {
          ending.start();
          // it has ended, or waits for the begin
          await()
              .until(
                  () ->
                      EnumSet.of(Thread.State.TERMINATED, Thread.State.BLOCKED)
                          .contains(ending.getState()));
        });
    both.begin();
    ending.join();

    assertThat(both.hasEnded()).isTrue();
    assertThat(both.isLeading()).isFalse();
  }
}
