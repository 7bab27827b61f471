package com.intel.dra.gpu.nodeagent;

import com.intel.dra.gpu.api.GpuAllocationState;
import com.intel.dra.gpu.device.DeviceUid;
import com.intel.dra.gpu.device.Gpu;
import com.intel.dra.gpu.nodeagent.VfHostDecision.Situation;
import com.intel.dra.gpu.nodeagent.VfHostState.Making;
import com.intel.dra.gpu.nodeagent.VfHostState.MakingFailed;
import com.intel.dra.gpu.nodeagent.VfHostState.Occupied;
import com.intel.dra.gpu.nodeagent.VfHostState.Refused;
import com.intel.dra.gpu.nodeagent.VfHostState.RemovalFailed;
import com.intel.dra.gpu.nodeagent.VfHostState.Removing;
import com.intel.dra.gpu.nodeagent.VfHostState.Unknown;
import com.intel.dra.gpu.sysfs.EnabledVfs;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/**
 * Has the VFs made that claims hold, and those removed that nobody holds any more. Decides anew
 * each time that the GAS is looked at; what it decides is in the GAS before the hardware is
 * touched:
 *
 * <ul>
 *   <li>VFs that are to be made are offered first. The controller adds no VFs to a GPU that has
 *       some and gives no such GPU away, and a write that it decided on before conflicts.
 *   <li>VFs that are to be removed, and their GPU, are offered no more until they are gone.
 * </ul>
 */
@Singleton
class VfProvisioner {

  private static final Logger LOG = Logger.getLogger(VfProvisioner.class);

  private static final Duration LOOK_AT_UNCHANGED = Duration.ofSeconds(10);
  private static final Duration LOOK_AT_MOST_EVERY = Duration.ofSeconds(1);

  private final VfSurvey survey;
  private final VfWork work;
  private final VfThreads threads;
  private final VfHosts hosts;
  private final VfHostRecords records;
  private final VfFailures failures;
  private final NodeDevices devices;
  private final PreparedClaims prepared;
  private final GasInformer gasInformer;
  private final AgentConfig config;
  private final AgentMetrics metrics;
  private final InstantSource clock;

  private final UselessAttempts useless;

  /**
   * The GPUs that have VFs of others in place of ours, whose quotas may be left. In memory only: an
   * agent that starts meanwhile leaves them until it makes VFs there. Guarded by the lock of {@link
   * VfHosts}.
   */
  private final Set<DeviceUid> replaced = new HashSet<>();

  /** The GPUs of which {@link VfHosts} tells whether their VFs can be offered. */
  private volatile Set<DeviceUid> lookedAt = Set.of();

  @Inject
  VfProvisioner(
      VfSurvey survey,
      VfWork work,
      VfThreads threads,
      VfHosts hosts,
      VfHostRecords records,
      VfFailures failures,
      NodeDevices devices,
      PreparedClaims prepared,
      GasInformer gasInformer,
      AgentConfig config,
      AgentMetrics metrics,
      InstantSource clock) {
    this.survey = survey;
    this.work = work;
    this.threads = threads;
    this.hosts = hosts;
    this.records = records;
    this.failures = failures;
    this.devices = devices;
    this.prepared = prepared;
    this.gasInformer = gasInformer;
    this.config = config;
    this.metrics = metrics;
    this.clock = clock;
    this.useless = new UselessAttempts(clock);
  }

  /** Something to do on one GPU, and what went on there before it was decided. */
  private sealed interface Step {

    Gpu gpu();

    Optional<VfHostState> before();

    record Make(
        Gpu gpu,
        VfHostDecision.Make decision,
        SortedSet<Integer> held,
        Optional<VfHostState> before)
        implements Step {}

    record Remove(Gpu gpu, Optional<VfHostState> before) implements Step {}
  }

  /**
   * What was decided on one state of the GAS. What the GAS should say follows it at once; the
   * hardware only after {@link #start}.
   */
  final class Round {

    private final List<Step> steps;

    private Round(List<Step> steps) {
      this.steps = steps;
    }

    /** What is to be written when the GAS seems to say it all already; empty if nothing begins. */
    Optional<String> confirmation(GpuAllocationState gas) {
      return steps.isEmpty() ? Optional.empty() : Optional.of(GasPatch.confirming(gas));
    }

    /** The GAS says it, and nothing else had been written since the state that was decided on. */
    void start() {
      steps.forEach(VfProvisioner.this::start);
    }

    /** The GAS could not be written: nothing has been decided. */
    void abandon() {
      steps.forEach(step -> hosts.set(step.gpu().uid(), step.before()));
    }
  }

  /**
   * Decides what is to be done, of each GPU of which nothing is being done already.
   *
   * @throws IOException if the record of GPUs that were split was lost and cannot be written
   */
  Round decide(GpuAllocationState gas) throws IOException {
    Optional<List<Gpu>> found = devices.known();
    if (found.isEmpty() || !prepared.isComplete()) {
      return new Round(List.of());
    }
    List<Gpu> known = found.get();
    Map<Gpu, VfSight> seen = survey.look(known, VfHolders.of(gas, prepared.all().values()));
    return hosts.locked(
        () -> {
          Set<DeviceUid> here =
              known.stream().map(Gpu::uid).collect(Collectors.toUnmodifiableSet());
          hosts.forgetAllBut(here);
          useless.forgetAllBut(here);
          // once more: what is prepared changes until the lock is taken
          var holders = VfHolders.of(gas, prepared.all().values());
          forgetVfsOfGpusWithoutDriver(here, holders);
          seen.forEach((gpu, sight) -> compareWithRecord(gpu, sight, holders));
          var steps = new ArrayList<Step>();
          seen.forEach((gpu, sight) -> decide(gpu, sight, holders, known).ifPresent(steps::add));
          addLookedAt(seen.keySet(), known);
          return new Round(steps);
        });
  }

  /**
   * Whether what {@link VfHosts} tells of each GPU is founded: until then one whose VFs somebody
   * else uses, or that does not answer, seems to be free, also one that appears later. What the GAS
   * is needed for, this does not wait for: it looks itself, and begins nothing.
   *
   * @return false before the first discovery, and while only the GAS can tell whose VFs there are
   */
  boolean haveBeenLookedAt() {
    Optional<List<Gpu>> known = devices.known();
    return known.isPresent() && (notLookedAt(known.get()).isEmpty() || lookWithoutGas(known.get()));
  }

  private List<Gpu> notLookedAt(List<Gpu> known) {
    Set<DeviceUid> looked = lookedAt;
    return known.stream()
        .filter(device -> device.uid().parent().isEmpty() && !looked.contains(device.uid()))
        .toList();
  }

  /** Leaves out those that are gone: when they are back they are looked at again. */
  private void addLookedAt(Set<Gpu> seen, List<Gpu> known) {
    Set<DeviceUid> before = lookedAt;
    lookedAt =
        known.stream()
            // of one that is being worked on VfHosts tells already
            .filter(
                gpu ->
                    seen.contains(gpu)
                        || before.contains(gpu.uid())
                        || hosts.state(gpu.uid()).isPresent())
            .map(Gpu::uid)
            .collect(Collectors.toUnmodifiableSet());
  }

  private boolean lookWithoutGas(List<Gpu> known) {
    var holders = VfHolders.of(prepared.all().values());
    Map<Gpu, VfSight> seen = survey.onlyLook(notLookedAt(known), holders);
    boolean onRecord = prepared.isComplete() && records.isComplete();
    if (!onRecord && !seen.values().stream().allMatch(VfProvisioner::hasNone)) {
      return false;
    }
    return hosts.locked(
        () -> {
          seen.forEach((gpu, sight) -> compareWithRecord(gpu, sight, holders));
          seen.forEach(
              (gpu, sight) -> {
                if (!lookedAt.contains(gpu.uid())) {
                  withholdUnlessUsable(gpu, sight, holders, known);
                }
              });
          addLookedAt(seen.keySet(), known);
          return notLookedAt(known).isEmpty();
        });
  }

  private static boolean hasNone(VfSight sight) {
    return sight.enabled() instanceof EnabledVfs.Count(int numVfs) && numVfs == 0;
  }

  private void withholdUnlessUsable(Gpu gpu, VfSight sight, VfHolders holders, List<Gpu> known) {
    Optional<VfHostState> before = hosts.state(gpu.uid());
    switch (VfHostDecision.on(situation(gpu, sight, holders, known))) {
      case VfHostDecision.LeaveToOthers leave -> settle(gpu, before, Optional.of(new Occupied()));
      case VfHostDecision.Withhold(String reason) -> withhold(gpu, before, reason);
      // what is to be done is decided when the GAS is looked at
      case VfHostDecision.Nothing _,
          VfHostDecision.Make _,
          VfHostDecision.Remove _,
          VfHostDecision.Refuse _ -> {}
    }
  }

  /** When to look again although nothing changes; empty when there is no need to. */
  Optional<Duration> lookAgainAfter() {
    Instant now = clock.instant();
    return Stream.concat(
            hosts.states().values().stream()
                .filter(state -> !state.isBusy())
                .map(
                    state ->
                        state
                            .lastFailure()
                            .map(failure -> Duration.between(now, failure.retryAt()))
                            .orElse(LOOK_AT_UNCHANGED)),
            Stream.of(failures.untilNextIsTriedAgain(), useless.untilNext())
                .flatMap(Optional::stream))
        .min(Duration::compareTo)
        .map(wait -> wait.compareTo(LOOK_AT_MOST_EVERY) < 0 ? LOOK_AT_MOST_EVERY : wait);
  }

  private Optional<Step> decide(Gpu gpu, VfSight sight, VfHolders holders, List<Gpu> known) {
    Optional<VfHostState> before = hosts.state(gpu.uid());
    if (before.filter(MakingFailed.class::isInstance).isPresent()) {
      failures.failed(gpu.uid()); // as long as somebody waits for them, and a while longer
    }
    List<HeldVf> held = holders.of(gpu.uid());
    VfHostDecision decision = VfHostDecision.on(situation(gpu, sight, holders, known));
    boolean isWork =
        decision instanceof VfHostDecision.Make || decision instanceof VfHostDecision.Remove;
    if (!isWork) {
      useless.forget(gpu.uid());
    }
    return switch (decision) {
      case VfHostDecision.Nothing nothing -> {
        settle(gpu, before, Optional.empty());
        yield Optional.empty();
      }
      case VfHostDecision.LeaveToOthers leave -> {
        settle(gpu, before, Optional.of(new Occupied()));
        yield Optional.empty();
      }
      case VfHostDecision.Withhold(String reason) -> {
        withhold(gpu, before, reason);
        yield Optional.empty();
      }
      case VfHostDecision.Refuse(String reason) -> {
        if (settle(gpu, before, Optional.of(new Refused(reason)))) {
          LOG.errorf("VFs that claims were given cannot be made: %s", reason);
        }
        yield Optional.empty();
      }
      case VfHostDecision.Make make -> {
        SortedSet<Integer> indices =
            held.stream().map(HeldVf::index).collect(Collectors.toCollection(TreeSet::new));
        if (mustWait(gpu, before, indices)) {
          yield Optional.empty();
        }
        hosts.set(gpu.uid(), Optional.of(new Making(make.profile(), indices, failure(before))));
        yield Optional.of(new Step.Make(gpu, make, indices, before));
      }
      case VfHostDecision.Remove remove -> {
        if (mustWait(gpu, before, new TreeSet<>())) {
          yield Optional.empty();
        }
        hosts.set(gpu.uid(), Optional.of(new Removing(failure(before))));
        yield Optional.of(new Step.Remove(gpu, before));
      }
    };
  }

  private Situation situation(Gpu gpu, VfSight sight, VfHolders holders, List<Gpu> known) {
    return new Situation(
        gpu,
        holders.of(gpu.uid()),
        holders.areUsing(gpu.uid()),
        sight,
        known.stream().anyMatch(device -> device.uid().parent().equals(Optional.of(gpu.uid()))),
        records.find(gpu.uid()).filter(made -> !sight.areOthersThan(made)),
        config.unownedVfs());
  }

  private void withhold(Gpu gpu, Optional<VfHostState> before, String reason) {
    if (settle(gpu, before, Optional.of(new Unknown(reason)))) {
      LOG.errorf("GPU %s is not offered: %s", gpu.uid(), reason);
    }
  }

  private static Optional<AttemptFailure> failure(Optional<VfHostState> before) {
    return before.flatMap(VfHostState::lastFailure);
  }

  /** After a failure, unless something else is wanted now, and after an attempt of no use. */
  private boolean mustWait(Gpu gpu, Optional<VfHostState> before, SortedSet<Integer> held) {
    if (useless.mustWait(gpu.uid())) {
      return true;
    }
    boolean sameAgain =
        before
            .filter(
                state ->
                    state instanceof RemovalFailed
                        || (state instanceof MakingFailed failed && failed.held().equals(held)))
            .isPresent();
    return sameAgain && failure(before).filter(last -> !last.isDue(clock.instant())).isPresent();
  }

  /** Returns whether that is news. */
  private boolean settle(Gpu gpu, Optional<VfHostState> before, Optional<VfHostState> now) {
    if (before.equals(now)) {
      return false;
    }
    if (before.filter(Unknown.class::isInstance).isPresent()
        && now.filter(Unknown.class::isInstance).isEmpty()) {
      LOG.infof("GPU %s answers again", gpu.uid());
    }
    hosts.set(gpu.uid(), now);
    return true;
  }

  private void forget(DeviceUid gpu) {
    try {
      records.remove(gpu);
      LOG.infof("The VFs of GPU %s are gone, and nobody needs them", gpu);
    } catch (IOException e) {
      LOG.warnf("The record of the VFs of GPU %s could not be removed yet: %s", gpu, e);
    }
  }

  /**
   * A record speaks of certain VFs: it is dropped when there are others, which somebody else made,
   * and where it does not know yet which, it is told. What was written for ours is still there
   * then, and is taken back when the others are gone.
   */
  private void compareWithRecord(Gpu gpu, VfSight sight, VfHolders holders) {
    try {
      Optional<MadeVfs> recorded = records.find(gpu.uid());
      if (recorded.isPresent()) {
        compare(gpu, sight, recorded.get());
      } else if (replaced.contains(gpu.uid()) && hasNone(sight) && !holders.areUsing(gpu.uid())) {
        records.put(gpu.uid(), new MadeVfs("", 0, false, sight.identity()));
        replaced.remove(gpu.uid());
      }
    } catch (IOException e) {
      LOG.warnf("The record of the VFs of GPU %s could not be changed yet: %s", gpu.uid(), e);
    }
  }

  private void compare(Gpu gpu, VfSight sight, MadeVfs made) throws IOException {
    if (sight.areOthersThan(made)) {
      records.removeIfStill(gpu.uid(), made);
      replaced.add(gpu.uid());
      LOG.warnf(
          "GPU %s has other VFs than those that this driver made: they are taken for an"
              + " administrator's",
          gpu.uid());
    } else if (made.identity().isEmpty() && !sight.identity().isEmpty()) {
      records.replaceIfStill(gpu.uid(), made, Optional.of(made.withIdentity(sight.identity())));
    }
  }

  /** The driver took the VFs with it; while claims hold some, the record says how to make them. */
  private void forgetVfsOfGpusWithoutDriver(Set<DeviceUid> here, VfHolders holders) {
    records.now().byGpu().keySet().stream()
        .flatMap(uid -> DeviceUid.parse(uid).stream())
        .filter(gpu -> !here.contains(gpu) && holders.of(gpu).isEmpty())
        .filter(gpu -> hosts.state(gpu).isEmpty() && work.isWithoutDriver(gpu))
        .forEach(this::forget);
  }

  private void start(Step step) {
    try {
      threads.start(step.gpu(), () -> carryOut(step));
    } catch (RuntimeException | OutOfMemoryError e) { // there is no thread to be had
      boolean remains =
          switch (step) {
            case Step.Make make -> make.decision().remains() != VfHostDecision.Remains.NOTHING;
            case Step.Remove _ -> true;
          };
      finish(
          step,
          new VfWork.Outcome.Failed("no thread could be started for it: " + e, remains),
          Duration.ZERO);
    }
  }

  private void carryOut(Step step) {
    Gpu gpu = step.gpu();
    VfWork.Outcome outcome;
    long begin = System.nanoTime();
    try {
      outcome =
          switch (step) {
            case Step.Make make -> {
              LOG.infof("Making VFs of GPU %s: %s", gpu.uid(), make.decision().profile().name());
              yield work.make(gpu, make.decision());
            }
            case Step.Remove remove -> {
              LOG.infof("Removing the VFs of GPU %s: nobody needs them", gpu.uid());
              yield work.remove(gpu);
            }
          };
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // the agent ends; the record says what was begun
      return;
    } catch (RuntimeException | LinkageError | VirtualMachineError e) {
      // or the GPU would seem to be at work for ever
      LOG.errorf(e, "Defect while changing the VFs of GPU %s", gpu.uid());
      outcome = new VfWork.Outcome.Failed("defect: " + e, true);
    }
    finish(step, outcome, Duration.ofNanos(System.nanoTime() - begin));
  }

  private void finish(Step step, VfWork.Outcome outcome, Duration took) {
    Gpu gpu = step.gpu();
    if (outcome instanceof VfWork.Outcome.Obsolete) {
      useless.add(gpu.uid());
    } else {
      useless.forget(gpu.uid());
      boolean success = !(outcome instanceof VfWork.Outcome.Failed);
      switch (step) {
        case Step.Make make -> metrics.vfsMade(success, took);
        case Step.Remove remove -> metrics.vfsRemoved(success, took);
      }
    }
    Optional<VfHostState> after =
        switch (outcome) {
          case VfWork.Outcome.Made(int numVfs) -> {
            LOG.infof("Made %d VFs of GPU %s", numVfs, gpu.uid());
            failures.succeeded(gpu.uid());
            yield Optional.empty();
          }
          case VfWork.Outcome.Removed() -> {
            LOG.infof("Removed the VFs of GPU %s", gpu.uid());
            yield Optional.empty();
          }
          case VfWork.Outcome.Obsolete() -> {
            LOG.infof(
                "The VFs of GPU %s stay as they are: they, or who uses them, are others by now",
                gpu.uid());
            yield step.before();
          }
          case VfWork.Outcome.Failed(String message, boolean left) ->
              Optional.of(failed(step, message, left));
        };
    hosts.set(gpu.uid(), after);
    gasInformer.reconcileSoon();
  }

  private VfHostState failed(Step step, String message, boolean leftSomething) {
    Optional<AttemptFailure> previous = failure(step.before());
    boolean news = previous.filter(last -> last.message().equals(message)).isEmpty();
    AttemptFailure failure = AttemptFailure.after(previous, message, clock.instant());
    return switch (step) {
      case Step.Make make -> {
        if (news) {
          LOG.errorf(
              "The VFs of GPU %s could not be made, trying again: %s", make.gpu().uid(), message);
        }
        failures.failed(make.gpu().uid());
        yield new MakingFailed(failure, make.decision().profile(), make.held(), leftSomething);
      }
      case Step.Remove remove -> {
        if (news) {
          LOG.errorf(
              "The VFs of GPU %s could not be removed, trying again; the GPU is not offered"
                  + " meanwhile: %s",
              remove.gpu().uid(), message);
        }
        yield new RemovalFailed(failure);
      }
    };
  }
}
