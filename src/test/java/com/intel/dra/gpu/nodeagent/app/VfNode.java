package com.intel.dra.gpu.nodeagent.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.intel.dra.gpu.allocation.Allocator;
import com.intel.dra.gpu.allocation.Decision;
import com.intel.dra.gpu.allocation.Device;
import com.intel.dra.gpu.allocation.DeviceRequest;
import com.intel.dra.gpu.allocation.DeviceSelector;
import com.intel.dra.gpu.allocation.DeviceShare;
import com.intel.dra.gpu.allocation.NodeInventory;
import com.intel.dra.gpu.allocation.Placement;
import com.intel.dra.gpu.allocation.Policy;
import com.intel.dra.gpu.allocation.SearchBudget;
import com.intel.dra.gpu.api.AllocatedDevice;
import com.intel.dra.gpu.api.ClaimAllocation;
import com.intel.dra.gpu.api.GpuAllocationState;
import com.intel.dra.gpu.api.ResourceHandle;
import com.intel.dra.gpu.device.DeviceType;
import com.intel.dra.gpu.device.DeviceUid;
import com.intel.dra.gpu.device.Gpu;
import com.intel.dra.gpu.device.PciDeviceId;
import com.intel.dra.gpu.mode.DraMode;
import com.intel.dra.gpu.nodeagent.config.TestingConfig;
import com.intel.dra.gpu.nodeagent.config.UnownedVfsSetting;
import com.intel.dra.gpu.nodeagent.devices.VfHostState;
import com.intel.dra.gpu.nodeagent.gas.GasStore;
import com.intel.dra.gpu.nodeagent.gas.TestingGasInformer;
import com.intel.dra.gpu.nodeagent.gas.TestingGasStore;
import com.intel.dra.gpu.nodeagent.life.TestingLeaseStore;
import com.intel.dra.gpu.nodeagent.life.TheOnlyAgent;
import com.intel.dra.gpu.nodeagent.prepare.TestingStructuredClaims;
import com.intel.dra.gpu.nodeagent.state.BootId;
import com.intel.dra.gpu.nodeagent.vfs.VfThreads;
import com.intel.dra.gpu.sysfs.sriov.FakeKernel;
import com.intel.dra.gpu.sysfs.sriov.FakeKernel.Driver;
import com.intel.dra.gpu.sysfs.sriov.VirtualFunctions;
import com.intel.dra.kit.kubelet.api.PrepareResult;
import com.intel.dra.kit.kubelet.api.UnprepareResult;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.stream.Stream;

/**
 * A node with a fake kernel, its agent, and a controller that places claims with the real
 * allocator. Tests reconcile with {@link #settle}.
 */
@SuppressWarnings("NullAway.Init") // the tests start it
public final class VfNode {

  public final FakeKernel kernel;
  public final List<Gpu> gpus = new ArrayList<>();
  public final TestingGasStore gas;
  private final TestingConfig config;
  private final Map<String, List<AllocatedDevice>> claims = new HashMap<>();
  private final boolean stepByStep;

  /** Work on the hardware that the agent has decided and not begun. */
  private final Queue<Runnable> pending = new ArrayDeque<>();

  /** In structured DRA, the claims with the scheduler's results. */
  public final TestingStructuredClaims structuredClaims = new TestingStructuredClaims();

  private final DraMode mode;
  private ProcessLife processLife = ProcessLife.untilItIsOver();
  private int boots = 1;
  private volatile Instant now = Instant.EPOCH;
  public TestingGasInformer informer;
  public AgentParts agent;

  /** Makes a node whose agent works on the hardware in its own threads. */
  public VfNode(Path root, UnownedVfsSetting unowned) throws IOException {
    this(root, unowned, false, DraMode.CLASSIC);
  }

  /**
   * Makes a node whose agent works on the hardware only in {@link #work}, in the thread of the
   * test.
   */
  public static VfNode stepByStep(Path root) throws IOException {
    return stepByStep(root, DraMode.CLASSIC);
  }

  public static VfNode stepByStep(Path root, DraMode mode) throws IOException {
    return new VfNode(root, UnownedVfsSetting.ADOPT, true, mode);
  }

  private VfNode(Path root, UnownedVfsSetting unowned, boolean stepByStep, DraMode mode)
      throws IOException {
    this.stepByStep = stepByStep;
    this.mode = mode;
    kernel = new FakeKernel(root.resolve("sys"));
    config =
        TestingConfig.below(root)
            .withHost(kernel.root(), Path.of("/dev"))
            .withUnownedVfs(unowned)
            .withPrepareWait(Duration.ZERO);
    gas = new TestingGasStore(config);
  }

  public Gpu add(Driver driver, int bus, String model, int memoryMiB, int maxVfs)
      throws IOException {
    Gpu gpu = kernel.add(driver, bus, new PciDeviceId(model), memoryMiB, maxVfs, 1);
    gpus.add(gpu);
    return gpu;
  }

  public Path sysfs(Gpu gpu, String file) {
    return kernel.root().resolve("bus/pci/devices/" + gpu.address()).resolve(file);
  }

  public Gpu flex170(int bus) throws IOException {
    return add(Driver.I915, bus, "0x56c0", 16_384, 8);
  }

  public void start() throws IOException {
    start(config);
  }

  /** Starts an agent that may be killed; the caller gets the {@link ProcessLife.AgentDied}. */
  void start(ProcessLife limited) throws IOException {
    processLife = limited;
    start(config.withRoot(processLife.disk(config.root())), processLife.apiServer(gas, config));
  }

  public void start(TestingConfig settings) throws IOException {
    processLife = ProcessLife.untilItIsOver();
    start(settings, gas);
  }

  private void start(TestingConfig settings, GasStore store) throws IOException {
    pending.clear();
    informer = new TestingGasInformer(settings);
    agent =
        new AgentParts(
            settings,
            store,
            informer,
            new TheOnlyAgent(),
            new TestingLeaseStore(),
            boot(),
            new VirtualFunctions(kernel.root(), processLife.sysfs(kernel), kernel),
            stepByStep ? (gpu, work) -> pending.add(work) : VfThreads.PLATFORM,
            () -> now,
            mode,
            structuredClaims);
    agent.listed.all = structuredClaims.byName::values;
    assertThat(agent.monitor.scan()).isTrue();
    if (mode == DraMode.STRUCTURED) {
      agent.metadata.removeLeftovers();
    }
    agent.desired.setServing(true);
  }

  public BootId boot() {
    return new BootId("boot-" + boots);
  }

  public TestingConfig config() {
    return config;
  }

  /** Reboots the node: VFs and containers are gone afterwards. */
  public void reboot() throws IOException {
    finishWork();
    kernel.reboot();
    boots++;
    start();
  }

  public Instant now() {
    return now;
  }

  public void pass(Duration time) {
    now = now.plus(time);
  }

  // --- the operator

  public UpdateControl<GpuAllocationState> reconcile() {
    return reconcile(gas.now());
  }

  public UpdateControl<GpuAllocationState> reconcile(GpuAllocationState seen) {
    try {
      return agent.reconciler.reconcile(seen);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  public boolean isIdle() {
    return agent.hosts.states().values().stream().noneMatch(VfHostState::isBusy);
  }

  /**
   * Does the next piece of work on the hardware. If the agent dies of it, starts the agent again,
   * unless its {@link ProcessLife} was limited.
   *
   * @return false if there was no work
   */
  public boolean work() {
    Runnable next = pending.poll();
    if (next == null) {
      return false;
    }
    try {
      next.run();
    } catch (ProcessLife.AgentDied e) {
      if (processLife.hasEnded()) {
        throw e;
      }
      try {
        start();
      } catch (IOException cause) {
        throw new AssertionError(cause);
      }
    }
    return true;
  }

  private void finishWork() {
    if (stepByStep) {
      while (work()) {}
    } else {
      await().pollInterval(Duration.ofMillis(1)).until(this::isIdle);
    }
  }

  /** Runs until nothing more happens by itself; does not wait for later retries. */
  public void settle() {
    String before = "";
    while (true) {
      reconcile();
      finishWork();
      agent.monitor.scan();
      String after =
          "%s %d %s"
              .formatted(
                  gas.now().getMetadata().getResourceVersion(),
                  informer.signals,
                  agent.hosts.states());
      if (after.equals(before)) {
        return;
      }
      before = after;
    }
  }

  // --- the controller

  /** Places a claim on the node as the GAS describes it; false if the claim does not fit. */
  public boolean allocate(String claim, DeviceType type, int count, int memoryMiB) {
    Decision decision =
        Allocator.place(
            inventory(),
            List.of(new DeviceRequest(claim, type, count, memoryMiB, DeviceSelector.EVERY_DEVICE)),
            Policy.FIRST,
            new SearchBudget());
    if (!(decision instanceof Placement placement)) {
      return false;
    }
    List<AllocatedDevice> devices =
        placement.shares().getOrDefault(claim, List.of()).stream().map(VfNode::allocated).toList();
    claims.put(claim, devices);
    gas.allocate(claim, new ClaimAllocation(devices, ""));
    return true;
  }

  public boolean allocateVfs(String claim, int count, int memoryMiB) {
    return allocate(claim, DeviceType.VF, count, memoryMiB);
  }

  public void release(String claim) {
    claims.remove(claim);
    gas.release(claim);
  }

  /**
   * Writes claims that are allocated and missing in the GAS into the GAS again, as the controller's
   * audit does.
   */
  public void putBackLostRecords() {
    claims.forEach(
        (claim, devices) -> {
          if (!gas.now().getSpec().resourceClaimAllocations().containsKey(claim)) {
            gas.allocate(claim, new ClaimAllocation(devices, ""));
          }
        });
  }

  public List<AllocatedDevice> devicesOf(String claim) {
    return claims.getOrDefault(claim, List.of());
  }

  public Map<String, List<AllocatedDevice>> claims() {
    return Map.copyOf(claims);
  }

  private NodeInventory inventory() {
    var spec = gas.now().getSpec();
    var devices = new ArrayList<Device>();
    spec.allocatable()
        .forEach(
            (uid, device) ->
                devices.add(
                    new Device(
                        DeviceUid.parse(uid).orElseThrow(),
                        device.memory(),
                        device.maxVfs(),
                        device.equalShares())));
    var held = new HashMap<String, List<DeviceShare>>();
    var prepared = new HashMap<String, List<DeviceShare>>();
    spec.prepared().forEach((uid, list) -> prepared.put(uid, shares(list)));
    spec.resourceClaimAllocations()
        .forEach((uid, allocation) -> held.put(uid, shares(allocation.gpus())));
    return new NodeInventory("node1", devices, held, prepared);
  }

  private static List<DeviceShare> shares(List<AllocatedDevice> devices) {
    return devices.stream()
        .map(
            device ->
                new DeviceShare(
                    DeviceUid.parse(device.uid()).orElseThrow(),
                    device.memory(),
                    Optional.of(device.profile()).filter(name -> !name.isEmpty())))
        .toList();
  }

  private static AllocatedDevice allocated(DeviceShare share) {
    return new AllocatedDevice(
        share.memoryMiB(),
        share.uid().parent().map(DeviceUid::toString).orElse(""),
        share.profile().orElse(""),
        share.type().wireName(),
        share.uid().toString());
  }

  // --- the kubelet

  public PrepareResult prepare(String claim) {
    return agent.preparation.prepare(
        AgentFixtures.claim(claim), Optional.of(new ResourceHandle(devicesOf(claim)).encode()));
  }

  public String prepareError(String claim) {
    return prepareErrorFor(claim, devicesOf(claim));
  }

  public String prepareErrorFor(String claim, List<AllocatedDevice> devices) {
    PrepareResult result =
        agent.preparation.prepare(
            AgentFixtures.claim(claim), Optional.of(new ResourceHandle(devices).encode()));
    assertThat(result).isInstanceOf(PrepareResult.Failed.class);
    return ((PrepareResult.Failed) result).message();
  }

  public void prepared(String claim) {
    assertThat(prepare(claim))
        .isEqualTo(
            PrepareResult.Prepared.classic(
                devicesOf(claim).stream().map(device -> "intel.com/gpu=" + device.uid()).toList()));
  }

  public void unprepare(String claim) {
    assertThat(agent.preparation.unprepare(AgentFixtures.claim(claim)))
        .isEqualTo(new UnprepareResult.Unprepared());
  }

  // --- the true state

  public List<String> offered() {
    return List.copyOf(gas.now().getSpec().allocatable().keySet());
  }

  public List<String> offeredVfs(Gpu gpu) {
    return offered().stream().filter(uid -> uid.startsWith(gpu.uid() + "-vf")).toList();
  }

  /**
   * Checks what holds at every moment, whatever is in progress, against the kernel, the GAS and the
   * CDI spec.
   */
  public void assertNobodyIsHarmed() {
    List<String> cdi = cdiDevices();
    List<AllocatedDevice> prepared =
        agent.prepared.all().values().stream().flatMap(claim -> claim.devices().stream()).toList();
    List<AllocatedDevice> all =
        Stream.concat(
                prepared.stream(),
                gas.now().getSpec().resourceClaimAllocations().values().stream()
                    .flatMap(allocation -> allocation.gpus().stream()))
            .toList();
    for (Gpu gpu : gpus) {
      String uid = gpu.uid().toString();
      List<AllocatedDevice> held = vfsOf(uid, all);
      assertThat(!held.isEmpty() && all.stream().anyMatch(device -> device.uid().equals(uid)))
          .as("%s is held as a GPU and as VFs", uid)
          .isFalse();
      agent.hosts.state(gpu.uid()).ifPresent(state -> assertAnnounced(gpu, state, held));
      List<Long> memory = kernel.memoryOfVfs(gpu);
      assertThat(vfsOf(uid, prepared))
          .allMatch(vf -> index(vf) < memory.size(), "a prepared VF exists")
          .allMatch(vf -> memory.get(index(vf)) >= (long) vf.memory() << 20, "and has its memory")
          .allMatch(vf -> cdi.contains(vf.uid()), "and is in CDI");
      assertThat(memory.stream().mapToLong(bytes -> bytes).sum())
          .as("quotas within %s", uid)
          .isLessThanOrEqualTo((long) gpu.memoryMiB() << 20);
    }
  }

  private static List<AllocatedDevice> vfsOf(String gpuUid, List<AllocatedDevice> devices) {
    return devices.stream().filter(device -> device.uid().startsWith(gpuUid + "-vf")).toList();
  }

  private static int index(AllocatedDevice vf) {
    return DeviceUid.parse(vf.uid()).orElseThrow().vfIndex().orElseThrow();
  }

  /**
   * Checks that the GAS announces all work that was begun on the hardware, so that no plan was
   * overlooked.
   */
  private void assertAnnounced(Gpu gpu, VfHostState state, List<AllocatedDevice> held) {
    switch (state) {
      case VfHostState.Making making -> {
        assertThat(held)
            .as("VFs of %s that are held are being made", gpu.uid())
            .allMatch(vf -> making.held().contains(index(vf)));
        assertThat(offered())
            .containsAll(
                making.held().stream().map(index -> gpu.uid().vf(index).toString()).toList());
      }
      case VfHostState.Removing removing -> {
        assertThat(held).as("VFs of %s that are removed are nobody's", gpu.uid()).isEmpty();
        assertThat(offered()).noneMatch(uid -> uid.startsWith(gpu.uid().toString()));
      }
      case VfHostState.MakingFailed failed -> {}
      case VfHostState.RemovalFailed failed -> {}
      case VfHostState.Refused refused -> {}
      case VfHostState.Occupied occupied -> {}
      case VfHostState.Unknown unknown -> {}
    }
  }

  /** Checks everything that always holds when nothing is in progress. */
  public void assertAgreement() {
    assertThat(agent.hosts.states()).as("nothing is going on").isEmpty();
    assertNobodyIsHarmed();
    GpuAllocationState state = gas.now();
    List<AllocatedDevice> all =
        Stream.concat(
                agent.prepared.all().values().stream().flatMap(claim -> claim.devices().stream()),
                state.getSpec().resourceClaimAllocations().values().stream()
                    .flatMap(allocation -> allocation.gpus().stream()))
            .toList();
    var expected = new ArrayList<String>();
    for (Gpu gpu : gpus) {
      int numVfs = kernel.numVfs(gpu);
      List<AllocatedDevice> held = vfsOf(gpu.uid().toString(), all);
      expected.add(gpu.uid().toString());
      for (int index = 0; index < numVfs; index++) {
        expected.add(gpu.uid().vf(index).toString());
      }
      if (held.isEmpty()) {
        assertThat(kernel.isPlain(gpu)).as("no VF without an owner on %s", gpu.uid()).isTrue();
        assertThat(agent.records.find(gpu.uid())).isEmpty();
      } else {
        assertThat(held).allMatch(vf -> index(vf) < numVfs, "exists");
        List<Long> memory = kernel.memoryOfVfs(gpu);
        assertThat(held)
            .allMatch(vf -> memory.get(index(vf)) >= (long) vf.memory() << 20, "has its memory");
      }
    }
    assertThat(state.getSpec().allocatable().keySet())
        .containsExactlyInAnyOrderElementsOf(expected);
    assertThat(cdiDevices()).containsExactlyInAnyOrderElementsOf(expected);
  }

  public List<String> cdiDevices() {
    try {
      return Files.readString(config.cdiRoot().resolve("intel.com-gpu.yaml"))
          .lines()
          .filter(line -> line.contains("name: \""))
          .map(line -> line.replaceAll(".*name: \"(.*)\".*", "$1"))
          .toList();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
