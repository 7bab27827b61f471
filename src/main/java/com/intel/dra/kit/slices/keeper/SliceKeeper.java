package com.intel.dra.kit.slices.keeper;

import com.intel.dra.kit.slices.keeper.WakeUp.Reason;
import com.intel.dra.kit.slices.pool.DroppedField;
import com.intel.dra.kit.slices.pool.PublishedPool;
import com.intel.dra.kit.slices.pool.WantedPool;
import com.intel.dra.kit.time.Backoff;
import com.intel.dra.kit.time.SteadyClock;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceSlice;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the ResourceSlices of one driver and one node equal to what was last {@link #publish
 * published}. It creates, updates and deletes them, and repairs them whenever others change them.
 * The kubelet does so: it deletes the slices of its node when it starts, and those of a driver that
 * was gone for 30 seconds.
 *
 * <p>The keeper treats every slice of the driver on the node as its own, no matter what made it.
 * There must be one keeper per driver and node; two keepers overwrite each other's slices, at a
 * rate limited by the {@link SliceTimings}, until one ends.
 *
 * <p><b>Retries.</b> The keeper retries without end, with growing pauses; callers have nothing to
 * retry, and are informed of failures through the {@link SliceListener}.
 *
 * <p><b>Watch.</b> Changes that the watch does not show are found too: the keeper reads the slices
 * from the API server if the watch has not shown a write for {@link SliceTimings#writesRemembered},
 * and after {@link SliceTimings#lookAgain} without a round.
 *
 * <p><b>Candidates.</b> An API server silently drops fields whose feature gate is off. Without
 * counters the scheduler treats devices that share something as independent, and allocates more
 * than there is. So publish() takes candidates from the best to the safest. Before the keeper
 * writes anything, it finds out by dry runs what the API server would store of them:
 *
 * <ol>
 *   <li>the first candidate that would be stored completely is published;
 *   <li>if there is none, the first that loses no {@link DroppedField#limitsUse field that limits
 *       use};
 *   <li>if there is none, a pool without devices;
 *   <li>an invalid candidate is skipped; if all are invalid, the slices stay as they are.
 * </ol>
 *
 * <p>What was really stored is compared too, and replaced at once if it over-commits, because the
 * servers of one control plane may have different gates. A candidate that over-commits is
 * remembered by its place in the list for {@link SliceTimings#chooseAgain}, or until the length of
 * the list changes. If a gate is switched off while a pool is published, the keeper notices it at
 * the next write; stored slices keep their counters until then.
 *
 * <p><b>Threads.</b> All methods may be called from any thread, and none waits for the API server.
 */
public final class SliceKeeper implements AutoCloseable {

  /**
   * The reasons that do not come from {@link #publish}: if only these are due, the round repairs
   * what others changed.
   */
  private static final Set<Reason> REPAIRS = Set.of(Reason.REPAIR, Reason.UNCONFIRMED, Reason.LOOK);

  private final SliceTimings timings;
  private final SliceStore store;
  private final SliceListener listener;
  private final OwnWrites ownWrites;
  private final PoolWriter writer;
  private final InstantSource clock = new SteadyClock();
  private final WakeUp wakeUp = new WakeUp(clock);
  private final RepairBudget repairs;
  private final Backoff backoff;

  private volatile Wish wish = new Wish(0, new Wanted.Unknown());
  private volatile long lastDone = -1;
  private volatile boolean closed;
  private @Nullable Thread thread;

  // used only by the keeper's thread
  private int failuresInSuccession;
  private Optional<PublishedPool> lastTold = Optional.empty();

  private sealed interface Wanted {
    /** No call has set a wish yet: existing slices stay. */
    record Unknown() implements Wanted {}

    record Pools(List<WantedPool> candidates) implements Wanted {}

    record Nothing() implements Wanted {}
  }

  /**
   * @param number greater than those of the wishes before
   */
  private record Wish(long number, Wanted wanted) {}

  /** Makes a keeper for the API server of the client. The caller must close the client. */
  public static SliceKeeper create(
      KubernetesClient client, SliceSettings settings, SliceListener listener) {
    return new SliceKeeper(new ApiServerSliceStore(client, settings), settings, listener);
  }

  /**
   * @param store closed with the keeper
   */
  public SliceKeeper(SliceStore store, SliceSettings settings, SliceListener listener) {
    this.timings = settings.timings();
    this.store = store;
    this.listener = listener;
    this.ownWrites = new OwnWrites(clock, timings.writesRemembered());
    this.writer = new PoolWriter(settings, store, ownWrites, new CandidateChooser(store, listener));
    this.repairs = new RepairBudget(timings.repairBurst(), timings.repairRefill(), clock.instant());
    this.backoff = new Backoff(timings.firstRetry(), timings.longestRetry());
  }

  /** Starts watching and writing. Does nothing if the keeper has started already or is closed. */
  public synchronized void start() {
    if (thread != null || closed) {
      return;
    }
    store.start(new Watch());
    thread = Thread.ofVirtual().name("resource-slices").start(this::run);
  }

  /** Calls {@link #publish(List)} with one candidate. */
  public void publish(WantedPool pool) {
    publish(List.of(pool));
  }

  /**
   * Sets the wanted pool. The last call wins, before or after start(); several calls in quick
   * succession take one round of writes, and a call that changes nothing takes none.
   *
   * @param fromBestToSafest at least one candidate; the last one should use no fields that a
   *     feature gate could drop
   */
  public void publish(List<WantedPool> fromBestToSafest) {
    if (fromBestToSafest.isEmpty()) {
      throw new IllegalArgumentException(
          "there must be a candidate: a WantedPool without devices for a node without any");
    }
    want(new Wanted.Pools(List.copyOf(fromBestToSafest)));
  }

  /** Tries the best candidate again, because the API server may have changed. */
  public void chooseAgain() {
    wakeUp.set(Reason.CHOOSE_AGAIN, clock.instant());
  }

  /**
   * Deletes the slices, and keeps them deleted until the next publish(); the listener is called
   * when it is done. Use it for a driver that leaves the node; a driver that only restarts leaves
   * its slices.
   */
  public void withdraw() {
    want(new Wanted.Nothing());
  }

  /**
   * Stops the keeper. The slices stay published, and the driver's next instance finds them.
   * Interrupts a running write, without waiting.
   */
  @Override
  public synchronized void close() {
    closed = true;
    if (thread != null) {
      thread.interrupt();
    }
    store.close();
  }

  /**
   * Returns whether the API server has what was wanted last, or the next best of it. While a call
   * that publishes or withdraws runs, either answer may be given.
   */
  public boolean isUpToDate() {
    return wish.number() == lastDone;
  }

  private synchronized void want(Wanted next) {
    wish = new Wish(wish.number() + 1, next);
    wakeUp.set(Reason.PUBLISH, in(timings.settle()));
  }

  private void run() {
    while (!closed) {
      Set<Reason> reasons;
      try {
        reasons = wakeUp.await();
      } catch (InterruptedException e) {
        return;
      }
      try {
        round(reasons);
        failuresInSuccession = 0;
      } catch (SliceStoreException.Conflict e) {
        // usual while the watch has not shown another writer's change yet
        tryAgain(reasons, e, failuresInSuccession > 0);
      } catch (SliceStoreException | RuntimeException | Error e) {
        tryAgain(reasons, e, true);
      }
    }
  }

  private void round(Set<Reason> reasons) throws SliceStoreException {
    if (reasons.equals(Set.of(Reason.UNCONFIRMED)) && !ownWrites.areUnconfirmed()) {
      return; // the watch has shown all writes meanwhile
    }
    if (reasons.contains(Reason.LOOK)
        || (reasons.contains(Reason.UNCONFIRMED) && ownWrites.areUnconfirmed())) {
      writer.look();
    }
    if (reasons.contains(Reason.CHOOSE_AGAIN)) {
      writer.chooseAgain();
    }
    Wish now = wish;
    PoolWriter.Outcome outcome =
        switch (now.wanted()) {
          case Wanted.Unknown() -> new PoolWriter.Outcome.NotSynced();
          case Wanted.Pools(List<WantedPool> candidates) -> writer.publish(candidates);
          case Wanted.Nothing() -> writer.withdraw();
        };
    boolean repair = REPAIRS.containsAll(reasons);
    switch (outcome) {
      // the watch wakes this thread when it is synced, and publish() when there is something to do
      case PoolWriter.Outcome.NotSynced() -> {}
      case PoolWriter.Outcome.Refused() -> chooseAgainLater();
      case PoolWriter.Outcome.Removed(int writes) -> {
        lastDone = now.number();
        lastTold = Optional.empty();
        wakeUp.clear(Reason.CHOOSE_AGAIN);
        if (writes > 0 || !repair) {
          listener.withdrawn();
        }
        spend(repair && writes > 0);
      }
      case PoolWriter.Outcome.Complete(PublishedPool pool, int writes, boolean secondBest) -> {
        lastDone = now.number();
        if (secondBest) {
          chooseAgainLater();
        } else {
          wakeUp.clear(Reason.CHOOSE_AGAIN);
        }
        spend(repair && writes > 0);
        tell(pool, writes, repair);
      }
    }
    if (!(outcome instanceof PoolWriter.Outcome.NotSynced)) {
      lookAgainLater();
    }
  }

  /** Schedules a direct read, so that changes that the watch did not show are found in the end. */
  private void lookAgainLater() {
    wakeUp.clear(Reason.LOOK);
    wakeUp.set(Reason.LOOK, in(timings.lookAgain()));
    ownWrites.firstForgotten().ifPresent(at -> wakeUp.set(Reason.UNCONFIRMED, at));
  }

  private void tell(PublishedPool pool, int writes, boolean repair) {
    boolean sameCandidate =
        lastTold.map(PublishedPool::candidate).equals(Optional.of(pool.candidate()));
    if (repair && sameCandidate && writes > 0) {
      listener.repaired(pool);
    } else if (writes > 0 || !lastTold.equals(Optional.of(pool))) {
      listener.published(pool);
    }
    lastTold = Optional.of(pool);
  }

  private void spend(boolean repaired) {
    if (repaired) {
      repairs.spend(clock.instant());
    }
  }

  private void chooseAgainLater() {
    wakeUp.set(Reason.CHOOSE_AGAIN, in(timings.chooseAgain()));
  }

  private void tryAgain(Set<Reason> reasons, Throwable failure, boolean tell) {
    if (closed) {
      return; // the failure is close()'s interrupt
    }
    failuresInSuccession++;
    Instant now = clock.instant();
    wakeUp.restUntil(now.plus(backoff.pauseAfter(failuresInSuccession)));
    reasons.forEach(reason -> wakeUp.set(reason, now));
    if (tell) {
      listener.failed(
          failure instanceof SliceStoreException
              ? String.valueOf(failure.getMessage())
              : "defect: " + failure);
    }
  }

  private Instant in(Duration time) {
    return clock.instant().plus(time);
  }

  private final class Watch implements SliceStore.Watcher {

    @Override
    public void synced() {
      wakeUp.set(Reason.PUBLISH, clock.instant());
    }

    @Override
    public void written(ResourceSlice slice) {
      if (!ownWrites.watchSawWritten(slice)) {
        repairSoon();
      }
    }

    @Override
    public void deleted(ResourceSlice slice) {
      if (!ownWrites.watchSawDeleted(slice)) {
        repairSoon();
      }
    }

    @Override
    public void failed(String message) {
      if (!closed) {
        listener.failed("watching the ResourceSlices: " + message);
      }
    }

    private void repairSoon() {
      Instant soon = in(timings.repairDelay());
      wakeUp.set(Reason.REPAIR, repairs.next(soon));
    }
  }
}
