package com.intel.dra.gpu.simulator.kernel;

import com.intel.dra.gpu.simulator.fuse.Errno;
import com.intel.dra.gpu.simulator.topology.QuotaFiles;
import com.intel.dra.gpu.simulator.topology.SimulatedGpu;
import com.intel.dra.gpu.sysfs.files.KernelDriver;
import java.util.List;

/**
 * Decides what the kernel does with a write to one of a PF's files. Nothing is carried out here.
 *
 * <p>Sources: sriov_numvfs belongs to the PCI core (drivers/pci/iov.c and pci-sysfs.c). xe's files
 * are described in Documentation/ABI/testing/sysfs-driver-intel-xe-sriov. prelim_iov follows what
 * is known of Intel's out-of-tree i915; the errno that it returns for quotas that do not fit
 * together has not been observed.
 */
final class SriovRules {

  /** The decision about a write. */
  sealed interface Decision {}

  /**
   * The write fails.
   *
   * @param why the reason, for people
   */
  record Refused(Errno errno, String why) implements Decision {}

  /** The write is carried out; {@code next} is the new state. */
  record Changed(PfState next) implements Decision {}

  /** VFs must be made; after that, {@code next} is the new state. */
  record Enabled(PfState next) implements Decision {}

  /** All VFs must be removed; after that, {@code next} is the new state. */
  record Disabled(PfState next) implements Decision {}

  private static final long MIB = 1L << 20;

  /** Local memory is given in pages of the table that maps it for the VFs. */
  private static final long MEMORY_PAGE = 2 * MIB;

  private static final long GGTT_BYTES = 4L << 30;
  private static final long CONTEXTS = 1 << 16;
  private static final long DOORBELLS = 256;

  private SriovRules() {}

  /**
   * @param vfsLeft whether VFs exist although none is enabled
   */
  static Decision write(PfState pf, PfFile file, String text, boolean vfsLeft) {
    return switch (file) {
      case PfFile.NumVfs any ->
          switch (KernelNumbers.unsigned(text, 16)) {
            case KernelNumbers.Bad bad -> new Refused(Errno.EINVAL, "that is not a number of VFs");
            case KernelNumbers.Number(long count) -> numVfs(pf, (int) count, vfsLeft);
          };
      case PfFile.DriversAutoprobe any ->
          switch (KernelNumbers.bool(text)) {
            case KernelNumbers.Bad bad -> new Refused(Errno.EINVAL, "that is neither 0 nor 1");
            case KernelNumbers.Number(long on) -> new Changed(pf.withAutoprobe(on == 1));
          };
      case PfFile.AutoProvisioning any ->
          switch (KernelNumbers.bool(text)) {
            case KernelNumbers.Bad bad -> new Refused(bad.errno(), "that is neither 0 nor 1");
            case KernelNumbers.Number(long on) -> autoProvisioning(pf, on == 1);
          };
      case PfFile.NumaNode any ->
          text.strip().equals(KernelTree.numaNode(pf.gpu()))
              ? new Changed(pf)
              : new Refused(Errno.EINVAL, "there is no such NUMA node");
      case PfFile.OfQuota(VfQuota quota) ->
          switch (KernelNumbers.unsigned(text, quota.kind().bits())) {
            case KernelNumbers.Bad bad -> new Refused(bad.errno(), "that is not an amount");
            case KernelNumbers.Number(long value) -> quota(pf, quota, value);
          };
    };
  }

  private static Decision numVfs(PfState pf, int count, boolean vfsLeft) {
    if (count > pf.gpu().maxVfs()) {
      return new Refused(Errno.ERANGE, "at most %d VFs are possible".formatted(pf.gpu().maxVfs()));
    }
    if (count == pf.numVfs()) {
      return new Changed(pf);
    }
    if (pf.gpu().driver() == KernelDriver.I915 && pf.gpu().quotaFiles() == QuotaFiles.NONE) {
      return new Refused(Errno.ENOENT, "the mainline i915 cannot make VFs");
    }
    if (count == 0) {
      return new Disabled(disable(pf));
    }
    if (pf.numVfs() != 0) {
      return new Refused(Errno.EBUSY, "%d VFs are enabled; write 0 first".formatted(pf.numVfs()));
    }
    if (vfsLeft) {
      return new Refused(Errno.EBUSY, "VFs that were disabled are still there");
    }
    return enable(pf, count);
  }

  private static PfState disable(PfState pf) {
    PfState none = pf.withNumVfs(0);
    return switch (pf.gpu().quotaFiles()) {
      case PRELIM_IOV -> pf.autoProvisioning() ? none.released(false) : none;
      // scheduling is kept; local memory must be set again
      case SRIOV_ADMIN, SRIOV_ADMIN_WITHOUT_VRAM_QUOTA, NONE -> none.released(true);
    };
  }

  private static Decision enable(PfState pf, int count) {
    List<VfQuota> resources =
        VfQuota.of(pf.gpu()).stream()
            .filter(quota -> quota.vf() <= count && quota.kind().isResource())
            .toList();
    long given = resources.stream().filter(quota -> pf.quota(quota) != 0).count();
    if (given > 0 && given < resources.size()) {
      return new Refused(
          Errno.EIO,
          "%d of the %d quotas of these VFs are set; set all or none"
              .formatted(given, resources.size()));
    }
    // covers all VFs, also those beyond count
    boolean untouched = pf.quotas().keySet().stream().noneMatch(quota -> quota.kind().isResource());
    if (given == 0 && !untouched && pf.gpu().quotaFiles() != QuotaFiles.PRELIM_IOV) {
      return new Refused(Errno.EIO, "quotas of other VFs are set, and none of these");
    }
    boolean byItself = untouched && pf.autoProvisioning();
    return new Enabled((byItself ? provision(pf, count) : pf).withNumVfs(count));
  }

  /** Gives all VFs equal shares. */
  private static PfState provision(PfState pf, int count) {
    PfState next = pf;
    boolean prelimIov = pf.gpu().quotaFiles() == QuotaFiles.PRELIM_IOV;
    int tiles = prelimIov ? pf.gpu().tiles() : 1;
    for (int vf = 1; vf <= count; vf++) {
      for (int tile = 0; tile < tiles; tile++) {
        if (prelimIov) {
          long share = tileBytes(pf.gpu()) / count / MEMORY_PAGE * MEMORY_PAGE;
          next =
              next.with(new VfQuota(vf, tile, VfQuota.Kind.LMEM), share)
                  .with(new VfQuota(vf, tile, VfQuota.Kind.GGTT), GGTT_BYTES / count / MIB * MIB)
                  .with(new VfQuota(vf, tile, VfQuota.Kind.CONTEXTS), CONTEXTS / count)
                  .with(new VfQuota(vf, tile, VfQuota.Kind.DOORBELLS), DOORBELLS / count);
        } else {
          // Linux 7.0: whole GiB, divided, rounded down to a power of two
          long share = Long.highestOneBit((pf.gpu().memoryMiB() * MIB >> 30 << 30) / count);
          next = next.with(new VfQuota(vf, tile, VfQuota.Kind.VRAM), share);
        }
      }
    }
    return next;
  }

  private static Decision autoProvisioning(PfState pf, boolean on) {
    if (on && !pf.autoProvisioning() && !pf.quotas().isEmpty()) {
      return new Refused(Errno.ESTALE, "quotas are set; write 0 to all of them first");
    }
    return new Changed(pf.withAutoProvisioning(on));
  }

  private static Decision quota(PfState pf, VfQuota quota, long wanted) {
    boolean prelimIov = pf.gpu().quotaFiles() == QuotaFiles.PRELIM_IOV;
    VfQuota.Kind kind = quota.kind();
    if (prelimIov && kind.isResource() && quota.vf() <= pf.numVfs()) {
      return new Refused(Errno.EBUSY, "VF %d is enabled".formatted(quota.vf()));
    }
    long value = kind.isMemory() ? roundUp(wanted) : wanted;
    long available = limit(pf.gpu(), kind);
    long others = pf.sum(kind, quota.tile()) - pf.quota(quota);
    if (value > available - others) {
      return new Refused(
          Errno.ENOSPC, "only %d of %d are left".formatted(available - others, available));
    }
    PfState next = pf.with(quota, value);
    return new Changed(prelimIov ? next.withAutoProvisioning(false) : next);
  }

  private static long roundUp(long bytes) {
    return bytes > Long.MAX_VALUE - MEMORY_PAGE
        ? Long.MAX_VALUE
        : Math.ceilDiv(bytes, MEMORY_PAGE) * MEMORY_PAGE;
  }

  private static long tileBytes(SimulatedGpu gpu) {
    return gpu.memoryMiB() * MIB / gpu.tiles();
  }

  /**
   * The amount available to the VFs of a GPU, per tile if quotas are per tile. Doorbells are not
   * limited, because a table of profiles written for more tiles than the topology has must be
   * usable.
   */
  private static long limit(SimulatedGpu gpu, VfQuota.Kind kind) {
    return switch (kind) {
      case LMEM -> tileBytes(gpu);
      case VRAM -> gpu.memoryMiB() * MIB;
      case GGTT -> GGTT_BYTES;
      case CONTEXTS -> CONTEXTS;
      case DOORBELLS, EXEC_QUANTUM, PREEMPT_TIMEOUT -> Long.MAX_VALUE;
    };
  }
}
