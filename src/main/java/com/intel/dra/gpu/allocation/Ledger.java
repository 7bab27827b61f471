package com.intel.dra.gpu.allocation;

import com.intel.dra.gpu.device.DeviceUid;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What is free on a node. Devices are numbered, GPUs and VFs apart, because a search asks and
 * changes this some thousand times.
 */
final class Ledger {

  /** The smallest first, so that the first VF that fits wastes least. */
  private static final Comparator<Device> VF_ORDER =
      Comparator.comparingInt(Device::memoryMiB).thenComparing(Device::uid);

  private final List<Device> gpus;
  private final List<Device> vfs;
  private final Map<DeviceUid, Integer> numbers;

  /** A sum of ints, and below 0 where more was given than there is. */
  private final long[] freeMiB;

  private final int[] gpuClaims;
  private final int[] vfClaims;
  private final boolean[] vfHost;

  private Ledger(
      List<Device> gpus,
      List<Device> vfs,
      Map<DeviceUid, Integer> numbers,
      long[] freeMiB,
      int[] gpuClaims,
      int[] vfClaims,
      boolean[] vfHost) {
    this.gpus = gpus;
    this.vfs = vfs;
    this.numbers = numbers;
    this.freeMiB = freeMiB;
    this.gpuClaims = gpuClaims;
    this.vfClaims = vfClaims;
    this.vfHost = vfHost;
  }

  /**
   * @param devices in the order of UIDs
   * @param allocations what each claim holds
   */
  static Ledger of(Collection<Device> devices, Collection<List<DeviceShare>> allocations) {
    var gpus = new ArrayList<Device>();
    var vfs = new ArrayList<Device>();
    for (Device device : devices) {
      switch (device.type()) {
        case GPU -> gpus.add(device);
        case VF -> vfs.add(device);
      }
    }
    vfs.sort(VF_ORDER);
    var numbers = new HashMap<DeviceUid, Integer>();
    for (int gpu = 0; gpu < gpus.size(); gpu++) {
      numbers.put(gpus.get(gpu).uid(), gpu);
    }
    for (int vf = 0; vf < vfs.size(); vf++) {
      numbers.put(vfs.get(vf).uid(), vf);
    }
    var ledger =
        new Ledger(
            gpus,
            vfs,
            numbers,
            gpus.stream().mapToLong(Device::memoryMiB).toArray(),
            new int[gpus.size()],
            new int[vfs.size()],
            new boolean[gpus.size()]);
    vfs.forEach(vf -> ledger.markParentOf(vf.uid()));
    allocations.forEach(shares -> shares.forEach(ledger::charge));
    return ledger;
  }

  Ledger copy() {
    return new Ledger(
        gpus, vfs, numbers, freeMiB.clone(), gpuClaims.clone(), vfClaims.clone(), vfHost.clone());
  }

  private void markParentOf(DeviceUid vf) {
    Integer parent = vf.parent().map(numbers::get).orElse(null);
    if (parent != null) {
      vfHost[parent] = true;
    }
  }

  private void charge(DeviceShare share) {
    Integer number = numbers.get(share.uid());
    switch (share.type()) {
      case GPU -> {
        if (number != null) {
          giveGpu(number, share.memoryMiB());
        }
      }
      case VF -> {
        if (number != null) {
          vfClaims[number]++;
        } else {
          // planned and not made yet: its GPU is no plain GPU any more
          markParentOf(share.uid());
        }
      }
    }
  }

  int gpuCount() {
    return gpus.size();
  }

  int vfCount() {
    return vfs.size();
  }

  Device gpu(int gpu) {
    return gpus.get(gpu);
  }

  Device vf(int vf) {
    return vfs.get(vf);
  }

  long freeMiB(int gpu) {
    return freeMiB[gpu];
  }

  int claimsOn(int gpu) {
    return gpuClaims[gpu];
  }

  boolean isVfHost(int gpu) {
    return vfHost[gpu];
  }

  boolean isFree(int vf) {
    return vfClaims[vf] == 0;
  }

  boolean gpuFits(int gpu, DeviceRequest request) {
    return !isVfHost(gpu)
        && (request.memoryMiB() == 0 || freeMiB[gpu] >= request.memoryMiB())
        && request.selector().matches(gpus.get(gpu).uid());
  }

  boolean vfFits(int vf, DeviceRequest request) {
    return isFree(vf)
        && vfs.get(vf).memoryMiB() >= request.memoryMiB()
        && request.selector().matches(vfs.get(vf).uid());
  }

  void giveGpu(int gpu, int memoryMiB) {
    freeMiB[gpu] -= memoryMiB;
    gpuClaims[gpu]++;
  }

  void takeBackGpu(int gpu, int memoryMiB) {
    freeMiB[gpu] += memoryMiB;
    gpuClaims[gpu]--;
  }

  void giveVf(int vf) {
    vfClaims[vf]++;
  }

  void takeBackVf(int vf) {
    vfClaims[vf]--;
  }

  /**
   * Whether what a claim holds (and is charged for here) is what it asks for, on devices that are
   * still there and given to no one else.
   */
  boolean satisfies(List<DeviceShare> held, DeviceRequest request) {
    return held.size() == request.count()
        && held.stream().map(DeviceShare::uid).distinct().count() == held.size()
        && held.stream().allMatch(share -> satisfies(share, request));
  }

  private boolean satisfies(DeviceShare share, DeviceRequest request) {
    Integer number = numbers.get(share.uid());
    return number != null
        && share.type() == request.type()
        && share.memoryMiB() >= request.memoryMiB()
        && request.selector().matches(share.uid())
        && switch (share.type()) {
          case GPU -> !isVfHost(number) && freeMiB[number] >= 0;
          case VF -> vfClaims[number] == 1 && vfs.get(number).memoryMiB() >= request.memoryMiB();
        };
  }
}
