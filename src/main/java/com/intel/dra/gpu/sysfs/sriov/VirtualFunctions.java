package com.intel.dra.gpu.sysfs.sriov;

import com.intel.dra.gpu.device.Gpu;
import com.intel.dra.gpu.device.PciAddress;
import com.intel.dra.gpu.device.VfProfile;
import com.intel.dra.gpu.device.VfProfiles;
import com.intel.dra.gpu.sysfs.files.AttributeWriter;
import com.intel.dra.gpu.sysfs.files.Symlink;
import com.intel.dra.gpu.sysfs.files.SysfsLayout;
import com.intel.dra.gpu.sysfs.files.SysfsReader;
import com.intel.dra.gpu.sysfs.files.SysfsWriter;
import com.intel.dra.kit.time.SleepingClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Splits a GPU into VFs and removes them again, with any of the kernel's interfaces. It keeps no
 * state between two calls. Calls for different GPUs may overlap; calls for one GPU must not. A call
 * takes seconds, most of them inside one write.
 *
 * <p>Follows the PCI core's rules ({@code sriov_numvfs} in drivers/pci): the number of VFs changes
 * only from 0 and back to 0, and no single VF is added or removed.
 */
public final class VirtualFunctions {

  /** The {@link #identity} of a GPU without VFs. */
  public static final String NO_VFS = "none";

  private static final long BYTES_PER_MIB = 1L << 20;

  private final SysfsLayout layout;
  private final SysfsReader reader;
  private final SriovFiles files;
  private final VfAppearance appearance;

  /**
   * @param sysfsRoot where the host's {@code /sys} is mounted, writable
   */
  public VirtualFunctions(Path sysfsRoot) {
    this(sysfsRoot, new SysfsWriter(), SleepingClock.SYSTEM);
  }

  public VirtualFunctions(Path sysfsRoot, AttributeWriter writer, SleepingClock clock) {
    this(sysfsRoot, new SysfsReader(), writer, clock);
  }

  /**
   * @param reader reads all files
   */
  public VirtualFunctions(Path sysfsRoot, SysfsReader reader) {
    this(sysfsRoot, reader, new SysfsWriter(), SleepingClock.SYSTEM);
  }

  private VirtualFunctions(
      Path sysfsRoot, SysfsReader reader, AttributeWriter writer, SleepingClock clock) {
    this.layout = new SysfsLayout(sysfsRoot);
    this.reader = reader;
    this.files = new SriovFiles(reader, writer);
    this.appearance = new VfAppearance(files, clock);
  }

  /**
   * The number of VFs of the GPU at this address: 0 if the kernel cannot make any (SR-IOV is
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

  /** Why an enabled VF of the GPU cannot be used; empty if it can, or if it does not exist. */
  public Optional<VfWithoutCard> withoutCard(PciAddress parent, int index) {
    Path vf = layout.pciDevice(parent).resolve(SysfsLayout.VIRTFN_PREFIX + index);
    if (!Files.exists(vf) || files.hasCard(vf.resolve(SysfsLayout.DRM))) {
      return Optional.empty();
    }
    return Optional.of(
        new VfWithoutCard(
            reader.readLink(vf.resolve(SysfsLayout.DRIVER)) instanceof Symlink.To(String driver)
                ? Optional.of(driver)
                : Optional.empty()));
  }

  /**
   * Identifies the present VFs: VFs that are made later have another identity, even if their number
   * and addresses are the same. The kernel gives each device that it makes a new inode.
   *
   * @return {@link #NO_VFS} if there are none; empty if it cannot be determined
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

  /** Whether no driver is bound to the GPU, or the GPU does not exist: then it has no VFs. */
  public boolean isWithoutDriver(PciAddress parent) {
    return reader.isGone(layout.pciDevice(parent).resolve(SysfsLayout.DRIVER));
  }

  /** What each VF of the GPU gets, and what is left of earlier VFs. Changes nothing. */
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
   * Makes VFs of one profile. It makes as many as the profile allows, because the remainder would
   * be of no use to others; but if the kernel gives only equal shares, no more than can get the
   * memory of the profile. Undoes everything if anything fails.
   *
   * @param parent a GPU without VFs
   * @param profile one of the GPU's {@link Gpu#vfProfiles}
   * @param atLeast how many VFs are needed
   * @throws InterruptedException with the VFs made in part; {@link #remove} removes them
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
   * without VFs and quotas is left alone. The VFs must no longer be in use.
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
   * Resets the quotas of a GPU without VFs, which an interrupted attempt may have left. VFs that
   * others have made meanwhile are left alone together with their quotas.
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
   * Checks whether the present VFs can be used: each must have its DRM card, and its memory if the
   * kernel reports it. Waits for the cards and changes nothing.
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
      if (existing != 0 && !enabled) { // others made VFs first
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
    if (!files.isWithoutSriov(device) && files.numVfs(device) != 0) {
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

  /** Resets every quota, so that the kernel can divide by itself, and switches that on. */
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
      return; // local memory quotas, which the GPU does not have
    }
    files.writeAndVerify(quota);
  }

  /**
   * A fair share for which the file says 0 is not verified, because not every kernel reports there
   * what it gave by itself.
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
