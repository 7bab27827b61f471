package com.intel.dra.gpu.sysfs.sriov;

import com.intel.dra.gpu.device.VfProfile;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A kernel that offers no quotas and divides a GPU only by itself: xe before Linux 6.19, and
 * integrated GPUs.
 */
record FairShare() implements QuotaInterface {

  @Override
  public boolean takesQuotas() {
    return false;
  }

  @Override
  public List<QuotaWrite> quotasOf(int vfNumber, VfProfile.Quotas quotas) {
    return List.of();
  }

  @Override
  public List<Path> quotaFiles() {
    return List.of();
  }

  @Override
  public List<Path> memoryFiles(int vfNumber) {
    return List.of();
  }

  @Override
  public Optional<Path> autoProvisioning() {
    return Optional.empty();
  }
}
