package com.intel.dra.gpu.sysfs;

import com.intel.dra.gpu.device.Gpu;
import com.intel.dra.gpu.device.PciAddress;
import com.intel.dra.gpu.device.VfProfile;
import com.intel.dra.gpu.device.VfProfiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Turns a GPU into VFs and back, whatever the kernel's interface. Keeps nothing between two calls.
 * Calls for different GPUs may overlap, those for one GPU must not. They take seconds, of which
 * most are spent inside one write.
 *
 * <p>Obeys the PCI core's rules ({@code sriov_numvfs} in drivers/pci): the number of VFs changes
 * only from 0 and back to 0, and none is added or removed alone.
 */
public final class VirtualFunctions {

  /** The {@link #identity} of the VFs of a GPU that has none. */
  public static final String NO_VFS = "none";

  private static final long BYTES_PER_MIB = 1L << 20;

  private final SysfsLayout layout;
  private final SysfsReader reader = new SysfsReader();
  private final SriovFiles files;
  private final VfAppearance appearance;

  /**
   * @param sysfsRoot where the host's {@code /sys} is mounted, writable
   */
  public VirtualFunctions(Path sysfsRoot) {
    this(sysfsRoot, new SysfsWriter(), WaitClock.SYSTEM);
  }

  public VirtualFunctions(Path sysfsRoot, AttributeWriter writer, WaitClock clock) {
    this.layout = new SysfsLayout(sysfsRoot);
    this.files = new SriovFiles(reader, writer);
    this.appearance = new VfAppearance(files, clock);
  }

  /**
   * How many VFs the GPU at that address has: none where the kernel cannot make any (SR-IOV was
   * switched off). Waits while their number is being changed.
   */
  public EnabledVfs enabled(PciAddress parent) {
    try {
      Path device = layout.pciDevice(parent);
      return new EnabledVfs.Count(files.isWithoutSriov(device) ? 0 : files.numVfs(device));
    } catch (SriovException e) {
      return new EnabledVfs.Unknown(e.failure());
    }
  }

  /**
   * Why a VF of the GPU cannot be used though it is enabled; empty when it can, or is not there.
   */
  public Optional<VfWithoutCard> withoutCard(PciAddress parent, int index) {
    Path vf = layout.pciDevice(parent).resolve(SysfsLayout.VIRTFN_PREFIX + index);
    if (!Files.exists(vf) || files.hasCard(vf.resolve(SysfsLayout.DRM))) {
      return Optional.empty();
    }
    return Optional.of(
        new VfWithoutCard(
            reader.readLink(vf.resolve(SysfsLayout.DRIVER)) instanceof Link.To(String driver)
                ? Optional.of(driver)
                : Optional.empty()));
  }

  /**
   * Which VFs these are: others that are made later have another identity, also where they are as
   * many and at the same address. The kernel gives each device it makes an inode of its own.
   *
   * @return {@link #NO_VFS} when there are none; empty when it cannot be told
   */
  public String identity(PciAddress parent) {
    Path first = layout.pciDevice(parent).resolve(SysfsLayout.VIRTFN_PREFIX + 0);
    if (reader.isGone(first)) {
      return NO_VFS;
    }
    try {
      return first.toRealPath().getFileName() + "/" + Files.getAttribute(first, "unix:ino");
    } catch (IOException e) {
      return "";
    }
  }

  /** Whether no driver is bound to the GPU, or it is not there at all: then it has no VFs. */
  public boolean isWithoutDriver(PciAddress parent) {
    return reader.isGone(layout.pciDevice(parent).resolve(SysfsLayout.DRIVER));
  }

  /** What each VF of the GPU gets, and what is left of earlier ones. Changes nothing. */
  public VfQuotas quotas(PciAddress parent) {
    Path device = layout.pciDevice(parent);
    try {
      QuotaInterface quotas = QuotaInterface.of(reader, device);
      var memoryBytes = new TreeMap<Integer, Long>();
      int numVfs = files.isWithoutSriov(device) ? 0 : files.numVfs(device);
      for (int index = 0; index < numVfs; index++) {
        long bytes = 0;
        for (Path file : quotas.memoryFiles(index + 1)) {
          bytes += files.number(file);
        }
        if (bytes > 0) {
          memoryBytes.put(index, bytes);
        }
      }
      var changed = new ArrayList<String>();
      for (Path file : quotas.quotaFiles()) {
        addUnless(changed, device, file, 0);
      }
      Optional<Path> automatic = quotas.autoProvisioning();
      if (automatic.isPresent()) {
        addUnless(changed, device, automatic.get(), 1);
      }
      return new VfQuotas.Read(memoryBytes, changed);
    } catch (SriovException e) {
      return new VfQuotas.Unknown(e.failure());
    }
  }

  private void addUnless(List<String> changed, Path device, Path file, long untouched)
      throws SriovException {
    long number = files.number(file);
    if (number != untouched) {
      changed.add(device.relativize(file) + "=" + number);
    }
  }

  /**
   * Makes VFs of one profile: as many as the profile allows, for what is left over would be of no
   * use to anybody else, but where the kernel only gives equal shares no more than get the memory
   * of the profile. Undoes everything when anything fails.
   *
   * @param parent a GPU without VFs
   * @param profile one of {@link Gpu#vfProfiles} of it
   * @param atLeast how many VFs are needed
   * @throws InterruptedException with the VFs made in part; {@link #remove} clears them away
   */
  public VfProvisioning provision(Gpu parent, VfProfile profile, int atLeast)
      throws InterruptedException {
    Path device = layout.pciDevice(parent.address());
    QuotaInterface quotas;
    int count;
    try {
      quotas = QuotaInterface.of(reader, device);
      count = countOf(parent, device, quotas, profile, atLeast);
      int existing = files.numVfs(device);
      if (existing != 0) {
        throw new SriovException(
            new SriovFailure.VfsExist(SriovFiles.numVfsFile(device), existing));
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
      var numVfs = QuotaWrite.exactly(SriovFiles.numVfsFile(device), count);
      files.write(numVfs);
      enabled = true;
      files.verify(numVfs);
      appearance.awaitVfs(device, count);
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
      tearDown(device, QuotaInterface.of(reader, device));
      return new VfRemoval.Done();
    } catch (SriovException e) {
      return new VfRemoval.Failed(e.failure());
    }
  }

  /**
   * Takes back the quotas of a GPU without VFs, which an attempt that was cut off may have left.
   * VFs that somebody has made meanwhile are left alone, with their quotas.
   */
  public VfRemoval clear(PciAddress parent) {
    Path device = layout.pciDevice(parent);
    try {
      int existing = files.numVfs(device);
      if (existing != 0) {
        throw new SriovException(
            new SriovFailure.VfsExist(SriovFiles.numVfsFile(device), existing));
      }
      clear(QuotaInterface.of(reader, device));
      return new VfRemoval.Done();
    } catch (SriovException e) {
      return new VfRemoval.Failed(e.failure());
    }
  }

  /**
   * Whether the VFs that there are can be used: each has its DRM card, and the memory where the
   * kernel tells of it. Waits for the cards, and changes nothing.
   *
   * @param atLeast how many VFs are needed
   */
  public VfProvisioning check(PciAddress parent, int atLeast, int memoryMiB)
      throws InterruptedException {
    Path device = layout.pciDevice(parent);
    try {
      QuotaInterface quotas = QuotaInterface.of(reader, device);
      int count = files.numVfs(device);
      if (count < atLeast) {
        throw new SriovException(
            new SriovFailure.NotPossible(
                "%d VFs are needed, and there are %d".formatted(atLeast, count)));
      }
      appearance.awaitVfs(device, count);
      for (int vfNumber = 1; vfNumber <= count; vfNumber++) {
        verifyMemory(quotas, vfNumber, memoryMiB * BYTES_PER_MIB, false);
      }
      return new VfProvisioning.Done(count);
    } catch (SriovException e) {
      return new VfProvisioning.Failed(e.failure(), Optional.of(e.failure()));
    }
  }

  private Optional<SriovFailure> undo(Path device, QuotaInterface quotas, boolean enabled)
      throws InterruptedException {
    try {
      int existing = files.numVfs(device);
      if (existing != 0 && !enabled) { // somebody else was faster
        return Optional.of(new SriovFailure.VfsExist(SriovFiles.numVfsFile(device), existing));
      }
      tearDown(device, quotas);
      return Optional.empty();
    } catch (SriovException e) {
      return Optional.of(e.failure());
    }
  }

  private void tearDown(Path device, QuotaInterface quotas)
      throws SriovException, InterruptedException {
    if (files.numVfs(device) != 0) {
      files.writeAndVerify(QuotaWrite.exactly(SriovFiles.numVfsFile(device), 0));
    }
    appearance.awaitNoVfs(device);
    clear(quotas);
  }

  private int countOf(
      Gpu parent, Path device, QuotaInterface quotas, VfProfile profile, int atLeast)
      throws SriovException {
    int possible =
        (int) Math.min(profile.numVfs(), files.number(device.resolve(SysfsLayout.SRIOV_TOTALVFS)));
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
      if (!files.says(file, "0")) {
        files.writeAndVerify(QuotaWrite.exactly(file, 0));
      }
    }
    Optional<Path> automatic = quotas.autoProvisioning();
    if (automatic.isPresent() && files.number(automatic.get()) != 1) {
      files.writeAndVerify(QuotaWrite.exactly(automatic.get(), 1));
    }
  }

  private void write(QuotaWrite quota, Gpu parent) throws SriovException {
    boolean integrated = parent.memoryMiB() == 0;
    if (integrated && !Files.exists(quota.file())) {
      return; // quotas of local memory, which it has not
    }
    files.writeAndVerify(quota);
  }

  /**
   * A fair share of which the file says 0 is not looked at: not every kernel shows there what it
   * gave by itself.
   */
  private void verifyMemory(QuotaInterface quotas, int vfNumber, VfProfile profile)
      throws SriovException {
    long wanted =
        profile
            .quotas()
            .filter(any -> quotas.takesQuotas())
            .map(VfProfile.Quotas::lmemBytes)
            .orElse(profile.memoryMiB() * BYTES_PER_MIB);
    verifyMemory(quotas, vfNumber, wanted, profile.quotas().isPresent());
  }

  private void verifyMemory(
      QuotaInterface quotas, int vfNumber, long wanted, boolean quotasAreAlwaysTold)
      throws SriovException {
    List<Path> memoryFiles = quotas.memoryFiles(vfNumber);
    if (memoryFiles.isEmpty()) {
      return;
    }
    long given = 0;
    for (Path file : memoryFiles) {
      given += files.number(file);
    }
    boolean told = given > 0 || quotasAreAlwaysTold;
    if (told && given < wanted) {
      throw new SriovException(
          new SriovFailure.TooLittleMemory(memoryFiles.getFirst(), vfNumber, wanted, given));
    }
  }
}
