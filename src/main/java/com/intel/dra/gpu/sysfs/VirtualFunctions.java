package com.intel.dra.gpu.sysfs;

import com.intel.dra.gpu.device.Gpu;
import com.intel.dra.gpu.device.PciAddress;
import com.intel.dra.gpu.device.VfProfile;
import com.intel.dra.gpu.device.VfProfiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;

/**
 * Turns a GPU into VFs and back, whatever the kernel's interface. Keeps nothing between two calls.
 * Calls for different GPUs may overlap, those for one GPU must not. They take seconds, of which
 * most are spent inside one write.
 *
 * <p>Obeys the PCI core's rules ({@code sriov_numvfs} in drivers/pci): the number of VFs changes
 * only from 0 and back to 0, and none is added or removed alone.
 */
public final class VirtualFunctions {

  private static final Duration POLL = Duration.ofMillis(100);
  private static final Duration APPEARING = Duration.ofSeconds(10);
  private static final Duration APPEARING_EACH = Duration.ofSeconds(1);
  private static final Duration VANISHING = Duration.ofSeconds(10);
  private static final Pattern NUMBER = Pattern.compile("\\d{1,18}");
  private static final long BYTES_PER_MIB = 1L << 20;

  private final SysfsLayout layout;
  private final SysfsReader reader = new SysfsReader();
  private final AttributeWriter writer;
  private final WaitClock clock;

  /**
   * @param sysfsRoot where the host's {@code /sys} is mounted, writable
   */
  public VirtualFunctions(Path sysfsRoot) {
    this(sysfsRoot, new SysfsWriter(), WaitClock.SYSTEM);
  }

  public VirtualFunctions(Path sysfsRoot, AttributeWriter writer, WaitClock clock) {
    this.layout = new SysfsLayout(sysfsRoot);
    this.writer = writer;
    this.clock = clock;
  }

  /** How many VFs the GPU at that address has. Waits while their number is being changed. */
  public EnabledVfs enabled(PciAddress parent) {
    try {
      return new EnabledVfs.Count(numVfs(layout.pciDevice(parent)));
    } catch (SriovException e) {
      return new EnabledVfs.Unknown(e.failure());
    }
  }

  /**
   * Makes VFs of one profile: as many as the profile allows, for what is left over would be of no
   * use to anybody else, but where the kernel only gives equal shares no more than get the memory
   * of the profile. Undoes everything when anything fails.
   *
   * @param parent a GPU without VFs
   * @param profile one of {@link VfProfiles#forGpu} for it
   * @param atLeast how many VFs are needed
   * @throws InterruptedException with the VFs made in part; {@link #remove} clears them away
   */
  public VfProvisioning provision(Gpu parent, VfProfile profile, int atLeast)
      throws InterruptedException {
    Path device = layout.pciDevice(parent.address());
    QuotaInterface quotas;
    int count;
    try {
      quotas = quotaInterface(device);
      count = countOf(parent, device, quotas, profile, atLeast);
      int existing = numVfs(device);
      if (existing != 0) {
        throw new SriovException(
            new SriovFailure.VfsExist(device.resolve(SysfsLayout.SRIOV_NUMVFS), existing));
      }
    } catch (SriovException e) {
      return new VfProvisioning.Failed(e.failure(), Optional.empty());
    }
    boolean enabled = false;
    try {
      clear(quotas);
      if (profile.quotas().isPresent() && quotas.takesQuotas()) {
        for (int vfNumber = 1; vfNumber <= count; vfNumber++) {
          for (QuotaWrite quota : quotas.quotasOf(vfNumber, profile.quotas().get())) {
            write(quota, parent);
          }
        }
      }
      var numVfs = QuotaWrite.exactly(device.resolve(SysfsLayout.SRIOV_NUMVFS), count);
      put(numVfs);
      enabled = true;
      verify(numVfs);
      awaitVfs(device, count);
      for (int vfNumber = 1; vfNumber <= count; vfNumber++) {
        verifyMemory(quotas, vfNumber, profile);
      }
      return new VfProvisioning.Done(count);
    } catch (SriovException e) {
      return new VfProvisioning.Failed(e.failure(), undo(device, quotas, enabled));
    }
  }

  /**
   * Removes all VFs of a GPU, resets their quotas and lets the kernel divide by itself again. A GPU
   * without VFs and quotas is left alone. Nothing may use the VFs any more.
   *
   * @throws InterruptedException with the VFs removed in part
   */
  public VfRemoval remove(PciAddress parent) throws InterruptedException {
    Path device = layout.pciDevice(parent);
    try {
      tearDown(device, quotaInterface(device));
      return new VfRemoval.Done();
    } catch (SriovException e) {
      return new VfRemoval.Failed(e.failure());
    }
  }

  private Optional<SriovFailure> undo(Path device, QuotaInterface quotas, boolean enabled)
      throws InterruptedException {
    try {
      int existing = numVfs(device);
      if (existing != 0 && !enabled) { // somebody else was faster
        return Optional.of(
            new SriovFailure.VfsExist(device.resolve(SysfsLayout.SRIOV_NUMVFS), existing));
      }
      tearDown(device, quotas);
      return Optional.empty();
    } catch (SriovException e) {
      return Optional.of(e.failure());
    }
  }

  private void tearDown(Path device, QuotaInterface quotas)
      throws SriovException, InterruptedException {
    if (numVfs(device) != 0) {
      write(QuotaWrite.exactly(device.resolve(SysfsLayout.SRIOV_NUMVFS), 0));
    }
    awaitNoVfs(device);
    clear(quotas);
  }

  /** By the trees that are there, not by the driver's name: a driver has them or not. */
  private QuotaInterface quotaInterface(Path device) throws SriovException {
    Optional<SriovAdmin> sriovAdmin = SriovAdmin.of(reader, device);
    if (sriovAdmin.isPresent()) {
      return sriovAdmin.get();
    }
    Path drm = device.resolve(SysfsLayout.DRM);
    for (String name : list(drm)) {
      Optional<PrelimIov> prelimIov =
          name.startsWith(SysfsLayout.CARD_PREFIX)
              ? PrelimIov.of(reader, drm.resolve(name))
              : Optional.empty();
      if (prelimIov.isPresent()) {
        return prelimIov.get();
      }
    }
    return new FairShare();
  }

  private int countOf(
      Gpu parent, Path device, QuotaInterface quotas, VfProfile profile, int atLeast)
      throws SriovException {
    int possible =
        (int) Math.min(profile.numVfs(), requireNumber(device.resolve(SysfsLayout.SRIOV_TOTALVFS)));
    if (atLeast > possible) {
      throw new SriovException(
          new SriovFailure.NotPossible(
              "%d VFs of the profile %s are needed, and GPU %s can have %d"
                  .formatted(atLeast, profile.name(), parent.uid(), possible)));
    }
    if (profile.quotas().isEmpty() || quotas.takesQuotas()) {
      return possible;
    }
    for (int count = possible; count >= Math.max(1, atLeast); count--) {
      if (VfProfiles.fairShareMiB(parent.memoryMiB(), count) >= profile.memoryMiB()) {
        return count;
      }
    }
    throw new SriovException(
        new SriovFailure.NotPossible(
            "the kernel gives all VFs of GPU %s equal shares of its %d MiB, and %d VFs of %d MiB (profile %s) are needed; per-VF memory needs Linux 7.0 or the out-of-tree i915"
                .formatted(
                    parent.uid(),
                    parent.memoryMiB(),
                    atLeast,
                    profile.memoryMiB(),
                    profile.name())));
  }

  /** Takes back every quota, so that the kernel can divide by itself, and tells it to. */
  private void clear(QuotaInterface quotas) throws SriovException {
    for (Path file : quotas.quotaFiles()) {
      if (!(reader.read(file) instanceof Attribute.Text(String text) && text.equals("0"))) {
        write(QuotaWrite.exactly(file, 0));
      }
    }
    Optional<Path> automatic = quotas.autoProvisioning();
    if (automatic.isPresent() && requireNumber(automatic.get()) != 1) {
      write(QuotaWrite.exactly(automatic.get(), 1));
    }
  }

  private void write(QuotaWrite quota, Gpu parent) throws SriovException {
    boolean integrated = parent.memoryMiB() == 0;
    if (integrated && !Files.exists(quota.file())) {
      return; // quotas of local memory, which it has not
    }
    write(quota);
  }

  private void write(QuotaWrite quota) throws SriovException {
    put(quota);
    verify(quota);
  }

  private void put(QuotaWrite quota) throws SriovException {
    String value = Long.toString(quota.value());
    try {
      writer.write(quota.file(), value);
    } catch (IOException e) {
      throw new SriovException(
          new SriovFailure.WriteRefused(quota.file(), value, SysfsReader.why(e)));
    }
  }

  private void verify(QuotaWrite quota) throws SriovException {
    String read = require(quota.file());
    if (!NUMBER.matcher(read).matches() || !quota.isSatisfiedBy(Long.parseLong(read))) {
      throw new SriovException(
          new SriovFailure.NotReadBack(quota.file(), Long.toString(quota.value()), read));
    }
  }

  private void awaitVfs(Path device, int count) throws SriovException, InterruptedException {
    Duration patience = APPEARING.plus(APPEARING_EACH.multipliedBy(count));
    long start = clock.nanoTime();
    for (int index = 0; index < count; index++) {
      Path drm = device.resolve(SysfsLayout.VIRTFN_PREFIX + index).resolve(SysfsLayout.DRM);
      if (!await(() -> hasCard(drm), start, patience)) {
        throw new SriovException(
            new SriovFailure.VfDidNotAppear(drm.resolve("card<N>"), index, patience));
      }
    }
  }

  private void awaitNoVfs(Path device) throws SriovException, InterruptedException {
    if (!await(() -> firstVf(device).isEmpty(), clock.nanoTime(), VANISHING)) {
      throw new SriovException(
          new SriovFailure.VfsDidNotVanish(
              firstVf(device).orElse(device.resolve(SysfsLayout.VIRTFN_PREFIX)), VANISHING));
    }
  }

  private boolean await(BooleanSupplier condition, long start, Duration patience)
      throws InterruptedException {
    while (!condition.getAsBoolean()) {
      if (clock.nanoTime() - start >= patience.toNanos()) {
        return false;
      }
      clock.sleep(POLL);
    }
    return true;
  }

  private boolean hasCard(Path drm) {
    try {
      return reader.list(drm).stream().anyMatch(name -> name.matches("card\\d+"));
    } catch (IOException e) {
      return false;
    }
  }

  private Optional<Path> firstVf(Path device) {
    try {
      return reader.list(device).stream()
          .filter(name -> name.startsWith(SysfsLayout.VIRTFN_PREFIX))
          .min(String::compareTo)
          .map(device::resolve);
    } catch (IOException e) {
      return Optional.empty(); // the GPU is gone, and its VFs with it
    }
  }

  /**
   * A fair share of which the file says 0 is not looked at: not every kernel shows there what it
   * gave by itself.
   */
  private void verifyMemory(QuotaInterface quotas, int vfNumber, VfProfile profile)
      throws SriovException {
    List<Path> files = quotas.memoryFiles(vfNumber);
    if (files.isEmpty()) {
      return;
    }
    long wanted =
        profile
            .quotas()
            .filter(any -> quotas.takesQuotas())
            .map(VfProfile.Quotas::lmemBytes)
            .orElse(profile.memoryMiB() * BYTES_PER_MIB);
    long given = 0;
    for (Path file : files) {
      given += requireNumber(file);
    }
    boolean told = given > 0 || profile.quotas().isPresent();
    if (told && given < wanted) {
      throw new SriovException(
          new SriovFailure.TooLittleMemory(files.getFirst(), vfNumber, wanted, given));
    }
  }

  private int numVfs(Path device) throws SriovException {
    return (int) requireNumber(device.resolve(SysfsLayout.SRIOV_NUMVFS));
  }

  private long requireNumber(Path file) throws SriovException {
    String text = require(file);
    if (!NUMBER.matcher(text).matches()) {
      throw new SriovException(
          new SriovFailure.Unreadable(
              file, "says %s, expected a number".formatted(SysfsReader.quote(text))));
    }
    return Long.parseLong(text);
  }

  private String require(Path file) throws SriovException {
    return switch (reader.read(file)) {
      case Attribute.Text(String text) -> text;
      case Attribute.Absent() ->
          throw new SriovException(new SriovFailure.Unreadable(file, "does not exist"));
      case Attribute.Unreadable(String why) ->
          throw new SriovException(new SriovFailure.Unreadable(file, "cannot be read: " + why));
    };
  }

  private List<String> list(Path folder) throws SriovException {
    return new VfFolders(reader, folder).list(folder);
  }
}
