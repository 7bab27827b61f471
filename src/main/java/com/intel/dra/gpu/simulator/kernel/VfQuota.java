package com.intel.dra.gpu.simulator.kernel;

import com.intel.dra.gpu.simulator.topology.QuotaFiles;
import com.intel.dra.gpu.simulator.topology.SimulatedGpu;
import com.intel.dra.gpu.sysfs.files.SysfsLayout;
import java.util.ArrayList;
import java.util.List;

/**
 * A share of one resource that a VF can be given.
 *
 * @param vf from 1
 * @param tile from 0; always 0 for xe, whose quotas cover all tiles
 */
record VfQuota(int vf, int tile, Kind kind) {

  /** The resource that is shared, with the name of its file. */
  enum Kind {
    CONTEXTS("contexts_quota", 32),
    DOORBELLS("doorbells_quota", 32),
    EXEC_QUANTUM("exec_quantum_ms", 32),
    GGTT("ggtt_quota", 64),
    LMEM("lmem_quota", 64),
    PREEMPT_TIMEOUT("preempt_timeout_us", 32),
    VRAM("vram_quota", 64);

    private final String fileName;
    private final int bits;

    Kind(String fileName, int bits) {
      this.fileName = fileName;
      this.bits = bits;
    }

    String fileName() {
      return fileName;
    }

    int bits() {
      return bits;
    }

    /** Whether this is local memory, in bytes. */
    boolean isMemory() {
      return this == LMEM || this == VRAM;
    }

    /** Whether the amount is limited, unlike the parameters of scheduling. */
    boolean isResource() {
      return this != EXEC_QUANTUM && this != PREEMPT_TIMEOUT;
    }
  }

  /** All quotas that the GPU has files for. */
  static List<VfQuota> of(SimulatedGpu gpu) {
    List<Kind> kinds =
        switch (gpu.quotaFiles()) {
          case PRELIM_IOV ->
              List.of(
                  Kind.CONTEXTS,
                  Kind.DOORBELLS,
                  Kind.EXEC_QUANTUM,
                  Kind.GGTT,
                  Kind.LMEM,
                  Kind.PREEMPT_TIMEOUT);
          case SRIOV_ADMIN -> List.of(Kind.EXEC_QUANTUM, Kind.PREEMPT_TIMEOUT, Kind.VRAM);
          case SRIOV_ADMIN_WITHOUT_VRAM_QUOTA -> List.of(Kind.EXEC_QUANTUM, Kind.PREEMPT_TIMEOUT);
          case NONE -> List.of();
        };
    List<VfQuota> quotas = new ArrayList<>();
    int tiles = gpu.quotaFiles() == QuotaFiles.PRELIM_IOV ? gpu.tiles() : 1;
    for (int vf = 1; vf <= gpu.maxVfs(); vf++) {
      for (int tile = 0; tile < tiles; tile++) {
        for (Kind kind : kinds) {
          if (gpu.memoryMiB() > 0 || !kind.isMemory()) {
            quotas.add(new VfQuota(vf, tile, kind));
          }
        }
      }
    }
    return quotas;
  }

  /** The folder of the quota's file, below the tree of quota files. */
  String folder(SimulatedGpu gpu) {
    String vfFolder = SysfsLayout.PRELIM_IOV_VF_PREFIX + vf + "/";
    return switch (gpu.quotaFiles()) {
      case PRELIM_IOV -> vfFolder + SysfsLayout.GT + (gpu.tiles() == 1 ? "" : tile);
      case SRIOV_ADMIN, SRIOV_ADMIN_WITHOUT_VRAM_QUOTA, NONE -> vfFolder + "profile";
    };
  }
}
