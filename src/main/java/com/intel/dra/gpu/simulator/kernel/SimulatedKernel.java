package com.intel.dra.gpu.simulator.kernel;

import com.intel.dra.gpu.device.PciAddress;
import com.intel.dra.gpu.simulator.fuse.Answer;
import com.intel.dra.gpu.simulator.fuse.Errno;
import com.intel.dra.gpu.simulator.fuse.ServedFiles;
import com.intel.dra.gpu.simulator.fuse.TreeEntry;
import com.intel.dra.gpu.simulator.topology.Fault;
import com.intel.dra.gpu.simulator.topology.PciPlacement;
import com.intel.dra.gpu.simulator.topology.PlacedGpu;
import com.intel.dra.gpu.simulator.topology.SimulatedGpu;
import com.intel.dra.gpu.simulator.topology.Topology;
import com.intel.dra.gpu.simulator.topology.TopologyChange;
import com.intel.dra.gpu.sysfs.files.SysfsLayout;
import com.intel.dra.kit.time.SleepingClock;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.SequencedMap;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Simulates the kernel for a set of GPUs. It shows the GPUs in a tree and carries out what {@link
 * SriovRules} decides about each write, with the kernel's delays and the configured {@link Fault}s.
 *
 * <p>As in the kernel, a write to {@code sriov_numvfs} returns when all is done, and readers of
 * that file wait until then; everything else continues meanwhile.
 */
public final class SimulatedKernel implements ServedFiles {

  /** Makes and removes device nodes. */
  public interface DrmDevices {

    void make(PciPlacement placement) throws IOException;

    void remove(PciPlacement placement) throws IOException;
  }

  /** The delay in drivers/pci/iov.c before VFs are added. */
  static final Duration ENABLING = Duration.ofMillis(100);

  /** The delay in drivers/pci/iov.c after VFs were removed. */
  static final Duration DISABLING = Duration.ofSeconds(1);

  /** Cards beyond this number have no minor number in the classic ranges. */
  private static final int CARDS = 64;

  /** A GPU. Everything but the locks is guarded by the kernel's monitor. */
  private static final class Pf {
    final PlacedGpu placed;
    final Map<String, PfFile> files;

    /** Held while VFs are made or removed. */
    final ReentrantLock device = new ReentrantLock();

    /** Held during every write; of the two locks, this one is taken second. */
    final ReentrantLock provisioning = new ReentrantLock();

    final FaultSwitch faults = new FaultSwitch(RandomGenerator.getDefault());
    PfState state;
    List<VisibleVf> vfs = List.of();
    boolean changingVfs;
    long enabledAt;
    Optional<Fault.Survivability.Type> survivability = Optional.empty();
    private Optional<PfState> shownState = Optional.empty();
    private Optional<Fault.Survivability.Type> shownSurvivability = Optional.empty();
    private List<VisibleVf> shownVfs = List.of();
    private List<KernelTree.PciFunction> shown = List.of();

    Pf(PlacedGpu placed) {
      this.placed = placed;
      this.state = PfState.initial(placed.gpu());
      this.files = files(placed);
    }

    /** Computed again only after a change, because most writes are to one GPU of many. */
    List<KernelTree.PciFunction> functions() {
      if (shownState.filter(shown -> shown == state).isEmpty()
          || shownVfs != vfs
          || !shownSurvivability.equals(survivability)) {
        shown = KernelTree.functions(device());
        shownState = Optional.of(state);
        shownSurvivability = survivability;
        shownVfs = vfs;
      }
      return shown;
    }

    KernelTree.Device device() {
      return new KernelTree.Device(placed.placement(), state, vfs, survivability);
    }

    boolean isSettled() {
      return vfs.size() == state.numVfs()
          && vfs.stream().allMatch(vf -> !vf.bound() || vf.cardIndex().isPresent());
    }

    boolean vfsLeft() {
      return state.numVfs() == 0 && !vfs.isEmpty();
    }
  }

  private final SleepingClock clock;
  private final DrmDevices devices;
  private final Consumer<String> log;
  private final SequencedMap<PciAddress, Pf> pfs = new LinkedHashMap<>();
  private OptionalLong nextCatchUp = OptionalLong.empty();
  private volatile TreeEntry.Folder root = KernelTree.root(List.of());

  /**
   * @param log receives every change and every refusal, in one line each
   */
  public SimulatedKernel(SleepingClock clock, DrmDevices devices, Consumer<String> log) {
    this.clock = clock;
    this.devices = devices;
    this.log = log;
  }

  private static Map<String, PfFile> files(PlacedGpu placed) {
    Map<String, PfFile> files = new HashMap<>();
    files.put(SysfsLayout.NUMA_NODE, new PfFile.NumaNode());
    SimulatedGpu gpu = placed.gpu();
    if (gpu.maxVfs() > 0) {
      files.put(SysfsLayout.SRIOV_NUMVFS, new PfFile.NumVfs());
      files.put(SysfsLayout.SRIOV_DRIVERS_AUTOPROBE, new PfFile.DriversAutoprobe());
    }
    KernelTree.quotaTree(gpu, placed.placement())
        .ifPresent(
            tree -> {
              files.put(
                  tree + "/" + SysfsLayout.PRELIM_IOV_PF + "/" + SysfsLayout.AUTO_PROVISIONING,
                  new PfFile.AutoProvisioning());
              for (VfQuota quota : VfQuota.of(gpu)) {
                files.put(
                    tree + "/" + quota.folder(gpu) + "/" + quota.kind().fileName(),
                    new PfFile.OfQuota(quota));
              }
            });
    return files;
  }

  // --- which GPUs there are

  public synchronized List<PlacedGpu> gpus() {
    return pfs.values().stream().map(pf -> pf.placed).toList();
  }

  /**
   * Removes GPUs together with their VFs, and adds GPUs, until they match the topology. GPUs that
   * are in both are not touched, but get the faults of the new topology.
   *
   * @throws IOException if a device node cannot be made, or no card number is free
   */
  public synchronized TopologyChange apply(Topology topology) throws IOException {
    List<PlacedGpu> vanished = new ArrayList<>();
    for (Pf pf : List.copyOf(pfs.values())) {
      if (!topology.gpus().contains(pf.placed.gpu())) {
        pfs.remove(pf.placed.gpu().address());
        vanished.add(pf.placed);
        publish();
        removeNodes(pf, pf.vfs);
        if (pf.device().hasDrm()) {
          devices.remove(pf.placed.placement());
        }
      }
    }
    List<PlacedGpu> appeared = new ArrayList<>();
    for (SimulatedGpu gpu : topology.gpus()) {
      if (!pfs.containsKey(gpu.address())) {
        PlacedGpu placed =
            new PlacedGpu(
                gpu,
                lowestFreeCard(List.of())
                    .orElseThrow(
                        () ->
                            new IOException(
                                "no card number is free for %s: there are %d cards, VFs included"
                                    .formatted(gpu.address(), CARDS))));
        devices.make(placed.placement());
        pfs.put(gpu.address(), new Pf(placed));
        appeared.add(placed);
      }
    }
    for (Pf pf : pfs.values()) {
      pf.faults.set(topology.faults().getOrDefault(pf.placed.gpu().address(), List.of()));
      setSurvivability(pf, pf.faults.survivability());
    }
    publish();
    catchUp();
    return new TopologyChange(vanished, appeared);
  }

  /**
   * The device nodes exist whenever the tree shows them: they are made before and removed after.
   */
  private void setSurvivability(Pf pf, Optional<Fault.Survivability.Type> now) throws IOException {
    if (now.equals(pf.survivability)) {
      return;
    }
    Optional<Fault.Survivability.Type> before = pf.survivability;
    boolean hadDrm = pf.device().hasDrm();
    pf.survivability = now;
    boolean hasDrm = pf.device().hasDrm();
    if (hasDrm && !hadDrm) {
      try {
        devices.make(pf.placed.placement());
      } catch (IOException e) {
        pf.survivability = before;
        throw e;
      }
    }
    publish();
    if (hadDrm && !hasDrm) {
      devices.remove(pf.placed.placement());
    }
    log.accept(
        "%s: %s"
            .formatted(
                pf.placed.gpu().address(),
                now.map(type -> "survivability mode, type " + type.word())
                    .orElse("no survivability mode any more")));
  }

  /** Carries out what has become due. Called before every look at the tree, so it must be cheap. */
  public synchronized void settle() {
    if (nextCatchUp.isPresent() && clock.nanoTime() - nextCatchUp.getAsLong() >= 0) {
      catchUp();
    }
  }

  /** Adds late DRM nodes, and carries out what a fault no longer holds back. */
  private void catchUp() {
    boolean changed = false;
    for (Pf pf : pfs.values()) {
      if (pf.changingVfs || pf.isSettled()) {
        continue;
      }
      if (pf.vfsLeft() && !pf.faults.vfsStay()) {
        List<VisibleVf> gone = pf.vfs;
        pf.vfs = List.of();
        publish();
        removeNodes(pf, gone);
        log.accept("%s: the VFs that had stayed are gone".formatted(pf.placed.gpu().address()));
      }
      List<VisibleVf> due = appear(pf, pf.state.numVfs());
      if (!due.equals(pf.vfs)) {
        pf.vfs = due;
        changed = true;
      }
    }
    if (changed) {
      publish();
    }
    nextCatchUp = pfs.values().stream().flatMapToLong(pf -> lateDrm(pf).stream()).min();
  }

  /**
   * The time at which the DRM nodes of a PF's VFs will appear; empty if they exist or the time has
   * passed.
   */
  private OptionalLong lateDrm(Pf pf) {
    long at = pf.enabledAt + pf.faults.drmDelay().toNanos();
    return pf.isSettled() || clock.nanoTime() - at >= 0
        ? OptionalLong.empty()
        : OptionalLong.of(at);
  }

  // --- reading

  @Override
  public Optional<TreeEntry> find(String path) {
    settle();
    TreeEntry entry = root;
    if (!path.isEmpty()) {
      for (String name : path.split("/")) {
        if (!(entry instanceof TreeEntry.Folder folder) || folder.children().get(name) == null) {
          return Optional.empty();
        }
        entry = folder.children().get(name);
      }
    }
    return Optional.of(entry);
  }

  @Override
  public Answer read(String path) {
    Optional<Target> target = target(path);
    if (target.isPresent() && target.get().file instanceof PfFile.NumVfs) {
      ReentrantLock device = target.get().pf.device;
      try {
        device.lockInterruptibly();
      } catch (InterruptedException e) {
        return new Answer.Refused(Errno.EINTR);
      }
      device.unlock();
    }
    return find(path)
        .map(
            entry ->
                entry instanceof TreeEntry.Attribute(String content, boolean any)
                    ? new Answer.Done(content + "\n")
                    : new Answer.Refused(Errno.EISDIR))
        .orElseGet(() -> new Answer.Refused(Errno.ENODEV)); // as sysfs does for files that are gone
  }

  // --- writing

  private record Target(Pf pf, String path, PfFile file) {}

  private synchronized Optional<Target> target(String path) {
    String[] names = path.split("/", 4);
    if (names.length < 4) {
      return Optional.empty();
    }
    String relative = names[3];
    return PciAddress.parse(names[2])
        .map(pfs::get)
        .flatMap(
            pf ->
                Optional.ofNullable(pf.files.get(relative))
                    .map(file -> new Target(pf, relative, file)));
  }

  @Override
  public Answer write(String path, String text) {
    settle();
    return target(path)
        .map(target -> write(target, text))
        .orElseGet(() -> new Answer.Refused(Errno.ENODEV));
  }

  private Answer write(Target target, String text) {
    boolean numVfs = target.file instanceof PfFile.NumVfs;
    try {
      if (numVfs) {
        target.pf.device.lockInterruptibly();
      }
      try {
        target.pf.provisioning.lockInterruptibly();
        try {
          return writeLocked(target, text);
        } finally {
          target.pf.provisioning.unlock();
        }
      } finally {
        if (numVfs) {
          target.pf.device.unlock();
        }
      }
    } catch (InterruptedException e) {
      return new Answer.Refused(Errno.EINTR);
    }
  }

  private Answer writeLocked(Target target, String text) throws InterruptedException {
    FaultSwitch.Effect effect;
    synchronized (this) {
      effect = target.pf.faults.onWrite(target.path, text);
    }
    if (effect.delay().isPositive()) {
      clock.sleep(effect.delay());
    }
    if (effect.instead().isPresent()) {
      return switch (effect.instead().get()) {
        case FaultSwitch.Refuse(Errno errno) ->
            refuse(target, text, errno, "a fault in the topology file says so");
        case FaultSwitch.Nothing() -> {
          say(target, text, "ignored, because a fault in the topology file says so");
          yield new Answer.Done("");
        }
      };
    }
    Pf pf = target.pf;
    SriovRules.Decision decision;
    synchronized (this) {
      if (!isThere(pf)) {
        return new Answer.Refused(Errno.ENODEV);
      }
      decision = SriovRules.write(pf.state, target.file, text, pf.vfsLeft());
      if (decision instanceof SriovRules.Changed(PfState next)) {
        pf.state = next;
        publish();
      }
    }
    return switch (decision) {
      case SriovRules.Refused(Errno errno, String why) -> refuse(target, text, errno, why);
      case SriovRules.Changed any -> new Answer.Done("");
      case SriovRules.Enabled(PfState next) -> enable(target, text, next);
      case SriovRules.Disabled(PfState next) -> disable(target, text, next);
    };
  }

  private Answer enable(Target target, String text, PfState next) throws InterruptedException {
    Pf pf = target.pf;
    PciAddress address = pf.placed.gpu().address();
    for (int number = 1; number <= next.numVfs(); number++) {
      Optional<PciAddress> vf = VfAddresses.of(address, number);
      if (vf.isEmpty()) {
        return refuse(target, text, Errno.ENOMEM, "there is no bus for VF " + number);
      }
      if (isTaken(vf.get())) {
        return refuse(target, text, Errno.EEXIST, "another function is at " + vf.get());
      }
    }
    clock.sleep(ENABLING);
    synchronized (this) {
      if (!isThere(pf)) {
        return new Answer.Refused(Errno.ENODEV);
      }
      pf.state = next;
      pf.enabledAt = clock.nanoTime();
      pf.vfs = appear(pf, next.numVfs());
      publish();
      nextCatchUp = OptionalLong.of(pf.enabledAt);
    }
    say(target, text, "%d VFs enabled".formatted(next.numVfs()));
    return new Answer.Done("");
  }

  private Answer disable(Target target, String text, PfState next) throws InterruptedException {
    Pf pf = target.pf;
    boolean stay;
    synchronized (this) {
      stay = pf.faults.vfsStay();
      pf.changingVfs = true;
      if (!stay) {
        List<VisibleVf> gone = pf.vfs;
        pf.vfs = List.of();
        publish();
        removeNodes(pf, gone);
      }
    }
    try {
      clock.sleep(DISABLING);
    } finally {
      synchronized (this) {
        pf.state = next;
        pf.changingVfs = false;
        publish();
        nextCatchUp = OptionalLong.of(clock.nanoTime());
      }
    }
    say(target, text, stay ? "VFs disabled, but a fault lets them stay" : "VFs disabled");
    return new Answer.Done("");
  }

  private boolean isThere(Pf pf) {
    return pfs.get(pf.placed.gpu().address()) == pf;
  }

  private synchronized boolean isTaken(PciAddress address) {
    return pfs.containsKey(address)
        || pfs.values().stream()
            .flatMap(pf -> pf.vfs.stream())
            .anyMatch(vf -> vf.address().equals(address));
  }

  /** The VFs that should be visible now; those that the PF already shows are returned unchanged. */
  private List<VisibleVf> appear(Pf pf, int count) {
    if (pf.state.numVfs() == 0) {
      return pf.vfs;
    }
    boolean drmIsDue =
        clock.nanoTime() - pf.enabledAt >= pf.faults.drmDelay().toNanos() && pf.state.autoprobe();
    List<VisibleVf> seen = new ArrayList<>();
    Map<Integer, VisibleVf> before =
        pf.vfs.stream().collect(Collectors.toMap(VisibleVf::number, vf -> vf));
    for (int number = 1; number <= count; number++) {
      VisibleVf vf = before.get(number);
      if (vf == null && !pf.faults.isMissing(number)) {
        PciAddress address = VfAddresses.of(pf.placed.gpu().address(), number).orElseThrow();
        vf = new VisibleVf(number, address, pf.state.autoprobe(), OptionalInt.empty());
      }
      if (vf == null) {
        continue;
      }
      boolean wanted = vf.bound() && drmIsDue && !pf.faults.isWithoutDrm(number);
      seen.add(vf.cardIndex().isEmpty() && wanted ? withNodes(pf, seen, vf) : vf);
    }
    return List.copyOf(seen);
  }

  /**
   * Gives the VF a card. If no number is free or no node can be made, the VF stays without one, as
   * if its driver did not start.
   */
  private VisibleVf withNodes(Pf pf, List<VisibleVf> newOnes, VisibleVf vf) {
    OptionalInt card = lowestFreeCard(newOnes);
    if (card.isEmpty()) {
      return vf;
    }
    try {
      devices.make(new PciPlacement(vf.address(), pf.placed.gpu().driver(), card.getAsInt()));
      return vf.withCard(card.getAsInt());
    } catch (IOException e) {
      log.accept("%s gets no device nodes: %s".formatted(vf.address(), e));
      return vf;
    }
  }

  private void removeNodes(Pf pf, List<VisibleVf> vfs) {
    for (VisibleVf vf : vfs) {
      vf.cardIndex()
          .ifPresent(
              card -> {
                try {
                  devices.remove(new PciPlacement(vf.address(), pf.placed.gpu().driver(), card));
                } catch (IOException e) {
                  log.accept(
                      "the device nodes of %s could not be removed: %s".formatted(vf.address(), e));
                }
              });
    }
  }

  private OptionalInt lowestFreeCard(List<VisibleVf> more) {
    Set<Integer> taken =
        Stream.of(
                pfs.values().stream().map(pf -> pf.placed.cardIndex()),
                cards(pfs.values().stream().flatMap(pf -> pf.vfs.stream())),
                cards(more.stream()))
            .flatMap(cards -> cards)
            .collect(Collectors.toSet());
    return IntStream.range(0, CARDS).filter(card -> !taken.contains(card)).findFirst();
  }

  private static Stream<Integer> cards(Stream<VisibleVf> vfs) {
    return vfs.flatMap(vf -> vf.cardIndex().stream().boxed());
  }

  private void publish() {
    root = KernelTree.root(pfs.values().stream().flatMap(pf -> pf.functions().stream()).toList());
  }

  private Answer refuse(Target target, String text, Errno errno, String why) {
    say(target, text, "refused with " + errno + ": " + why);
    return new Answer.Refused(errno);
  }

  private void say(Target target, String text, String what) {
    log.accept(
        "%s: %s=%s: %s"
            .formatted(target.pf.placed.gpu().address(), target.path, text.strip(), what));
  }
}
