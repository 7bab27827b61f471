package com.intel.dra.gpu.sysfs.sriov;

import com.intel.dra.gpu.sysfs.files.SysfsLayout;
import com.intel.dra.kit.time.Deadline;
import com.intel.dra.kit.time.SleepingClock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.BooleanSupplier;

/** Waits until enabled VFs are usable, and until disabled VFs are gone. */
record VfAppearance(SriovFiles files, SleepingClock clock) {

  private static final Duration POLL = Duration.ofMillis(100);
  private static final Duration APPEARING = Duration.ofSeconds(10);
  private static final Duration APPEARING_EACH = Duration.ofSeconds(1);
  private static final Duration VANISHING = Duration.ofSeconds(10);

  void awaitVfs(Path device, int count) throws SriovException, InterruptedException {
    Duration patience = APPEARING.plus(APPEARING_EACH.multipliedBy(count));
    Deadline deadline = Deadline.of(patience, clock);
    for (int index = 0; index < count; index++) {
      Path drm = device.resolve(SysfsLayout.VIRTFN_PREFIX + index).resolve(SysfsLayout.DRM);
      if (!await(() -> files.hasCard(drm), deadline)) {
        throw new SriovException(
            new SriovFailure.VfDidNotAppear(drm.resolve("card<N>"), index, patience));
      }
    }
  }

  void awaitNoVfs(Path device) throws SriovException, InterruptedException {
    if (!await(() -> files.firstVf(device).isEmpty(), Deadline.of(VANISHING, clock))) {
      throw new SriovException(
          new SriovFailure.VfsDidNotVanish(
              files.firstVf(device).orElse(device.resolve(SysfsLayout.VIRTFN_PREFIX)), VANISHING));
    }
  }

  private boolean await(BooleanSupplier condition, Deadline deadline) throws InterruptedException {
    while (!condition.getAsBoolean()) {
      if (deadline.hasPassed()) {
        return false;
      }
      clock.sleep(POLL);
    }
    return true;
  }
}
