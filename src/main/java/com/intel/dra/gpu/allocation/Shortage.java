package com.intel.dra.gpu.allocation;

import com.intel.dra.gpu.allocation.Refusal.Reason;
import com.intel.dra.gpu.allocation.Source.ExistingVf;
import com.intel.dra.gpu.allocation.Source.GpuShare;
import com.intel.dra.gpu.device.Gpu;
import java.util.Optional;
import java.util.stream.IntStream;

/** The reason why a node cannot serve one request, even if it were the only one. */
final class Shortage {

  private final Ledger ledger;
  private final DeviceRequest request;

  private Shortage(Ledger ledger, DeviceRequest request) {
    this.ledger = ledger;
    this.request = request;
  }

  /** Empty if the node can serve the request. */
  static Optional<Refusal> of(Ledger ledger, DeviceRequest request) {
    var shortage = new Shortage(ledger, request);
    return switch (request.type()) {
      case GPU -> shortage.ofGpus();
      case VF -> shortage.ofVfs();
    };
  }

  private Optional<Refusal> ofGpus() {
    int fitting = 0;
    for (int gpu = 0; gpu < ledger.gpuCount(); gpu++) {
      if (ledger.fits(new GpuShare(gpu), request)) {
        fitting++;
      }
    }
    if (fitting >= request.count()) {
      return Optional.empty();
    }
    int[] matching =
        IntStream.range(0, ledger.gpuCount())
            .filter(gpu -> request.selector().matches(ledger.gpu(gpu).uid()))
            .toArray();
    int[] plain = IntStream.of(matching).filter(gpu -> !ledger.isVfHost(gpu)).toArray();
    if (matching.length == 0) {
      return refusal(
          Reason.NO_MATCHING_DEVICE,
          ledger.gpuCount() == 0
              ? "the node has no GPU"
              : "the deviceSelector of the class matches none of the node's %d GPUs"
                  .formatted(ledger.gpuCount()));
    }
    if (matching.length < request.count()) {
      return refusal(
          Reason.NOT_ENOUGH_DEVICES,
          "not enough GPUs: asked for %d different ones, the node has %d"
              .formatted(request.count(), matching.length));
    }
    if (plain.length < request.count()) {
      return refusal(
          Reason.DEVICES_ARE_VF_HOSTS,
          "not enough whole GPUs: asked for %d, %d of the node's %d are split into VFs"
              .formatted(request.count(), matching.length - plain.length, matching.length));
    }
    int[] open = IntStream.of(plain).filter(gpu -> ledger.roomForShares(gpu) > 0).toArray();
    if (open.length < request.count()) {
      return refusal(
          Reason.NOT_ENOUGH_DEVICES,
          "not enough GPUs: asked for %d, %d of the node's %d are shared by the maximum of %d claims"
              .formatted(
                  request.count(), plain.length - open.length, matching.length, Gpu.MAX_SHARES));
    }
    long largest = IntStream.of(open).mapToLong(ledger::freeMiB).max().orElse(0);
    return refusal(
        Reason.NOT_ENOUGH_MEMORY,
        fitting == 0
            ? "not enough memory on any GPU: asked for %d MiB, largest free %d MiB"
                .formatted(request.memoryMiB(), Math.max(0, largest))
            : "not enough memory on %d different GPUs: asked for %d MiB on each, %d have that much free"
                .formatted(request.count(), request.memoryMiB(), fitting));
  }

  private Optional<Refusal> ofVfs() {
    int available = 0;
    for (int vf = 0; vf < ledger.vfCount(); vf++) {
      if (ledger.fits(new ExistingVf(vf), request)) {
        available++;
      }
    }
    for (int gpu = 0; gpu < ledger.gpuCount(); gpu++) {
      available += ledger.roomForVfs(gpu, request);
    }
    if (available >= request.count()) {
      return Optional.empty();
    }
    int[] existing =
        IntStream.range(0, ledger.vfCount())
            .filter(vf -> request.selector().matches(ledger.vf(vf).uid()))
            .toArray();
    int[] parents =
        IntStream.range(0, ledger.gpuCount())
            .filter(gpu -> !ledger.profiles(gpu).isEmpty())
            .filter(this::canHaveMatchingVfs)
            .toArray();
    if (existing.length == 0 && parents.length == 0) {
      return refusal(
          Reason.NO_MATCHING_DEVICE,
          "the node has no VF, and no GPU that can be split into VFs"
              + (request.selector().terms().isEmpty()
                  ? ""
                  : ", that the deviceSelector of the class matches"));
    }
    int largestMiB =
        IntStream.concat(
                IntStream.of(existing).map(vf -> ledger.vf(vf).memoryMiB()),
                IntStream.of(parents).map(gpu -> ledger.profiles(gpu).getLast().memoryMiB()))
            .max()
            .orElse(0);
    if (largestMiB < request.memoryMiB()) {
      return refusal(
          Reason.NOT_ENOUGH_MEMORY,
          "not enough memory on any VF: asked for %d MiB, largest possible %d MiB"
              .formatted(request.memoryMiB(), largestMiB));
    }
    // a GPU with VFs can be split again after they are removed, so its present VFs do not count
    int possible =
        IntStream.concat(
                IntStream.of(existing)
                    .filter(vf -> ledger.vf(vf).memoryMiB() >= request.memoryMiB())
                    .filter(vf -> !ledger.canBeSplitAnew(vf))
                    .map(vf -> 1),
                IntStream.of(parents).map(this::possibleVfs))
            .sum();
    if (possible < request.count()) {
      return refusal(
          Reason.NOT_ENOUGH_DEVICES,
          "not enough VFs: asked for %d of %d MiB, the node can have %d"
              .formatted(request.count(), request.memoryMiB(), possible));
    }
    return refusal(
        Reason.NOT_ENOUGH_FREE_VFS,
        "not enough free VFs: asked for %d of %d MiB, %d are free or can be made on idle GPUs"
            .formatted(request.count(), request.memoryMiB(), available));
  }

  /** VFs are added in the order of their indices, and a class may select VFs by index. */
  private boolean canHaveMatchingVfs(int gpu) {
    return request.selector().matches(ledger.gpu(gpu).uid().vf(0))
        || ledger.roomForVfs(gpu, request) > 0;
  }

  private int possibleVfs(int gpu) {
    return Math.max(ledger.vfsIfIdle(gpu, request), ledger.roomForVfs(gpu, request));
  }

  private Optional<Refusal> refusal(Reason reason, String message) {
    return Optional.of(new Refusal(reason, Optional.of(request.claimUid()), message));
  }
}
