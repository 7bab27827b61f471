package com.intel.dra.gpu.simulator.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.device.PciAddress;
import com.intel.dra.gpu.device.PciDeviceId;
import com.intel.dra.gpu.simulator.fuse.Answer;
import com.intel.dra.gpu.simulator.fuse.Errno;
import com.intel.dra.gpu.simulator.fuse.TreeEntry;
import com.intel.dra.gpu.simulator.topology.Fault;
import com.intel.dra.gpu.simulator.topology.FaultyWrites;
import com.intel.dra.gpu.simulator.topology.MemoryFile;
import com.intel.dra.gpu.simulator.topology.PciPlacement;
import com.intel.dra.gpu.simulator.topology.QuotaFiles;
import com.intel.dra.gpu.simulator.topology.SimulatedGpu;
import com.intel.dra.gpu.simulator.topology.Topology;
import com.intel.dra.gpu.sysfs.files.KernelDriver;
import com.intel.dra.kit.time.SleepingClock;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Runs without files and without waiting, because time is virtual. */
class SimulatedKernelTest {

  private static final SimulatedGpu FLEX = gpu("0000:b3:00.0", 4, KernelDriver.I915);
  private static final SimulatedGpu OTHER = gpu("0000:b4:00.0", 4, KernelDriver.XE);
  private static final String DEVICE = "devices/pci0000:b3/0000:b3:00.0";
  private static final String NUMVFS = DEVICE + "/sriov_numvfs";
  private static final String IOV = DEVICE + "/drm/card0/prelim_iov";

  /** The cards that have device nodes. */
  private static final class Nodes implements DrmDevices {
    final SortedSet<Integer> cards = Collections.synchronizedSortedSet(new TreeSet<>());
    boolean refusing;

    @Override
    public void make(PciPlacement placement) throws IOException {
      if (refusing) {
        throw new IOException("no");
      }
      assertThat(cards.add(placement.cardIndex())).isTrue();
    }

    @Override
    public void remove(PciPlacement placement) {
      assertThat(cards.remove(placement.cardIndex())).isTrue();
    }
  }

  private final VirtualTime time = new VirtualTime();
  private final Nodes nodes = new Nodes();
  private final List<String> log = Collections.synchronizedList(new ArrayList<>());
  private final SimulatedKernel kernel = new SimulatedKernel(time, nodes, log::add);

  private static SimulatedGpu gpu(String address, int maxVfs, KernelDriver driver) {
    return new SimulatedGpu(
        PciAddress.parse(address).orElseThrow(), new PciDeviceId("0x56c0"), 8192, maxVfs, driver);
  }

  @BeforeEach
  void addGpus() throws IOException {
    kernel.apply(new Topology(List.of(FLEX, OTHER)));
  }

  @Test
  void theControlGroupsStateTheMemoryOfTilesAndVfs() throws IOException {
    kernel.apply(
        new Topology(
            List.of(
                FLEX,
                new SimulatedGpu(
                    PciAddress.parse("0000:b5:00.0").orElseThrow(),
                    new PciDeviceId("0xe211"),
                    8192,
                    4,
                    KernelDriver.XE,
                    QuotaFiles.SRIOV_ADMIN,
                    2,
                    OptionalInt.empty(),
                    "pci0000:b5",
                    MemoryFile.DMEM_CAPACITY,
                    false))));
    String tiles = "drm/0000:b5:00.0/vram0 %1$d\ndrm/0000:b5:00.0/vram1 %1$d".formatted(4L << 30);
    assertThat(read("fs/cgroup/dmem.capacity")).isEqualTo(tiles);

    assertDone(write("devices/pci0000:b5/0000:b5:00.0/sriov_numvfs", 2));

    assertThat(read("fs/cgroup/dmem.capacity"))
        .isEqualTo(
            tiles
                + "\ndrm/0000:b5:00.1/vram0 %1$d\ndrm/0000:b5:00.2/vram0 %1$d".formatted(4L << 30));
    assertThat(list("devices/pci0000:b5/0000:b5:00.1/drm/card2"))
        .isNotEmpty()
        .doesNotContain("lmem_total_bytes");

    kernel.apply(new Topology(List.of(FLEX)));
    assertThat(kernel.find("fs")).as("as before Linux 6.14").isEmpty();
  }

  private void faults(Fault... faults) throws IOException {
    kernel.apply(new Topology(List.of(FLEX, OTHER), Map.of(FLEX.address(), List.of(faults))));
  }

  private Answer write(String path, Object text) {
    return kernel.write(path, text + "\n");
  }

  private void enable(int count) {
    assertDone(write(NUMVFS, count));
  }

  private static void assertDone(Answer answer) {
    assertThat(answer).isInstanceOf(Answer.Done.class);
  }

  private static void assertRefused(Answer answer, Errno errno) {
    assertThat(answer).isEqualTo(new Answer.Refused(errno));
  }

  private String read(String path) {
    return kernel.read(path) instanceof Answer.Done(String content)
        ? content.strip()
        : "nothing at " + path;
  }

  private List<String> list(String path) {
    return kernel.find(path).orElse(null) instanceof TreeEntry.Folder folder
        ? folder.children().keySet().stream().sorted().toList()
        : List.of();
  }

  private Optional<String> link(String path) {
    return kernel
        .find(path)
        .map(entry -> entry instanceof TreeEntry.Link(String target) ? target : "no link");
  }

  @Nested
  class Vfs {

    @Test
    void appearWithLinksDriverAndDrmNodesBeforeTheWriteReturns() {
      enable(2);

      assertThat(read(NUMVFS)).isEqualTo("2");
      assertThat(list(DEVICE)).contains("virtfn0", "virtfn1").doesNotContain("virtfn2");
      assertThat(link(DEVICE + "/virtfn1")).contains("../0000:b3:00.2");
      String vf = "devices/pci0000:b3/0000:b3:00.2";
      assertThat(link(vf + "/physfn")).contains("../0000:b3:00.0");
      assertThat(link(vf + "/driver")).contains("../../../bus/pci/drivers/i915");
      assertThat(list(vf + "/drm")).containsExactly("card3", "renderD131");
      assertThat(read(vf + "/drm/card3/dev")).isEqualTo("226:3");
      assertThat(read(vf + "/drm/card3/lmem_total_bytes")).isEqualTo("" + (4L << 30));
      assertThat(read(vf + "/sriov_totalvfs")).startsWith("nothing");
      assertThat(link("bus/pci/devices/0000:b3:00.2"))
          .contains("../../../devices/pci0000:b3/0000:b3:00.2");
      assertThat(link("class/drm/renderD131"))
          .contains("../../devices/pci0000:b3/0000:b3:00.2/drm/renderD131");
      assertThat(link(IOV + "/vf2/device")).contains("../../../../../0000:b3:00.2");
      assertThat(link(IOV + "/vf3/device")).isEmpty();
      assertThat(nodes.cards).containsExactly(0, 1, 2, 3);
      assertThat(time.sleeps()).containsExactly(VfSwitch.ENABLING);
    }

    @Test
    void vanishBeforeTheWriteReturnsAndLeaveNothing() {
      Optional<TreeEntry> before = kernel.find("");
      enable(4);

      enable(0);

      assertThat(kernel.find("")).isEqualTo(before);
      assertThat(nodes.cards).containsExactly(0, 1);
      assertThat(time.sleeps()).containsExactly(VfSwitch.ENABLING, VfSwitch.DISABLING);
    }

    @Test
    void getTheLowestFreeCards() throws IOException {
      kernel.apply(new Topology(List.of(OTHER)));
      assertDone(write("devices/pci0000:b4/0000:b4:00.0/sriov_numvfs", 2));

      assertThat(nodes.cards).containsExactly(0, 1, 2);
      kernel.apply(new Topology(List.of(OTHER, FLEX)));
      assertThat(kernel.gpus().getLast().cardIndex()).isEqualTo(3);
    }

    @Test
    void vanishWithTheirGpu() throws IOException {
      enable(3);

      kernel.apply(new Topology(List.of(OTHER)));

      assertThat(list("bus/pci/devices")).containsExactly("0000:b4:00.0");
      assertThat(nodes.cards).containsExactly(1);
    }

    @Test
    void stayWhenTheTopologyChangesElsewhere() throws IOException {
      enable(3);

      kernel.apply(new Topology(List.of(FLEX)));

      assertThat(read(NUMVFS)).isEqualTo("3");
      assertThat(nodes.cards).containsExactly(0, 2, 3, 4);
    }

    @Test
    void stayUnboundWithoutAutoprobe() {
      assertDone(write(DEVICE + "/sriov_drivers_autoprobe", "0"));

      enable(1);

      assertThat(list("devices/pci0000:b3/0000:b3:00.1"))
          .contains("physfn", "vendor")
          .doesNotContain("driver", "drm");
      assertThat(list("bus/pci/drivers/i915")).containsExactly("0000:b3:00.0");
    }

    @Test
    void haveAddressesThatNobodyElseHas() throws IOException {
      SimulatedGpu near = gpu("0000:b3:00.2", 0, KernelDriver.I915);
      kernel.apply(new Topology(List.of(FLEX, OTHER, near)));

      assertRefused(write(NUMVFS, 2), Errno.EEXIST);
      assertThat(read(NUMVFS)).isEqualTo("0");
      enable(1);
    }

    @Test
    void goOnToTheNextBus() throws IOException {
      SimulatedGpu last = gpu("0000:b5:1f.7", 4, KernelDriver.I915);
      SimulatedGpu end = gpu("0000:ff:1f.7", 4, KernelDriver.I915);
      kernel.apply(new Topology(List.of(last, end)));

      assertDone(write("devices/pci0000:b5/0000:b5:1f.7/sriov_numvfs", 1));
      assertThat(link("bus/pci/devices/0000:b6:00.0"))
          .contains("../../../devices/pci0000:b5/0000:b6:00.0");
      assertRefused(write("devices/pci0000:ff/0000:ff:1f.7/sriov_numvfs", 1), Errno.ENOMEM);
    }

    @Test
    void areThereWithoutDrmNodesWhenAllCardsAreTaken() throws IOException {
      SimulatedGpu large = gpu("0000:c0:00.0", 63, KernelDriver.I915);
      kernel.apply(new Topology(List.of(FLEX, OTHER, large)));

      assertDone(write("devices/pci0000:c0/0000:c0:00.0/sriov_numvfs", 63));

      assertThat(nodes.cards).hasSize(64);
      assertThat(list("devices/pci0000:c0/0000:c0:00.1/drm")).contains("card3");
      assertThat(list("devices/pci0000:c0/0000:c0:07.7")).contains("driver").doesNotContain("drm");
    }

    @Test
    void areThereWithoutDrmNodesWhereNoneCanBeMade() {
      nodes.refusing = true;

      enable(1);

      assertThat(list("devices/pci0000:b3/0000:b3:00.1")).contains("driver").doesNotContain("drm");
      assertThat(log).anyMatch(line -> line.contains("0000:b3:00.1 gets no device nodes"));
    }
  }

  @Test
  void quotasAreReadBackAndTakenFromTheSameGpu() {
    assertDone(write(IOV + "/vf1/gt/lmem_quota", 1 << 30));
    assertDone(write(IOV + "/vf1/gt/lmem_quota", 5));

    assertThat(read(IOV + "/vf1/gt/lmem_quota")).isEqualTo("" + (2 << 20));
    assertThat(read(IOV + "/pf/auto_provisioning")).isEqualTo("0");
    assertRefused(write(IOV + "/vf2/gt/lmem_quota", 8L << 30), Errno.ENOSPC);
    assertRefused(write(IOV + "/pf/auto_provisioning", "1"), Errno.ESTALE);
    assertThat(read("devices/pci0000:b4/0000:b4:00.0/sriov_admin/vf1/profile/vram_quota"))
        .isEqualTo("0");
  }

  @Test
  void everyRefusalIsSaidWithItsReason() {
    assertRefused(write(NUMVFS, 5), Errno.ERANGE);

    assertThat(log)
        .containsExactly(
            "0000:b3:00.0: sriov_numvfs=5: refused with ERANGE: at most 4 VFs are possible");
  }

  @Test
  void filesOfNoGpuCannotBeWritten() {
    assertRefused(write("devices/pci0000:b9/0000:b9:00.0/sriov_numvfs", 1), Errno.ENODEV);
    assertRefused(write(DEVICE + "/vendor", 1), Errno.ENODEV);
    assertRefused(write("devices", 1), Errno.ENODEV);
  }

  @Nested
  class Faults {

    @Test
    void refuseWritesForAWhile() throws IOException {
      faults(
          new Fault.Refuse(new FaultyWrites("sriov_numvfs", Optional.of("2"), 2), Errno.EBUSY),
          new Fault.Refuse(
              new FaultyWrites("vf3/gt/lmem_quota", Optional.empty(), FaultyWrites.ALL),
              Errno.ENOSPC));

      assertRefused(write(NUMVFS, 2), Errno.EBUSY);
      enable(1);
      enable(0);
      assertRefused(write(NUMVFS, 2), Errno.EBUSY);
      enable(2);
      enable(0);
      for (int i = 0; i < 3; i++) {
        assertRefused(write(IOV + "/vf3/gt/lmem_quota", 1), Errno.ENOSPC);
      }
      assertDone(write(IOV + "/vf2/gt/lmem_quota", 1));
    }

    @Test
    void countOnWhenOtherFaultsChange() throws IOException {
      Fault once =
          new Fault.Refuse(new FaultyWrites("sriov_numvfs", Optional.empty(), 1), Errno.EIO);
      faults(once);
      assertRefused(write(NUMVFS, 1), Errno.EIO);

      faults(new Fault.MissingVf(1), once);
      enable(1);
      enable(0);
      faults();
      faults(once);
      assertRefused(write(NUMVFS, 1), Errno.EIO);
    }

    @Test
    void swallowWrites() throws IOException {
      faults(new Fault.Ignore(new FaultyWrites("sriov_numvfs", Optional.empty(), 1)));

      enable(2);

      assertThat(read(NUMVFS)).isEqualTo("0");
      assertThat(nodes.cards).containsExactly(0, 1);
    }

    @Test
    void slowDownWritesAlsoThoseThatAreRefused() throws IOException {
      FaultyWrites all = new FaultyWrites("sriov_numvfs", Optional.empty(), FaultyWrites.ALL);
      faults(
          new Fault.Slow(all, Duration.ofSeconds(20)),
          new Fault.Refuse(new FaultyWrites("sriov_numvfs", Optional.empty(), 1), Errno.EIO));

      assertRefused(write(NUMVFS, 2), Errno.EIO);
      assertThat(time.sleeps()).containsExactly(Duration.ofSeconds(20));
      enable(2);
      assertThat(time.sleeps())
          .containsExactly(Duration.ofSeconds(20), Duration.ofSeconds(20), VfSwitch.ENABLING);
    }

    @Test
    void keepAVfAwayUntilTheyAreOver() throws IOException {
      faults(new Fault.MissingVf(2));

      enable(3);

      assertThat(list(DEVICE)).contains("virtfn0", "virtfn2").doesNotContain("virtfn1");
      assertThat(read(NUMVFS)).isEqualTo("3");
      faults();
      assertThat(list(DEVICE)).contains("virtfn1");
      assertThat(nodes.cards).containsExactly(0, 1, 2, 3, 4);
    }

    @Test
    void keepTheDriverFromComingUpOnAVfUntilTheyAreOver() throws IOException {
      faults(new Fault.VfWithoutDrm(1));

      enable(2);

      assertThat(list("devices/pci0000:b3/0000:b3:00.1")).contains("driver").doesNotContain("drm");
      assertThat(list("devices/pci0000:b3/0000:b3:00.2/drm")).contains("card2");
      faults();
      assertThat(list("devices/pci0000:b3/0000:b3:00.1/drm")).contains("card3");
    }

    @Test
    void letDrmNodesComeLate() throws IOException {
      faults(new Fault.LateDrm(Duration.ofSeconds(5)));
      enable(2);
      String drm = "devices/pci0000:b3/0000:b3:00.1/drm";

      time.pass(Duration.ofMillis(4_999));
      assertThat(list(drm)).isEmpty();
      assertThat(nodes.cards).containsExactly(0, 1);
      time.pass(Duration.ofMillis(1));
      assertThat(list(drm)).containsExactly("card2", "renderD130");
      assertThat(nodes.cards).containsExactly(0, 1, 2, 3);
    }

    @Test
    void showSurvivabilityAtRunTimeAndHideItAgain() throws IOException {
      faults(new Fault.Survivability(Fault.Survivability.Type.RUNTIME));

      assertThat(read(DEVICE + "/survivability_mode"))
          .isEqualTo("Survivability mode type: Runtime");
      assertThat(list(DEVICE + "/drm")).containsExactly("card0", "renderD128");
      assertThat(nodes.cards).containsExactly(0, 1);

      faults();
      assertThat(list(DEVICE)).contains("drm").doesNotContain("survivability_mode");
    }

    @Test
    void takeTheDrmNodesWithSurvivabilitySinceBootAndGiveThemBack() throws IOException {
      faults(new Fault.Survivability(Fault.Survivability.Type.BOOT));

      assertThat(read(DEVICE + "/survivability_mode")).isEqualTo("Survivability mode type: Boot");
      assertThat(list(DEVICE)).contains("driver").doesNotContain("drm");
      assertThat(list("class/drm")).containsExactly("card1", "renderD129");
      assertThat(nodes.cards).containsExactly(1);

      faults();
      assertThat(list(DEVICE + "/drm")).containsExactly("card0", "renderD128");
      assertThat(nodes.cards).containsExactly(0, 1);
    }

    @Test
    void letAGpuInSurvivabilityVanishLikeAnyOther() throws IOException {
      faults(new Fault.Survivability(Fault.Survivability.Type.BOOT));

      kernel.apply(new Topology(List.of(OTHER)));

      assertThat(list(DEVICE)).isEmpty();
      assertThat(nodes.cards).containsExactly(1);
    }

    @Test
    void letDisabledVfsStayUntilTheyAreOver() throws IOException {
      faults(new Fault.StayingVfs());
      enable(2);

      enable(0);

      assertThat(read(NUMVFS)).isEqualTo("0");
      assertThat(list(DEVICE)).contains("virtfn0", "virtfn1");
      assertRefused(write(NUMVFS, 1), Errno.EBUSY);
      faults();
      assertThat(list(DEVICE)).doesNotContain("virtfn0", "virtfn1");
      assertThat(nodes.cards).containsExactly(0, 1);
      enable(1);
    }
  }

  @Test
  void aFaultThatEndsWhileVfsAreBeingDisabledHoldsNothingBack() throws Exception {
    CountDownLatch disabling = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    SleepingClock slow =
        new SleepingClock() {
          @Override
          public long nanoTime() {
            return 0;
          }

          @Override
          public void sleep(Duration duration) throws InterruptedException {
            if (duration.equals(VfSwitch.DISABLING)) {
              disabling.countDown();
              goOn.await();
            }
          }
        };
    Nodes slowNodes = new Nodes();
    SimulatedKernel slowKernel = new SimulatedKernel(slow, slowNodes, log::add);
    slowKernel.apply(
        new Topology(List.of(FLEX), Map.of(FLEX.address(), List.of(new Fault.StayingVfs()))));
    assertDone(slowKernel.write(NUMVFS, "2"));
    CompletableFuture<Answer> writer =
        CompletableFuture.supplyAsync(() -> slowKernel.write(NUMVFS, "0"));
    assertThat(disabling.await(30, TimeUnit.SECONDS)).isTrue();

    slowKernel.apply(new Topology(List.of(FLEX)));
    goOn.countDown();
    assertDone(writer.get(30, TimeUnit.SECONDS));

    assertThat(slowKernel.find(DEVICE + "/virtfn0")).isEmpty();
    assertThat(slowNodes.cards).containsExactly(0);
  }

  @Test
  void whoeverReadsTheCountWaitsWhileItChangesAndNobodyElseDoes() throws Exception {
    CountDownLatch sleeping = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    SleepingClock slow =
        new SleepingClock() {
          @Override
          public long nanoTime() {
            return 0;
          }

          @Override
          public void sleep(Duration duration) throws InterruptedException {
            sleeping.countDown();
            goOn.await();
          }
        };
    SimulatedKernel slowKernel = new SimulatedKernel(slow, new Nodes(), log::add);
    slowKernel.apply(new Topology(List.of(FLEX, OTHER)));

    CompletableFuture<Answer> writer =
        CompletableFuture.supplyAsync(() -> slowKernel.write(NUMVFS, "2"));
    assertThat(sleeping.await(30, TimeUnit.SECONDS)).isTrue();
    CompletableFuture<Answer> reader = CompletableFuture.supplyAsync(() -> slowKernel.read(NUMVFS));

    assertThat(slowKernel.read(IOV + "/vf1/gt/lmem_quota")).isEqualTo(new Answer.Done("0\n"));
    assertThat(slowKernel.write("devices/pci0000:b4/0000:b4:00.0/numa_node", "-1"))
        .isInstanceOf(Answer.Done.class);
    assertThat(reader).isNotDone();
    assertThat(writer).isNotDone();
    goOn.countDown();
    assertThat(reader.get(30, TimeUnit.SECONDS)).isEqualTo(new Answer.Done("2\n"));
    assertThat(writer.get(30, TimeUnit.SECONDS)).isInstanceOf(Answer.Done.class);
  }
}
