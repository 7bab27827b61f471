package com.intel.dra.gpu.nodeagent.vfs;

import com.intel.dra.gpu.device.Gpu;
import com.intel.dra.gpu.device.VfProfile;
import com.intel.dra.gpu.device.VfProfiles;
import com.intel.dra.gpu.nodeagent.config.UnownedVfsSetting;
import com.intel.dra.gpu.nodeagent.state.VfHostRecord;
import com.intel.dra.gpu.sysfs.sriov.EnabledVfs;
import com.intel.dra.gpu.sysfs.sriov.SriovFailure;
import com.intel.dra.gpu.sysfs.sriov.VfWithoutCard;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What is to be done about the VFs of one GPU. It is decided from what is there now, not from what
 * happened before.
 */
sealed interface VfHostDecision {

  /** Nothing is to be done. */
  record Nothing() implements VfHostDecision {}

  /**
   * An administrator uses VFs of the GPU in a way that cannot be offered, so no other VFs are
   * planned on it.
   */
  record LeaveToOthers() implements VfHostDecision {}

  /** The GPU does not answer, so nothing of it can be offered. */
  record Withhold(String reason) implements VfHostDecision {}

  /**
   * VFs are to be made.
   *
   * @param atLeast how many VFs the claims need
   */
  record Make(VfProfile profile, int atLeast, Remains remains) implements VfHostDecision {}

  /** What an earlier attempt left, or may have left. */
  enum Remains {
    NOTHING,
    /** There are no VFs, but quotas that were written for VFs may still be there. */
    QUOTAS,
    /** There are VFs that cannot be used and that no claim uses: they must be removed first. */
    VFS,
    /** There are VFs that claims use: they stay, and are what was wanted if none is missing. */
    VFS_IN_USE
  }

  /**
   * The VFs are to be removed. This is also decided when there are none any more, because quotas
   * that were written for them may still be there.
   */
  record Remove() implements VfHostDecision {}

  /** It is not known what is there, and no claim needs it: what was settled before still counts. */
  record LeaveAsItIs() implements VfHostDecision {}

  /**
   * Claims hold VFs that cannot be made while the GPU is as it is.
   *
   * @param mayPass whether that may end by itself within seconds
   */
  record Refuse(String reason, boolean mayPass) implements VfHostDecision {

    /** A refusal that only a person can end. */
    Refuse(String reason) {
      this(reason, false);
    }
  }

  /**
   * @param held VFs of the GPU that claims hold
   * @param usedAsGpu whether claims hold the GPU itself
   * @param sight how many VFs there are, and which of those that are held cannot be used
   * @param vfsDiscovered whether any of them can be offered
   * @param made this driver's record of the GPU
   */
  record Situation(
      Gpu gpu,
      Collection<HeldVf> held,
      boolean usedAsGpu,
      VfObservation sight,
      boolean vfsDiscovered,
      Optional<VfHostRecord> made,
      UnownedVfsSetting unowned) {

    int needed() {
      return held.stream().mapToInt(vf -> vf.index() + 1).max().orElse(0);
    }

    boolean isUnverified() {
      return made.filter(record -> !record.verified()).isPresent();
    }

    boolean isInUse() {
      return held.stream().anyMatch(HeldVf::prepared);
    }
  }

  static VfHostDecision on(Situation now) {
    return switch (now.sight().enabled()) {
      case EnabledVfs.Count(int numVfs) when now.held().isEmpty() -> withoutHolders(now, numVfs);
      case EnabledVfs.Count(int numVfs) -> withHolders(now, numVfs);
      // the removal fails with a message until the GPU can be read
      case EnabledVfs.Unknown(var cause) when now.held().isEmpty() && now.made().isPresent() ->
          new Remove();
      case EnabledVfs.Unknown(SriovFailure.NoAnswer cause) ->
          new Withhold(
              "the VFs of GPU %s are not known: %s".formatted(now.gpu().uid(), cause.message()));
      case EnabledVfs.Unknown(var cause) when !now.held().isEmpty() ->
          new Refuse(
              "the VFs of GPU %s are not known: %s".formatted(now.gpu().uid(), cause.message()),
              true);
      case EnabledVfs.Unknown(var cause) -> new LeaveAsItIs();
    };
  }

  private static VfHostDecision withHolders(Situation now, int numVfs) {
    if (!now.isUnverified() && numVfs >= now.needed()) {
      return now.sight().withoutCard().entrySet().stream()
          .min(Map.Entry.comparingByKey())
          .<VfHostDecision>map(vf -> unusable(now, vf.getKey(), vf.getValue()))
          .orElse(new Nothing());
    }
    if (now.usedAsGpu()) {
      return new Refuse(
          "GPU %s cannot be split into VFs while claims use it as a whole; delete their pods"
              .formatted(now.gpu().uid()),
          true); // its pods may be ending
    }
    if (numVfs > 0 && now.made().isEmpty()) {
      return new Refuse(
          "GPU %s has %d VFs that an administrator made, and the kernel cannot add more; remove them (write 0 to sriov_numvfs), or delete the claim's pods so that it is allocated anew"
              .formatted(now.gpu().uid(), numVfs));
    }
    boolean canBeComplete = now.isUnverified() && numVfs >= now.needed();
    if (numVfs > 0 && now.isInUse() && !canBeComplete) {
      return new Refuse(
          "GPU %s has %d VFs of which some are in use, and the kernel cannot add more; delete the claim's pods so that it is allocated anew"
              .formatted(now.gpu().uid(), numVfs));
    }
    return profile(now)
        .<VfHostDecision>map(profile -> new Make(profile, now.needed(), remains(now, numVfs)))
        .orElseGet(
            () ->
                new Refuse(
                    "GPU %s (%d MiB, at most %d VFs) has no profile for %d VFs of %d MiB; delete the claim's pods so that it is allocated anew"
                        .formatted(
                            now.gpu().uid(),
                            now.gpu().memoryMiB(),
                            now.gpu().maxVfs(),
                            now.needed(),
                            memoryMiB(now))));
  }

  private static Remains remains(Situation now, int numVfs) {
    if (numVfs > 0) {
      return now.isInUse() ? Remains.VFS_IN_USE : Remains.VFS;
    }
    return now.isUnverified() ? Remains.QUOTAS : Remains.NOTHING;
  }

  private static Refuse unusable(Situation now, int index, VfWithoutCard vf) {
    return new Refuse(
        "VF %s has no DRM card: it is bound to %s; bind it to the driver of its GPU, or delete the claim's pods so that it is allocated anew"
            .formatted(
                now.gpu().uid().vf(index),
                vf.driver()
                    .map(driver -> "the driver %s".formatted(driver))
                    .orElse("no driver (see the kernel log)")));
  }

  private static VfHostDecision withoutHolders(Situation now, int numVfs) {
    // quotas may be left: by an administrator who removed VFs, or by an attempt that did not end
    if (now.made().isPresent()) {
      return new Remove();
    }
    if (numVfs == 0) {
      return new Nothing();
    }
    if (now.unowned() == UnownedVfsSetting.REMOVE) {
      return new Remove();
    }
    return now.vfsDiscovered() ? new Nothing() : new LeaveToOthers();
  }

  /**
   * Returns the profile with which the VFs were planned. VFs that existed when claims were given
   * them have none; if they have vanished, it is the profile with which this driver made them, or
   * else the smallest one that gives what was promised.
   */
  private static Optional<VfProfile> profile(Situation now) {
    int memoryMiB = memoryMiB(now);
    List<VfProfile> possible =
        now.gpu().vfProfiles().stream()
            .filter(profile -> profile.numVfs() >= now.needed())
            // if the kernel reports no memory (xe), the profiles have none either
            .filter(profile -> profile.memoryMiB() >= memoryMiB || now.gpu().memoryMiB() == 0)
            .toList();
    return now.held().stream()
        .map(HeldVf::profile)
        .sorted()
        .flatMap(name -> VfProfiles.named(possible, name).stream())
        .findFirst()
        .or(() -> now.made().flatMap(made -> VfProfiles.named(possible, made.profile())))
        .or(() -> possible.stream().findFirst());
  }

  private static int memoryMiB(Situation now) {
    return now.held().stream().mapToInt(HeldVf::memoryMiB).max().orElse(0);
  }
}
