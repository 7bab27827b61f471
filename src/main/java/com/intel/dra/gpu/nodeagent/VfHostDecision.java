package com.intel.dra.gpu.nodeagent;

import com.intel.dra.gpu.device.Gpu;
import com.intel.dra.gpu.device.VfProfile;
import com.intel.dra.gpu.device.VfProfiles;
import com.intel.dra.gpu.sysfs.EnabledVfs;
import com.intel.dra.gpu.sysfs.SriovFailure;
import com.intel.dra.gpu.sysfs.VfWithoutCard;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What is to be done about the VFs of one GPU. Decided from what is, whatever happened before. */
sealed interface VfHostDecision {

  /** All is as it should be. */
  record Nothing() implements VfHostDecision {}

  /** Somebody else uses VFs of it that cannot be offered: it is not to be planned for others. */
  record LeaveToOthers() implements VfHostDecision {}

  /** It does not answer, so that nothing of it can be offered. */
  record Withhold(String reason) implements VfHostDecision {}

  /**
   * @param atLeast how many VFs the claims need
   */
  record Make(VfProfile profile, int atLeast, Remains remains) implements VfHostDecision {}

  /** What an earlier attempt left, or may have left. */
  enum Remains {
    NOTHING,
    /** There are no VFs; what was written for them may still be there. */
    QUOTAS,
    /** VFs that are of no use and that nobody uses: they have to go first. */
    VFS,
    /** VFs that claims use: they stay, and are what was to be made if nothing is missing. */
    VFS_IN_USE
  }

  /** Also where there are none any more: what was written for them may still be there. */
  record Remove() implements VfHostDecision {}

  /** Claims hold VFs that cannot be made while things are as they are. */
  record Refuse(String reason) implements VfHostDecision {}

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
      VfSight sight,
      boolean vfsDiscovered,
      Optional<MadeVfs> made,
      UnownedVfs unowned) {

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
      // the removal will say what is wrong, until it is right
      case EnabledVfs.Unknown(var cause) when now.held().isEmpty() && now.made().isPresent() ->
          new Remove();
      case EnabledVfs.Unknown(SriovFailure.NoAnswer cause) ->
          new Withhold(
              "the VFs of GPU %s are not known: %s".formatted(now.gpu().uid(), cause.message()));
      case EnabledVfs.Unknown(var cause) when !now.held().isEmpty() ->
          new Refuse(
              "the VFs of GPU %s are not known: %s".formatted(now.gpu().uid(), cause.message()));
      case EnabledVfs.Unknown(var cause) -> new Nothing();
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
              .formatted(now.gpu().uid()));
    }
    if (numVfs > 0 && now.made().isEmpty()) {
      return new Refuse(
          "GPU %s has %d VFs that an administrator made, and the kernel adds none to them; remove them (write 0 to sriov_numvfs), or delete the claim's pods so that it is allocated anew"
              .formatted(now.gpu().uid(), numVfs));
    }
    boolean canBeComplete = now.isUnverified() && numVfs >= now.needed();
    if (numVfs > 0 && now.isInUse() && !canBeComplete) {
      return new Refuse(
          "GPU %s has %d VFs of which some are in use, and the kernel adds none to them; delete the claim's pods so that it is allocated anew"
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
    // whoever removes VFs leaves their quotas, and so may what was begun and not verified
    if (now.made().isPresent()) {
      return new Remove();
    }
    if (numVfs == 0) {
      return new Nothing();
    }
    if (now.unowned() == UnownedVfs.REMOVE) {
      return new Remove();
    }
    return now.vfsDiscovered() ? new Nothing() : new LeaveToOthers();
  }

  /**
   * That with which the VFs were planned; else, because they existed when they were given and have
   * vanished, that with which this driver made them; else the smallest that gives what was
   * promised.
   */
  private static Optional<VfProfile> profile(Situation now) {
    int memoryMiB = memoryMiB(now);
    List<VfProfile> possible =
        now.gpu().vfProfiles().stream()
            .filter(profile -> profile.numVfs() >= now.needed())
            // where the kernel tells no memory (xe), the profiles do not either
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
