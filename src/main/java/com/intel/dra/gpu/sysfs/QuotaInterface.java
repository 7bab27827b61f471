package com.intel.dra.gpu.sysfs;

import com.intel.dra.gpu.device.VfProfile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * How one kernel interface lets an administrator say what each VF of a GPU gets. Reads which files
 * there are and says what is to be written; writes nothing itself. VFs are numbered from 1 here, as
 * the kernel does: VF 1 is {@code virtfn0}.
 */
sealed interface QuotaInterface permits PrelimIov, SriovAdmin, FairShare {

  /** By the trees that are there, not by the driver's name: a driver has them or not. */
  static QuotaInterface of(SysfsReader reader, Path device) throws SriovException {
    Optional<SriovAdmin> sriovAdmin = SriovAdmin.of(reader, device);
    if (sriovAdmin.isPresent()) {
      return sriovAdmin.get();
    }
    Path drm = device.resolve(SysfsLayout.DRM);
    for (String name : list(reader, drm)) {
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

  private static List<String> list(SysfsReader reader, Path folder) throws SriovException {
    try {
      return reader.list(folder);
    } catch (IOException e) {
      throw new SriovException(new SriovFailure.Unreadable(folder, SysfsReader.why(e)));
    }
  }

  /** Whether VFs can be given quotas; else the kernel gives each the same. */
  boolean takesQuotas();

  /**
   * What to write, in that order, before the VFs are enabled.
   *
   * @throws SriovException when files for it are missing
   */
  List<QuotaWrite> quotasOf(int vfNumber, VfProfile.Quotas quotas) throws SriovException;

  /** The files of every possible VF that are to say 0 while there are no VFs. */
  List<Path> quotaFiles() throws SriovException;

  /** The files whose sum is a VF's local memory in bytes; empty where the kernel has none. */
  List<Path> memoryFiles(int vfNumber) throws SriovException;

  /** The file that says 1 while the kernel divides by itself; empty where the kernel has none. */
  Optional<Path> autoProvisioning();
}
