package com.intel.dra.gpu.simulator.kernel;

import com.intel.dra.gpu.device.PciAddress;
import com.intel.dra.gpu.simulator.fuse.TreeEntry;
import com.intel.dra.gpu.simulator.topology.PlacedGpu;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SequencedMap;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The GPUs that the kernel has, and the tree that readers see. Its monitor guards the state of all
 * GPUs: a caller that reads and then changes something holds it meanwhile.
 */
final class KernelGpus {

  /** Cards beyond this number have no minor number in the classic ranges. */
  static final int CARDS = 64;

  private final SequencedMap<PciAddress, KernelPf> pfs = new LinkedHashMap<>();
  private volatile TreeEntry.Folder root = KernelTree.root(List.of());

  synchronized List<KernelPf> all() {
    return List.copyOf(pfs.values());
  }

  synchronized Optional<KernelPf> at(PciAddress address) {
    return Optional.ofNullable(pfs.get(address));
  }

  synchronized boolean contains(KernelPf pf) {
    return pfs.get(pf.address()) == pf;
  }

  synchronized void add(PlacedGpu placed) {
    pfs.put(placed.gpu().address(), new KernelPf(placed));
  }

  synchronized void remove(KernelPf pf) {
    pfs.remove(pf.address());
  }

  /**
   * The writable file of a GPU.
   *
   * @param path in the tree, through no link
   */
  synchronized Optional<WritableFile> writableFile(String path) {
    String[] names = path.split("/", 4); // devices, host bridge, GPU, file
    if (names.length < 4) {
      return Optional.empty();
    }
    return PciAddress.parse(names[2])
        .map(pfs::get)
        .flatMap(pf -> pf.file(names[3]).map(kind -> new WritableFile(pf, names[3], kind)));
  }

  /** Whether a GPU or a VF is at the address. */
  synchronized boolean isTaken(PciAddress address) {
    return pfs.containsKey(address)
        || pfs.values().stream()
            .flatMap(pf -> pf.vfs().stream())
            .anyMatch(vf -> vf.address().equals(address));
  }

  /**
   * @param more VFs that are about to be shown
   */
  synchronized OptionalInt lowestFreeCard(Collection<VisibleVf> more) {
    Set<Integer> taken =
        Stream.of(
                pfs.values().stream().map(pf -> pf.placed().cardIndex()),
                cards(pfs.values().stream().flatMap(pf -> pf.vfs().stream())),
                cards(more.stream()))
            .flatMap(cards -> cards)
            .collect(Collectors.toSet());
    return IntStream.range(0, CARDS).filter(card -> !taken.contains(card)).findFirst();
  }

  private static Stream<Integer> cards(Stream<VisibleVf> vfs) {
    return vfs.flatMap(vf -> vf.cardIndex().stream().boxed());
  }

  /** Shows readers the GPUs as they are now. */
  synchronized void publish() {
    root = KernelTree.root(pfs.values().stream().flatMap(pf -> pf.functions().stream()).toList());
  }

  /** The tree as it was published last. */
  TreeEntry.Folder root() {
    return root;
  }
}
