package com.intel.dra.gpu.sysfs.sriov;

import com.intel.dra.gpu.device.VfProfile;
import com.intel.dra.gpu.sysfs.files.SysfsLayout;
import com.intel.dra.gpu.sysfs.files.SysfsReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Mainline xe's {@code sriov_admin} tree (Linux 6.19), below a PF's PCI device: scheduling for each
 * VF, and from Linux 7.0 also {@code vram_quota}, in bytes over all tiles. The kernel divides
 * contexts, doorbells and GGTT itself.
 *
 * <p>Without {@code vram_quota} nothing at all is written here, so that the kernel divides
 * everything into equal shares.
 */
public record SriovAdmin(VfFolders vfs) implements QuotaInterface {

  static final String PROFILE = "profile";
  public static final String VRAM_QUOTA = "vram_quota";
  static final String EXEC_QUANTUM_MS = "exec_quantum_ms";
  static final String PREEMPT_TIMEOUT_US = "preempt_timeout_us";

  static Optional<SriovAdmin> of(SysfsReader reader, Path device) {
    return Optional.of(device.resolve(SysfsLayout.SRIOV_ADMIN))
        .filter(Files::isDirectory)
        .map(tree -> new SriovAdmin(new VfFolders(reader, tree)));
  }

  public static Path vramQuota(Path device, int vfNumber) {
    return profile(
            device
                .resolve(SysfsLayout.SRIOV_ADMIN)
                .resolve(SysfsLayout.PRELIM_IOV_VF_PREFIX + vfNumber))
        .resolve(VRAM_QUOTA);
  }

  private static Path profile(Path vf) {
    return vf.resolve(PROFILE);
  }

  @Override
  public boolean takesQuotas() {
    return Files.exists(profile(vfs.folder(1)).resolve(VRAM_QUOTA));
  }

  @Override
  public List<QuotaWrite> quotasOf(int vfNumber, VfProfile.Quotas quotas) {
    Path profile = profile(vfs.folder(vfNumber));
    return List.of(
        QuotaWrite.atLeast(profile.resolve(VRAM_QUOTA), quotas.lmemBytes()),
        QuotaWrite.exactly(profile.resolve(EXEC_QUANTUM_MS), quotas.execQuantumMs()),
        QuotaWrite.exactly(profile.resolve(PREEMPT_TIMEOUT_US), quotas.preemptTimeoutUs()));
  }

  @Override
  public List<Path> quotaFiles() throws SriovException {
    var files = new ArrayList<Path>();
    if (takesQuotas()) {
      for (int vfNumber : vfs.numbers()) {
        Path profile = profile(vfs.folder(vfNumber));
        Stream.of(VRAM_QUOTA, EXEC_QUANTUM_MS, PREEMPT_TIMEOUT_US)
            .map(profile::resolve)
            .filter(Files::exists)
            .forEach(files::add);
      }
    }
    return files;
  }

  @Override
  public List<Path> memoryFiles(int vfNumber) {
    return Stream.of(profile(vfs.folder(vfNumber)).resolve(VRAM_QUOTA))
        .filter(Files::exists)
        .toList();
  }

  @Override
  public Optional<Path> autoProvisioning() {
    return Optional.empty();
  }
}
