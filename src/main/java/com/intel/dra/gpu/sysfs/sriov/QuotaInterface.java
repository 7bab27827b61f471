package com.intel.dra.gpu.sysfs.sriov;

import com.intel.dra.gpu.device.VfProfile;
import com.intel.dra.gpu.sysfs.files.SysfsLayout;
import com.intel.dra.gpu.sysfs.files.SysfsReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A kernel interface through which an administrator sets the share of each VF of a GPU. Reads which
 * files exist and says what must be written; writes nothing itself. VFs are numbered from 1 here,
 * as in the kernel: VF 1 is {@code virtfn0}.
 */
public sealed interface QuotaInterface permits PrelimIov, SriovAdmin, FairShare {

  /**
   * Chooses by the trees that exist, not by the driver's name, because one driver may or may not
   * have them.
   */
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

  /** Whether VFs can be given quotas; otherwise the kernel gives each the same. */
  boolean takesQuotas();

  /**
   * The values to write before the VFs are enabled, in the order in which to write them.
   *
   * @throws SriovException if files for them are missing
   */
  List<QuotaWrite> quotasOf(int vfNumber, VfProfile.Quotas quotas) throws SriovException;

  /** The quota files of every possible VF; they must contain 0 while there are no VFs. */
  List<Path> quotaFiles() throws SriovException;

  /** The files whose sum is a VF's local memory in bytes; empty if the kernel has none. */
  List<Path> memoryFiles(int vfNumber) throws SriovException;

  /** The file that contains 1 while the kernel divides by itself; empty if the kernel has none. */
  Optional<Path> autoProvisioning();
}
