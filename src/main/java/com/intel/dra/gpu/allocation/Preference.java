package com.intel.dra.gpu.allocation;

import com.intel.dra.gpu.allocation.Source.ExistingVf;
import com.intel.dra.gpu.allocation.Source.GpuShare;
import com.intel.dra.gpu.allocation.Source.NewVf;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Orders the sources that fit a request now by the order in which they should be used. */
final class Preference {

  private final Ledger ledger;
  private final Comparator<GpuShare> gpuOrder;

  Preference(Ledger ledger, Policy policy) {
    this.ledger = ledger;
    Comparator<GpuShare> leastFree = Comparator.comparingLong(share -> ledger.freeMiB(share.gpu()));
    Comparator<GpuShare> fewestClaims =
        Comparator.comparingInt(share -> ledger.claimsOn(share.gpu()));
    // sorting is stable: GPUs that compare as equal stay in the order of UIDs
    this.gpuOrder =
        switch (policy) {
          case FIRST -> (share, other) -> 0;
          case BALANCED -> leastFree.reversed().thenComparing(fewestClaims);
          case PACKED -> leastFree.thenComparing(fewestClaims.reversed());
        };
  }

  List<Source> sourcesFor(DeviceRequest request) {
    return switch (request.type()) {
      case GPU -> List.copyOf(gpuShares(request));
      case VF -> vfs(request);
    };
  }

  private List<GpuShare> gpuShares(DeviceRequest request) {
    var shares = new ArrayList<GpuShare>();
    for (int gpu = 0; gpu < ledger.gpuCount(); gpu++) {
      var share = new GpuShare(gpu);
      if (ledger.fits(share, request)) {
        shares.add(share);
      }
    }
    shares.sort(gpuOrder);
    return shares;
  }

  /**
   * Existing VFs come before new ones, and new VFs on GPUs that will be split anyway before those
   * on idle GPUs; within each group the smallest VFs that fit come first.
   */
  private List<Source> vfs(DeviceRequest request) {
    var sources = new ArrayList<Source>();
    for (int vf = 0; vf < ledger.vfCount(); vf++) {
      var existing = new ExistingVf(vf);
      if (ledger.fits(existing, request)) {
        sources.add(existing);
      }
    }
    var newVfs = new ArrayList<NewVf>();
    for (int gpu = 0; gpu < ledger.gpuCount(); gpu++) {
      var newVf = new NewVf(gpu);
      if (ledger.fits(newVf, request)) {
        newVfs.add(newVf);
      }
    }
    newVfs.sort(
        Comparator.comparing((NewVf vf) -> !ledger.isVfHost(vf.gpu()))
            .thenComparingInt(vf -> ledger.newVfMiB(vf, request)));
    sources.addAll(newVfs);
    return sources;
  }
}
