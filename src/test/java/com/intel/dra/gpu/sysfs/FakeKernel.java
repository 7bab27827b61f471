package com.intel.dra.gpu.sysfs;

import com.intel.dra.gpu.device.DeviceUid;
import com.intel.dra.gpu.device.DrmNodes;
import com.intel.dra.gpu.device.Gpu;
import com.intel.dra.gpu.device.PciAddress;
import com.intel.dra.gpu.device.PciDeviceId;
import com.intel.dra.gpu.device.VfProfiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A sysfs tree of plain files that reacts to writes to its SR-IOV files as the kernel does: with
 * the PCI core's rules for {@code sriov_numvfs}, and those of i915's and xe's quotas. Tests can
 * switch faults on. Time passes only during waits.
 */
public final class FakeKernel implements AttributeWriter, WaitClock {

  /** The interface that the driver of a GPU offers to an administrator. */
  public enum Driver {
    I915("i915"),
    /** With {@code vram_quota}: Linux 7.0. */
    XE("xe"),
    /** With {@code sriov_admin} and without {@code vram_quota}: Linux 6.19. */
    XE_WITHOUT_VRAM_QUOTA("xe"),
    /** Without {@code sriov_admin}. */
    OLD_XE("xe");

    private final String sysfsName;

    Driver(String sysfsName) {
      this.sysfsName = sysfsName;
    }
  }

  /** What the kernel does once instead of the right thing. */
  private record Fault(String fileEnd, String value, String errno) {}

  /** Called before or after a write, without a lock, so that other things can happen meanwhile. */
  @FunctionalInterface
  public interface WriteHook {

    /**
     * @param write in the form of {@link #writes}
     */
    void at(String write) throws IOException;
  }

  private static final class Pf {
    final Driver driver;
    final Gpu gpu;
    final Path device;
    final int tiles;
    final Map<Integer, PciAddress> vfs = new TreeMap<>();
    List<Path> quotaFiles = List.of();
    int numVfs;

    /** The share of each VF if no file shows it. */
    long untoldShareBytes;

    /** How many times VFs were enabled: each time they get other addresses. */
    int generation;

    /** What was linked while a driver was bound; empty while one is. */
    Optional<Path> unboundDriver = Optional.empty();

    Pf(Driver driver, Gpu gpu, Path device, int tiles) {
      this.driver = driver;
      this.gpu = gpu;
      this.device = device;
      this.tiles = tiles;
    }
  }

  private static final String IGNORED = "";
  private static final List<String> FOLDERS_OF_DRIVER = List.of("drm", "sriov_admin");
  private static final List<String> I915_QUOTAS =
      List.of(
          "contexts_quota",
          "doorbells_quota",
          "exec_quantum_ms",
          "ggtt_quota",
          "lmem_quota",
          "preempt_timeout_us");

  private final SysfsLayout layout;
  private final Map<Path, Pf> pfs = new HashMap<>();
  private final List<String> writes = new ArrayList<>();
  private final List<Fault> faults = new ArrayList<>();
  private final Set<Integer> cardsInUse = new HashSet<>();
  private final Set<Integer> vfsWithoutCard = new HashSet<>();
  private final TreeMap<Long, Runnable> later = new TreeMap<>();
  private boolean vfsStay;
  private Duration appearAfter = Duration.ZERO;
  private Runnable beforeNumVfs = () -> {};
  private WriteHook beforeWrite = write -> {};
  private WriteHook afterWrite = write -> {};
  private long now;

  public FakeKernel(Path root) throws IOException {
    layout = new SysfsLayout(root);
    Files.createDirectories(layout.pciDevices());
    Files.createDirectories(root.resolve(SysfsLayout.CLASS_DRM));
  }

  public Path root() {
    return layout.root();
  }

  /** Adds a GPU on this bus. */
  public synchronized Gpu add(
      Driver driver, int bus, PciDeviceId model, int memoryMiB, int totalVfs, int tiles)
      throws IOException {
    PciAddress address = new PciAddress(0, bus, 0, 0);
    Path device = function(address, model, driver);
    // xe reports it only through an ioctl, which discovery does not call here
    int card = drm(device, (long) memoryMiB << 20);
    set(device.resolve("sriov_totalvfs"), totalVfs);
    set(device.resolve("sriov_numvfs"), 0);
    set(device.resolve("sriov_drivers_autoprobe"), 1);
    if (driver == Driver.I915) {
      Path iov = device.resolve("drm/card" + card + "/prelim_iov");
      set(iov.resolve("pf/auto_provisioning"), 1);
      for (int vf = 1; vf <= totalVfs; vf++) {
        for (int tile = 0; tile < tiles; tile++) {
          Path gt = iov.resolve("vf" + vf).resolve(tiles == 1 ? "gt" : "gt" + tile);
          for (String quota : I915_QUOTAS) {
            set(gt.resolve(quota), 0);
          }
        }
      }
    } else if (driver != Driver.OLD_XE) {
      for (int vf = 1; vf <= totalVfs; vf++) {
        Path profile = device.resolve("sriov_admin/vf" + vf + "/profile");
        set(profile.resolve("exec_quantum_ms"), 0);
        set(profile.resolve("preempt_timeout_us"), 0);
        if (driver == Driver.XE) {
          set(profile.resolve("vram_quota"), 0);
        }
      }
    }
    Gpu gpu =
        new Gpu(
            DeviceUid.gpu(address, model),
            address,
            memoryMiB,
            totalVfs,
            driver == Driver.OLD_XE || driver == Driver.XE_WITHOUT_VRAM_QUOTA,
            new DrmNodes(card, OptionalInt.of(128 + card)));
    Pf pf = new Pf(driver, gpu, device, tiles);
    pf.quotaFiles = findQuotaFiles(pf);
    pfs.put(device, pf);
    return gpu;
  }

  // --- faults

  /**
   * Refuses the next write of this value, or of any value if it is empty, to a file whose path ends
   * with {@code fileEnd}.
   */
  public synchronized void refuse(String fileEnd, String value, String errno) {
    faults.add(new Fault(fileEnd, value, errno));
  }

  /** Accepts the next such write and does nothing. */
  public synchronized void ignore(String fileEnd, String value) {
    faults.add(new Fault(fileEnd, value, IGNORED));
  }

  /** From now on the VF with this index gets no DRM card; until {@link #heal}. */
  public synchronized void neverShowCardOf(int index) {
    vfsWithoutCard.add(index);
  }

  /** From now on disabled VFs stay; until {@link #heal}. */
  public synchronized void keepDisabledVfs() {
    vfsStay = true;
  }

  /** DRM cards of VFs appear this long after sriov_numvfs was written. */
  public synchronized void showCardsAfter(Duration delay) {
    appearAfter = delay;
  }

  /**
   * The hook is called, without a lock, for each write to sriov_numvfs, before anything happens.
   */
  public void beforeNumVfs(Runnable hook) {
    beforeNumVfs = hook;
  }

  /** The hook is called before each write is processed; it may fail the write. */
  public void beforeEachWrite(WriteHook hook) {
    beforeWrite = hook;
  }

  /** The hook is called after each write that the kernel accepted. */
  public void afterEachWrite(WriteHook hook) {
    afterWrite = hook;
  }

  /** Refuses one write: the first after this many other writes, counted from now. */
  public void refuseAfter(int writes, String errno) {
    var left = new AtomicInteger(writes);
    beforeWrite =
        write -> {
          if (left.getAndDecrement() == 0) {
            throw new IOException(errno);
          }
        };
  }

  public synchronized void heal() {
    beforeWrite = write -> {};
    afterWrite = write -> {};
    faults.clear();
    vfsWithoutCard.clear();
    vfsStay = false;
    appearAfter = Duration.ZERO;
    pfs.values().stream().filter(pf -> pf.numVfs == 0).forEach(this::removeVfs);
  }

  /** Restarts the machine: no VFs, no quotas. */
  public synchronized void reboot() throws IOException {
    heal();
    for (Pf pf : pfs.values()) {
      bind(pf.gpu);
      makePlain(pf);
    }
  }

  private void makePlain(Pf pf) throws IOException {
    removeVfs(pf);
    pf.numVfs = 0;
    set(pf.device.resolve("sriov_numvfs"), 0);
    for (Path file : pf.quotaFiles) {
      set(file, 0);
    }
    if (pf.driver == Driver.I915) {
      set(auto(pf), 1);
    }
  }

  // --- what there is

  /** All writes so far, as path=value below the GPU's folder. */
  public synchronized List<String> writes() {
    return List.copyOf(writes);
  }

  /** The driver lets go of the GPU: its VFs, and all that the driver showed, are gone. */
  public synchronized void unbind(Gpu gpu) throws IOException {
    Pf pf = pf(gpu);
    if (pf.unboundDriver.isPresent()) {
      return;
    }
    makePlain(pf);
    Path link = pf.device.resolve("driver");
    pf.unboundDriver = Optional.of(Files.readSymbolicLink(link));
    Files.delete(link);
    Files.delete(layout.drmCard(pf.gpu.drmNodes().cardIndex()));
    for (String folder : FOLDERS_OF_DRIVER) {
      if (Files.exists(pf.device.resolve(folder))) {
        Files.move(pf.device.resolve(folder), hidden(pf, folder));
      }
    }
  }

  /** The driver that was bound before is bound again, and shows what it showed at first. */
  public synchronized void bind(Gpu gpu) throws IOException {
    Pf pf = pf(gpu);
    if (pf.unboundDriver.isEmpty()) {
      return;
    }
    for (String folder : FOLDERS_OF_DRIVER) {
      if (Files.exists(hidden(pf, folder))) {
        Files.move(hidden(pf, folder), pf.device.resolve(folder));
      }
    }
    Path card = pf.device.resolve("drm/" + pf.gpu.drmNodes().cardName());
    Files.createSymbolicLink(layout.drmCard(pf.gpu.drmNodes().cardIndex()), card.toAbsolutePath());
    Files.createSymbolicLink(pf.device.resolve("driver"), pf.unboundDriver.get());
    pf.unboundDriver = Optional.empty();
  }

  private Path hidden(Pf pf, String folder) {
    return layout.root().resolve("unbound-" + pf.gpu.address() + "-" + folder);
  }

  /**
   * Somebody else than the agent asks for so many VFs; it sees no fault and is no write of ours.
   *
   * @param withCards false if they are made for virtual machines
   */
  public synchronized void makeVfsForOthers(Gpu gpu, int count, boolean withCards)
      throws IOException {
    Set<Integer> before = Set.copyOf(vfsWithoutCard);
    vfsWithoutCard.clear();
    if (!withCards) {
      IntStream.range(0, count).forEach(vfsWithoutCard::add);
    }
    try {
      writeNumVfs(pf(gpu), count);
    } finally {
      vfsWithoutCard.clear();
      vfsWithoutCard.addAll(before);
    }
  }

  /** Somebody else than the agent removes all VFs. */
  public synchronized void removeVfsOf(Gpu gpu) throws IOException {
    writeNumVfs(pf(gpu), 0);
  }

  /** Binds a VF to another driver, as an administrator would. */
  public synchronized void bind(Gpu gpu, int index, String driver) throws IOException {
    PciAddress vf = Optional.ofNullable(pf(gpu).vfs.get(index)).orElseThrow();
    Path link = layout.pciDevice(vf).resolve("driver");
    Files.delete(link);
    Files.createSymbolicLink(link, Path.of("../../../bus/pci/drivers/" + driver));
  }

  /** Whether VFs could be made now: its driver is bound, and there are none. */
  public synchronized boolean canHaveVfs(Gpu gpu) {
    Pf pf = pf(gpu);
    return pf.unboundDriver.isEmpty() && pf.numVfs == 0 && pf.vfs.isEmpty();
  }

  public synchronized int numVfs(Gpu gpu) {
    return pf(gpu).numVfs;
  }

  /** Whether nothing of any VF is left: no quota and no link, and the kernel divides by itself. */
  public synchronized boolean isPlain(Gpu gpu) {
    Pf pf = pf(gpu);
    return pf.numVfs == 0
        && pf.vfs.isEmpty()
        && pf.quotaFiles.stream().allMatch(file -> get(file) == 0)
        && (pf.driver != Driver.I915 || get(auto(pf)) == 1);
  }

  /** Local memory of each enabled VF, in bytes. */
  public synchronized List<Long> memoryOfVfs(Gpu gpu) {
    Pf pf = pf(gpu);
    return IntStream.rangeClosed(1, pf.numVfs)
        .mapToObj(vf -> memoryFiles(pf, vf).isEmpty() ? pf.untoldShareBytes : memory(pf, vf))
        .toList();
  }

  public synchronized long quota(Gpu gpu, String fileEnd) {
    return get(
        pf(gpu).quotaFiles.stream()
            .filter(file -> file.toString().endsWith(fileEnd))
            .findFirst()
            .orElseThrow());
  }

  private Pf pf(Gpu gpu) {
    Pf pf = pfs.get(layout.pciDevice(gpu.address()));
    if (pf == null) {
      throw new IllegalArgumentException("no such GPU: " + gpu);
    }
    return pf;
  }

  // --- time

  @Override
  public synchronized long nanoTime() {
    return now;
  }

  @Override
  public synchronized void sleep(Duration duration) {
    now += duration.toNanos();
    while (!later.isEmpty() && later.firstKey() <= now) {
      later.pollFirstEntry().getValue().run();
    }
  }

  // --- writes

  @Override
  public void write(Path file, String value) throws IOException {
    if (file.endsWith("sriov_numvfs")) {
      beforeNumVfs.run();
    }
    String write = name(file, value);
    beforeWrite.at(write);
    writeNow(file, value);
    afterWrite.at(write);
  }

  private synchronized String name(Path file, String value) {
    return pfs.keySet().stream()
            .filter(file::startsWith)
            .findFirst()
            .map(device -> device.relativize(file))
            .orElse(file)
        + "="
        + value;
  }

  private synchronized void writeNow(Path file, String value) throws IOException {
    if (!Files.exists(file)) {
      throw new java.nio.file.NoSuchFileException(file.toString());
    }
    Pf pf =
        pfs.values().stream()
            .filter(candidate -> file.startsWith(candidate.device))
            .findFirst()
            .orElseThrow(() -> new IOException("Permission denied"));
    writes.add(name(file, value));
    for (Fault fault : faults) {
      if (file.toString().endsWith(fault.fileEnd())
          && (fault.value().isEmpty() || fault.value().equals(value))) {
        faults.remove(fault);
        if (fault.errno().equals(IGNORED)) {
          return;
        }
        throw new IOException(fault.errno());
      }
    }
    long number = Long.parseLong(value);
    if (file.endsWith("sriov_numvfs")) {
      writeNumVfs(pf, (int) number);
    } else if (file.endsWith("auto_provisioning")) {
      if (number == 1 && pf.quotaFiles.stream().anyMatch(quota -> get(quota) != 0)) {
        throw new IOException("Stale file handle");
      }
      set(file, number);
    } else {
      writeQuota(pf, file, number);
    }
  }

  private void writeNumVfs(Pf pf, int count) throws IOException {
    if (pf.unboundDriver.isPresent()) {
      throw new IOException("No such file or directory");
    }
    if (count > get(pf.device.resolve("sriov_totalvfs"))) {
      throw new IOException("Numerical result out of range");
    }
    if (count == pf.numVfs) {
      return;
    }
    if (count == 0) {
      pf.numVfs = 0;
      set(pf.device.resolve("sriov_numvfs"), 0);
      if (!vfsStay) {
        removeVfs(pf);
      }
      if (pf.driver == Driver.XE || (pf.driver == Driver.I915 && get(auto(pf)) == 1)) {
        for (Path file : pf.quotaFiles) {
          if (file.endsWith("vram_quota") || pf.driver == Driver.I915) {
            set(file, 0);
          }
        }
      }
      return;
    }
    if (pf.numVfs != 0 || !pf.vfs.isEmpty()) {
      throw new IOException("Device or resource busy");
    }
    provision(pf, count);
    pf.numVfs = count;
    pf.generation++;
    set(pf.device.resolve("sriov_numvfs"), count);
    for (int index = 0; index < count; index++) {
      addVf(pf, index);
    }
  }

  private void provision(Pf pf, int count) throws IOException {
    long provisioned = IntStream.rangeClosed(1, count).filter(vf -> memory(pf, vf) > 0).count();
    if (provisioned != 0 && provisioned != count) {
      throw new IOException("Input/output error");
    }
    if (provisioned == 0) {
      long share = (long) VfProfiles.fairShareMiB(pf.gpu.memoryMiB(), count) << 20;
      for (int vf = 1; vf <= count; vf++) {
        for (Path file : memoryFiles(pf, vf)) {
          set(file, share / pf.tiles);
        }
      }
      pf.untoldShareBytes = share;
    }
  }

  private void writeQuota(Pf pf, Path file, long number) throws IOException {
    if (pf.numVfs != 0) {
      throw new IOException("Device or resource busy");
    }
    long before = get(file);
    set(file, number);
    String name = file.getFileName().toString();
    if (name.equals("lmem_quota") || name.equals("vram_quota")) {
      long sum = IntStream.rangeClosed(1, pf.gpu.maxVfs()).mapToLong(vf -> memory(pf, vf)).sum();
      if (sum > (long) pf.gpu.memoryMiB() << 20) {
        set(file, before);
        throw new IOException("No space left on device");
      }
    }
    if (pf.driver == Driver.I915) {
      set(auto(pf), 0);
    }
  }

  // --- the tree

  private Path function(PciAddress address, PciDeviceId model, Driver driver) throws IOException {
    Path device = Files.createDirectories(layout.pciDevice(address));
    Files.writeString(device.resolve("vendor"), "0x8086\n");
    Files.writeString(device.resolve("device"), model + "\n");
    Files.writeString(device.resolve("class"), "0x038000\n");
    Files.createSymbolicLink(
        device.resolve("driver"), Path.of("../../../bus/pci/drivers/" + driver.sysfsName));
    return device;
  }

  /**
   * @param lmemBytes -1 for no file
   */
  private int drm(Path device, long lmemBytes) throws IOException {
    int card = IntStream.iterate(0, i -> i + 1).filter(cardsInUse::add).findFirst().orElseThrow();
    Path folder = Files.createDirectories(device.resolve("drm/card" + card));
    Files.createDirectories(device.resolve("drm/renderD" + (128 + card)));
    if (lmemBytes >= 0) {
      set(folder.resolve("lmem_total_bytes"), lmemBytes);
    }
    Files.createSymbolicLink(layout.drmCard(card), folder.toAbsolutePath());
    return card;
  }

  private void addVf(Pf pf, int index) throws IOException {
    int firstDevice = pf.generation % 2 == 0 ? 16 : 1;
    PciAddress address =
        new PciAddress(0, pf.gpu.address().bus(), firstDevice + index / 8, index % 8);
    pf.vfs.put(index, address);
    Path vf = function(address, pf.gpu.uid().model(), pf.driver);
    Files.createSymbolicLink(vf.resolve("physfn"), Path.of("../" + pf.gpu.address()));
    Files.createSymbolicLink(pf.device.resolve("virtfn" + index), Path.of("../" + address));
    if (vfsWithoutCard.contains(index)) {
      return;
    }
    if (appearAfter.isZero()) {
      showCard(pf, index, vf);
    } else {
      later.merge(
          now + appearAfter.toNanos(),
          () -> showCard(pf, index, vf),
          (first, second) ->
              () -> {
                first.run();
                second.run();
              });
    }
  }

  private void showCard(Pf pf, int index, Path vf) {
    try {
      drm(vf, pf.driver == Driver.I915 ? memory(pf, index + 1) : -1);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void removeVfs(Pf pf) {
    try {
      for (Map.Entry<Integer, PciAddress> entry : pf.vfs.entrySet()) {
        Path vf = layout.pciDevice(entry.getValue());
        if (Files.exists(vf.resolve("drm"))) {
          try (Stream<Path> nodes = Files.list(vf.resolve("drm"))) {
            for (Path node : nodes.toList()) {
              String name = node.getFileName().toString();
              if (name.startsWith("card")) {
                int card = Integer.parseInt(name.substring("card".length()));
                Files.deleteIfExists(layout.drmCard(card));
                cardsInUse.remove(card);
              }
            }
          }
        }
        Files.deleteIfExists(pf.device.resolve("virtfn" + entry.getKey()));
        // moved as a whole, so that no reader sees a part of it
        Path aside = layout.root().resolve("gone-" + entry.getValue());
        Files.move(vf, aside);
        try (Stream<Path> files = Files.walk(aside)) {
          for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
            Files.delete(file);
          }
        }
      }
      pf.vfs.clear();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path iov(Pf pf) {
    return pf.device.resolve("drm/" + pf.gpu.drmNodes().cardName() + "/prelim_iov");
  }

  private static Path auto(Pf pf) {
    return iov(pf).resolve("pf/auto_provisioning");
  }

  private long memory(Pf pf, int vf) {
    return memoryFiles(pf, vf).stream().mapToLong(FakeKernel::get).sum();
  }

  private List<Path> memoryFiles(Pf pf, int vf) {
    return pf.quotaFiles.stream()
        .filter(file -> file.toString().contains("/vf" + vf + "/"))
        .filter(file -> file.endsWith("lmem_quota") || file.endsWith("vram_quota"))
        .toList();
  }

  private static List<Path> findQuotaFiles(Pf pf) {
    Path tree =
        switch (pf.driver) {
          case I915 -> iov(pf);
          case XE, XE_WITHOUT_VRAM_QUOTA -> pf.device.resolve("sriov_admin");
          case OLD_XE -> pf.device.resolve("no-such-folder");
        };
    if (!Files.exists(tree)) {
      return List.of();
    }
    try (Stream<Path> files = Files.walk(tree)) {
      return files
          .filter(Files::isRegularFile)
          .filter(file -> !file.endsWith("auto_provisioning"))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void set(Path file, long value) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, value + "\n");
  }

  private static long get(Path file) {
    try {
      return Long.parseLong(Files.readString(file).strip());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
