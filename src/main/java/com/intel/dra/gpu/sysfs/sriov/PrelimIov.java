package com.intel.dra.gpu.sysfs.sriov;

import com.intel.dra.gpu.device.VfProfile;
import com.intel.dra.gpu.sysfs.files.SysfsLayout;
import com.intel.dra.gpu.sysfs.files.SysfsReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The {@code prelim_iov} tree of the out-of-tree i915, which some of Intel's kernels call {@code
 * iov}: six quotas for each VF and tile, of which local memory, GGTT and doorbells are amounts per
 * tile. A profile's amounts are divided by the number of tiles, as Intel's Go driver does since
 * v0.4.0, so that the VF's total is what its profile says.
 *
 * @param tree the card's {@code prelim_iov} or {@code iov}
 */
record PrelimIov(VfFolders vfs, Path tree) implements QuotaInterface {

  static final String CONTEXTS_QUOTA = "contexts_quota";
  static final String DOORBELLS_QUOTA = "doorbells_quota";
  static final String EXEC_QUANTUM_MS = "exec_quantum_ms";
  static final String GGTT_QUOTA = "ggtt_quota";
  static final String LMEM_QUOTA = "lmem_quota";
  static final String PREEMPT_TIMEOUT_US = "preempt_timeout_us";

  private static final List<String> QUOTAS =
      List.of(
          CONTEXTS_QUOTA,
          DOORBELLS_QUOTA,
          EXEC_QUANTUM_MS,
          GGTT_QUOTA,
          LMEM_QUOTA,
          PREEMPT_TIMEOUT_US);

  static Optional<PrelimIov> of(SysfsReader reader, Path card) {
    return List.of(SysfsLayout.PRELIM_IOV, SysfsLayout.IOV).stream()
        .map(card::resolve)
        .filter(Files::isDirectory)
        .map(tree -> new PrelimIov(new VfFolders(reader, tree), tree))
        .findFirst();
  }

  @Override
  public boolean takesQuotas() {
    return true;
  }

  @Override
  public List<QuotaWrite> quotasOf(int vfNumber, VfProfile.Quotas quotas) throws SriovException {
    List<Path> tiles = tiles(vfNumber);
    int count = tiles.size();
    var writes = new ArrayList<QuotaWrite>();
    for (Path tile : tiles) {
      writes.add(QuotaWrite.atLeast(tile.resolve(CONTEXTS_QUOTA), quotas.contexts()));
      writes.add(QuotaWrite.atLeast(tile.resolve(DOORBELLS_QUOTA), quotas.doorbells() / count));
      writes.add(QuotaWrite.exactly(tile.resolve(EXEC_QUANTUM_MS), quotas.execQuantumMs()));
      writes.add(QuotaWrite.atLeast(tile.resolve(GGTT_QUOTA), quotas.ggttBytes() / count));
      writes.add(
          QuotaWrite.atLeast(
              tile.resolve(LMEM_QUOTA), Math.ceilDiv(quotas.lmemBytes(), (long) count)));
      writes.add(QuotaWrite.exactly(tile.resolve(PREEMPT_TIMEOUT_US), quotas.preemptTimeoutUs()));
    }
    return writes;
  }

  @Override
  public List<Path> quotaFiles() throws SriovException {
    var files = new ArrayList<Path>();
    for (int vfNumber : vfs.numbers()) {
      for (Path tile : tiles(vfNumber)) {
        QUOTAS.stream().map(tile::resolve).filter(Files::exists).forEach(files::add);
      }
    }
    return files;
  }

  @Override
  public List<Path> memoryFiles(int vfNumber) throws SriovException {
    return tiles(vfNumber).stream()
        .map(tile -> tile.resolve(LMEM_QUOTA))
        .filter(Files::exists)
        .toList();
  }

  @Override
  public Optional<Path> autoProvisioning() {
    return Optional.of(
        tree.resolve(SysfsLayout.PRELIM_IOV_PF).resolve(SysfsLayout.AUTO_PROVISIONING));
  }

  /** {@code gt} on a GPU with one tile, {@code gt0} and {@code gt1} on a GPU with two. */
  private List<Path> tiles(int vfNumber) throws SriovException {
    Path vf = vfs.folder(vfNumber);
    List<Path> tiles =
        vfs.list(vf).stream()
            .filter(name -> name.matches(SysfsLayout.GT + "\\d*"))
            .sorted()
            .map(vf::resolve)
            .toList();
    if (tiles.isEmpty()) {
      throw new SriovException(new SriovFailure.Unreadable(vf, "has no folder gt*"));
    }
    return tiles;
  }
}
