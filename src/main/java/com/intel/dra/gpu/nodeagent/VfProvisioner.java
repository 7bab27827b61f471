package com.intel.dra.gpu.nodeagent;

import com.intel.dra.gpu.api.GpuAllocationState;
import com.intel.dra.gpu.device.DeviceUid;
import com.intel.dra.gpu.device.Gpu;
import com.intel.dra.gpu.device.VfProfile;
import com.intel.dra.gpu.nodeagent.VfHostDecision.Situation;
import com.intel.dra.gpu.nodeagent.VfHostState.Failure;
import com.intel.dra.gpu.nodeagent.VfHostState.Making;
import com.intel.dra.gpu.nodeagent.VfHostState.MakingFailed;
import com.intel.dra.gpu.nodeagent.VfHostState.Refused;
import com.intel.dra.gpu.nodeagent.VfHostState.RemovalFailed;
import com.intel.dra.gpu.nodeagent.VfHostState.Removing;
import com.intel.dra.gpu.sysfs.EnabledVfs;
import com.intel.dra.gpu.sysfs.VfProvisioning;
import com.intel.dra.gpu.sysfs.VfRemoval;
import com.intel.dra.gpu.sysfs.VirtualFunctions;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/**
 * Makes the VFs that claims hold, and removes those that nobody holds any more. Decides anew each
 * time that the GAS is looked at; what it decides is in the GAS before the hardware is touched:
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

  private static final Duration FIRST_RETRY = Duration.ofSeconds(1);
  private static final Duration LAST_RETRY = Duration.ofMinutes(1);
  private static final int MAX_DOUBLINGS = 6;
  private static final Duration LOOK_AT_REFUSED = Duration.ofSeconds(10);
  private static final Duration LOOK_AT_MOST_EVERY = Duration.ofSeconds(1);

  private final VirtualFunctions virtualFunctions;
  private final VfHosts hosts;
  private final VfHostRecords records;
  private final NodeDevices devices;
  private final PreparedClaims prepared;
  private final DeviceMonitor monitor;
  private final GasInformer gasInformer;
  private final AgentConfig config;
  private final AgentMetrics metrics;
  private final InstantSource clock;

  @Inject
  VfProvisioner(
      VirtualFunctions virtualFunctions,
      VfHosts hosts,
      VfHostRecords records,
      NodeDevices devices,
      PreparedClaims prepared,
      DeviceMonitor monitor,
      GasInformer gasInformer,
      AgentConfig config,
      AgentMetrics metrics,
      InstantSource clock) {
    this.virtualFunctions = virtualFunctions;
    this.hosts = hosts;
    this.records = records;
    this.devices = devices;
    this.prepared = prepared;
    this.monitor = monitor;
    this.gasInformer = gasInformer;
    this.config = config;
    this.metrics = metrics;
    this.clock = clock;
  }

  /** Something to do on one GPU, and what went on there before it was decided. */
  private record Step(Gpu gpu, VfHostDecision decision, Optional<VfHostState> before) {}

  /**
   * What was decided on one state of the GAS. What the GAS should say follows it at once; the
   * hardware only after {@link #start}.
   */
  final class Round {

    private final List<Step> steps;

    private Round(List<Step> steps) {
      this.steps = steps;
    }

    /** The GAS says it, and nothing else had been written since the state that was decided on. */
    void start() {
      steps.forEach(step -> onItsOwnThread(step.gpu(), () -> carryOut(step)));
    }

    /** The GAS could not be written: nothing has been decided. */
    void abandon() {
      steps.forEach(step -> hosts.set(step.gpu().uid(), step.before()));
    }
  }

  /**
   * Decides what is to be done, of each GPU of which nothing is being done already.
   *
   * @throws IOException if the record of GPUs that were split cannot be written
   */
  Round decide(GpuAllocationState gas) throws IOException {
    Optional<List<Gpu>> known = devices.known();
    if (known.isEmpty() || !prepared.isComplete()) {
      return new Round(List.of());
    }
    // read before the lock is taken, since the kernel lets readers wait
    Map<Gpu, EnabledVfs> enabled = enabledVfs(known.get(), gas);
    if (!records.isComplete()) {
      records.completeFrom(madeBefore(enabled, VfHolders.of(gas, prepared.all().values())));
    }
    return hosts.locked(
        () -> {
          hosts.forgetAllBut(
              known.get().stream().map(Gpu::uid).collect(Collectors.toUnmodifiableSet()));
          var holders = VfHolders.of(gas, prepared.all().values());
          var steps = new ArrayList<Step>();
          enabled.forEach((gpu, count) -> decide(gpu, count, holders).ifPresent(steps::add));
          return new Round(steps);
        });
  }

  /** When to look again although nothing changes; empty when there is no need to. */
  Optional<Duration> lookAgainAfter() {
    Instant now = clock.instant();
    return hosts.states().values().stream()
        .filter(state -> !state.isBusy())
        .map(
            state ->
                state
                    .lastFailure()
                    .map(failure -> Duration.between(now, failure.retryAt()))
                    .orElse(LOOK_AT_REFUSED))
        .min(Duration::compareTo)
        .map(wait -> wait.compareTo(LOOK_AT_MOST_EVERY) < 0 ? LOOK_AT_MOST_EVERY : wait);
  }

  private Map<Gpu, EnabledVfs> enabledVfs(List<Gpu> known, GpuAllocationState gas) {
    Set<DeviceUid> hostsByOthers = new HashSet<>(VfHolders.of(gas, List.of()).vfs().keySet());
    known.forEach(device -> device.uid().parent().ifPresent(hostsByOthers::add));
    var enabled = new HashMap<Gpu, EnabledVfs>();
    for (Gpu gpu : known) {
      boolean concerned =
          gpu.maxVfs() > 0
              || hostsByOthers.contains(gpu.uid())
              || records.find(gpu.uid()).isPresent();
      boolean busy = hosts.state(gpu.uid()).filter(VfHostState::isBusy).isPresent();
      if (gpu.uid().parent().isEmpty() && concerned && !busy) {
        enabled.put(gpu, virtualFunctions.enabled(gpu.address()));
      }
    }
    return enabled;
  }

  /** Only this driver makes VFs that were planned. */
  private static Map<DeviceUid, MadeVfs> madeBefore(
      Map<Gpu, EnabledVfs> enabled, VfHolders holders) {
    var made = new HashMap<DeviceUid, MadeVfs>();
    enabled.forEach(
        (gpu, count) -> {
          if (count instanceof EnabledVfs.Count(int numVfs) && numVfs > 0) {
            holders.of(gpu.uid()).stream()
                .filter(vf -> !vf.profile().isEmpty())
                .findFirst()
                .ifPresent(
                    vf -> made.put(gpu.uid(), new MadeVfs(vf.profile(), vf.memoryMiB(), true)));
          }
        });
    return made;
  }

  private Optional<Step> decide(Gpu gpu, EnabledVfs enabled, VfHolders holders) {
    Optional<VfHostState> before = hosts.state(gpu.uid());
    if (before.filter(VfHostState::isBusy).isPresent()) {
      return Optional.empty(); // since it was read
    }
    List<HeldVf> held = holders.of(gpu.uid());
    VfHostDecision decision =
        switch (enabled) {
          case EnabledVfs.Count(int numVfs) ->
              VfHostDecision.on(
                  new Situation(
                      gpu,
                      held,
                      holders.areUsing(gpu.uid()),
                      numVfs,
                      records.find(gpu.uid()),
                      config.unownedVfs()));
          case EnabledVfs.Unknown(var cause) ->
              held.isEmpty()
                  ? new VfHostDecision.Nothing()
                  : new VfHostDecision.Refuse(
                      "the VFs of GPU %s are not known: %s".formatted(gpu.uid(), cause.message()));
        };
    return switch (decision) {
      case VfHostDecision.Nothing nothing -> {
        settle(gpu, before);
        yield Optional.empty();
      }
      case VfHostDecision.Refuse(String reason) -> {
        refuse(gpu, before, reason);
        yield Optional.empty();
      }
      case VfHostDecision.Forget forget -> {
        settle(gpu, before);
        forget(gpu);
        yield Optional.empty();
      }
      case VfHostDecision.Make make -> {
        SortedSet<Integer> indices =
            held.stream().map(HeldVf::index).collect(Collectors.toCollection(TreeSet::new));
        if (mustWait(before, indices)) {
          yield Optional.empty();
        }
        hosts.set(gpu.uid(), Optional.of(new Making(make.profile(), indices, failure(before))));
        yield Optional.of(new Step(gpu, make, before));
      }
      case VfHostDecision.Remove remove -> {
        if (mustWait(before, new TreeSet<>())) {
          yield Optional.empty();
        }
        hosts.set(gpu.uid(), Optional.of(new Removing(failure(before))));
        yield Optional.of(new Step(gpu, remove, before));
      }
    };
  }

  private static Optional<Failure> failure(Optional<VfHostState> before) {
    return before.flatMap(VfHostState::lastFailure);
  }

  /** After a failure, unless something else is wanted now. */
  private boolean mustWait(Optional<VfHostState> before, SortedSet<Integer> held) {
    boolean sameAgain =
        before
            .filter(
                state ->
                    state instanceof RemovalFailed
                        || (state instanceof MakingFailed failed && failed.held().equals(held)))
            .isPresent();
    return sameAgain
        && failure(before).filter(last -> clock.instant().isBefore(last.retryAt())).isPresent();
  }

  private void settle(Gpu gpu, Optional<VfHostState> before) {
    if (before.isPresent()) {
      hosts.set(gpu.uid(), Optional.empty());
    }
  }

  private void refuse(Gpu gpu, Optional<VfHostState> before, String reason) {
    Optional<VfHostState> refused = Optional.of(new Refused(reason));
    if (!before.equals(refused)) {
      hosts.set(gpu.uid(), refused);
      LOG.errorf("VFs that claims were given cannot be made: %s", reason);
    }
  }

  private void forget(Gpu gpu) {
    try {
      records.remove(gpu.uid());
      LOG.infof("The VFs of GPU %s are gone, and nobody needs them", gpu.uid());
    } catch (IOException e) {
      LOG.warnf("The record of the VFs of GPU %s could not be removed yet: %s", gpu.uid(), e);
    }
  }

  /**
   * A platform thread: the kernel keeps it inside one write for seconds, and a virtual thread would
   * keep from running what the kubelet waits for.
   */
  private static void onItsOwnThread(Gpu gpu, Runnable work) {
    Thread.ofPlatform().daemon().name("vfs-of-" + gpu.address()).start(work);
  }

  private void carryOut(Step step) {
    try {
      switch (step.decision()) {
        case VfHostDecision.Make make -> make(step, make);
        case VfHostDecision.Remove remove -> remove(step);
        case VfHostDecision.Nothing nothing -> {}
        case VfHostDecision.Forget forget -> {}
        case VfHostDecision.Refuse refuse -> {}
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // the agent ends; the record says what was begun
    } catch (RuntimeException e) {
      LOG.errorf(e, "Defect while changing the VFs of GPU %s", step.gpu().uid());
      switch (step.decision()) {
        case VfHostDecision.Make make -> makingFailed(step, make, "defect: " + e, true);
        default -> removalFailed(step, "defect: " + e);
      }
    }
  }

  private void make(Step step, VfHostDecision.Make make) throws InterruptedException {
    Gpu gpu = step.gpu();
    VfProfile profile = make.profile();
    LOG.infof("Making VFs of GPU %s: profile %s", gpu.uid(), profile.name());
    try {
      records.put(gpu.uid(), new MadeVfs(profile.name(), profile.memoryMiB(), false));
    } catch (IOException e) {
      makingFailed(step, make, unrecorded(e), make.removeFirst());
      return;
    }
    if (make.removeFirst()
        && virtualFunctions.remove(gpu.address()) instanceof VfRemoval.Failed(var cause)) {
      makingFailed(
          step, make, "VFs that are in the way could not be removed: " + cause.message(), true);
      return;
    }
    switch (virtualFunctions.provision(gpu, profile, make.atLeast())) {
      case VfProvisioning.Failed failed -> {
        if (!failed.leftSomething()) {
          forget(step, gpu);
        }
        makingFailed(step, make, failed.message(), failed.leftSomething());
      }
      case VfProvisioning.Done(int numVfs) -> made(step, make, numVfs);
    }
  }

  private void made(Step step, VfHostDecision.Make make, int numVfs) throws InterruptedException {
    Gpu gpu = step.gpu();
    VfProfile profile = make.profile();
    try {
      records.put(gpu.uid(), new MadeVfs(profile.name(), profile.memoryMiB(), true));
    } catch (IOException e) {
      makingFailed(step, make, unrecorded(e), true);
      return;
    }
    publishDevices();
    LOG.infof(
        "Made %d VFs of GPU %s: profile %s, %d MiB each",
        (Object) numVfs, gpu.uid(), profile.name(), profile.memoryMiB());
    metrics.vfsMade(true);
    finish(gpu, Optional.empty());
  }

  private void remove(Step step) throws InterruptedException {
    Gpu gpu = step.gpu();
    LOG.infof("Removing the VFs of GPU %s: nobody needs them", gpu.uid());
    try {
      // they may stay although the kernel counts 0
      MadeVfs made = records.find(gpu.uid()).orElse(new MadeVfs("", 0, false));
      records.put(gpu.uid(), new MadeVfs(made.profile(), made.memoryMiB(), false));
    } catch (IOException e) {
      removalFailed(step, unrecorded(e));
      return;
    }
    switch (virtualFunctions.remove(gpu.address())) {
      case VfRemoval.Failed(var cause) -> removalFailed(step, cause.message());
      case VfRemoval.Done() -> {
        try {
          records.remove(gpu.uid());
        } catch (IOException e) {
          removalFailed(step, unrecorded(e));
          return;
        }
        publishDevices();
        LOG.infof("Removed the VFs of GPU %s", gpu.uid());
        metrics.vfsRemoved(true);
        finish(gpu, Optional.empty());
      }
    }
  }

  /** Until the CDI spec and the agent's devices are what the hardware is, nothing is finished. */
  private void publishDevices() throws InterruptedException {
    while (!monitor.scan()) {
      Thread.sleep(config.rescanInterval());
    }
  }

  private void forget(Step step, Gpu gpu) {
    try {
      records.remove(gpu.uid());
    } catch (IOException e) {
      // the VFs are gone, so that it will be forgotten when nobody needs them
      LOG.debugf("%s: %s", step, e);
    }
  }

  private void makingFailed(
      Step step, VfHostDecision.Make make, String message, boolean leftSomething) {
    Failure failure = failureAfter(step.before(), message);
    if (isNew(step.before(), message)) {
      LOG.errorf(
          "The VFs of GPU %s could not be made, trying again: %s", step.gpu().uid(), message);
    }
    metrics.vfsMade(false);
    SortedSet<Integer> held =
        hosts
            .state(step.gpu().uid())
            .filter(Making.class::isInstance)
            .map(state -> ((Making) state).held())
            .orElseGet(TreeSet::new);
    finish(step.gpu(), Optional.of(new MakingFailed(failure, make.profile(), held, leftSomething)));
    monitor.scan();
  }

  private void removalFailed(Step step, String message) {
    Failure failure = failureAfter(step.before(), message);
    if (isNew(step.before(), message)) {
      LOG.errorf(
          "The VFs of GPU %s could not be removed, trying again; the GPU is not offered meanwhile: %s",
          step.gpu().uid(), message);
    }
    metrics.vfsRemoved(false);
    finish(step.gpu(), Optional.of(new RemovalFailed(failure)));
    monitor.scan();
  }

  private void finish(Gpu gpu, Optional<VfHostState> state) {
    hosts.set(gpu.uid(), state);
    gasInformer.reconcileSoon();
  }

  private static boolean isNew(Optional<VfHostState> before, String message) {
    return failure(before).filter(last -> last.message().equals(message)).isEmpty();
  }

  private Failure failureAfter(Optional<VfHostState> before, String message) {
    int attempts = failure(before).map(Failure::attempts).orElse(0) + 1;
    Duration wait = FIRST_RETRY.multipliedBy(1L << Math.min(attempts - 1, MAX_DOUBLINGS));
    return new Failure(
        message,
        attempts,
        clock.instant().plus(wait.compareTo(LAST_RETRY) < 0 ? wait : LAST_RETRY));
  }

  private static String unrecorded(IOException e) {
    return "the record of the GPU's VFs could not be written to the node's disk, see to its space and health: "
        + e;
  }
}
