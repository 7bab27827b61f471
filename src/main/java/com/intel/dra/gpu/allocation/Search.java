package com.intel.dra.gpu.allocation;

import com.intel.dra.gpu.allocation.Source.ExistingVf;
import com.intel.dra.gpu.allocation.Source.GpuShare;
import com.intel.dra.gpu.allocation.Source.NewVf;
import com.intel.dra.gpu.device.DeviceType;
import com.intel.dra.gpu.device.DeviceUid;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Looks for devices for all requests of one call: depth first, the hardest request first, every
 * request's devices in the order of {@link Preference}. What it finds first is what a person would
 * choose request by request; only where that leads nowhere it goes back and tries the next.
 *
 * <p>Placing requests on GPUs is a kind of bin packing, for which nobody knows a way that is always
 * fast. So the search ends after {@link #MAX_STEPS} attempts to give a device: far more than the
 * few claims of real pods need. It takes about half a millisecond for these, and about 20 ms for as
 * many claims as {@link Allocator#place} takes.
 *
 * <p>It calls itself once for each request and each device, so the requests must be bounded before.
 */
final class Search {

  static final int MAX_STEPS = 10_000;

  /**
   * VFs before GPUs because they may take GPUs away. The most memory first, also because the first
   * VF that is planned on a GPU decides how large all of them are. Then a fixed order.
   */
  static final Comparator<DeviceRequest> HARDEST_FIRST =
      Comparator.comparing((DeviceRequest request) -> request.type() == DeviceType.GPU)
          .thenComparing(DeviceRequest::memoryMiB, Comparator.reverseOrder())
          .thenComparing(DeviceRequest::count, Comparator.reverseOrder())
          .thenComparing(DeviceRequest::claimUid);

  private final Ledger ledger;
  private final Preference preference;
  private final List<DeviceRequest> requests;
  private final DeviceShare[][] given;
  private int steps;

  /**
   * @param ledger changed by the search
   */
  Search(Ledger ledger, List<DeviceRequest> requests, Policy policy) {
    this.ledger = ledger;
    this.preference = new Preference(ledger, policy);
    this.requests = requests.stream().sorted(HARDEST_FIRST).toList();
    this.given =
        this.requests.stream()
            .map(request -> new DeviceShare[request.count()])
            .toArray(DeviceShare[][]::new);
  }

  /** Whether there is a way; false also when the search was ended, see {@link #wasEnded}. */
  boolean run() {
    return place(0);
  }

  boolean wasEnded() {
    return steps > MAX_STEPS;
  }

  /** What the search found, by claim UID. */
  Map<String, List<DeviceShare>> found() {
    var found = new TreeMap<String, List<DeviceShare>>();
    for (int i = 0; i < given.length; i++) {
      var shares = new ArrayList<>(List.of(given[i]));
      shares.sort(Comparator.comparing(DeviceShare::uid));
      found.put(requests.get(i).claimUid(), shares);
    }
    return found;
  }

  /** Gives devices to the request with that number and all later ones. */
  private boolean place(int number) {
    if (number == requests.size()) {
      return true;
    }
    DeviceRequest request = requests.get(number);
    return canServeAllLike(number, request)
        && give(number, request, preference.sourcesFor(request), 0, 0);
  }

  /**
   * Gives the request its remaining devices from the sources from that one on, and then all later
   * requests theirs.
   */
  private boolean give(
      int number, DeviceRequest request, List<Source> sources, int from, int served) {
    if (served == request.count()) {
      return place(number + 1);
    }
    for (int i = from; i < sources.size(); i++) {
      Source source = sources.get(i);
      if (isLikeOneThatFailed(number, sources, from, i) || !ledger.fits(source, request)) {
        continue;
      }
      if (++steps > MAX_STEPS) {
        return false;
      }
      DeviceShare share = ledger.give(source, request);
      given[number][served] = share;
      int next = source instanceof NewVf ? i : i + 1;
      if (give(number, request, sources, next, served + 1)) {
        return true;
      }
      ledger.takeBack(source, share);
      if (source instanceof GpuShare && request.memoryMiB() == 0) {
        // it took nothing, and later ones want nothing either: another GPU changes nothing for them
        return false;
      }
    }
    return false;
  }

  /**
   * A bound that spares hopeless searches: whether the GPUs have room for this request and the
   * later ones that ask for as much, selectors aside.
   */
  private boolean canServeAllLike(int number, DeviceRequest request) {
    if (request.type() == DeviceType.VF || request.memoryMiB() == 0) {
      return true;
    }
    long wanted = 0;
    int claims = 0;
    for (int i = number;
        i < requests.size() && requests.get(i).memoryMiB() == request.memoryMiB();
        i++) {
      wanted += requests.get(i).count();
      claims++;
    }
    long room = 0;
    for (int gpu = 0; gpu < ledger.gpuCount() && room < wanted; gpu++) {
      if (!ledger.isVfHost(gpu) && ledger.freeMiB(gpu) > 0) {
        room += Math.min(ledger.freeMiB(gpu) / request.memoryMiB(), claims);
      }
    }
    return room >= wanted;
  }

  /** Whether an earlier source, after which there was no way, is just as good as this one. */
  private boolean isLikeOneThatFailed(int number, List<Source> sources, int from, int source) {
    for (int i = from; i < source; i++) {
      if (areAlike(number, sources.get(i), sources.get(source))) {
        return true;
      }
    }
    return false;
  }

  private boolean areAlike(int number, Source one, Source other) {
    return switch (one) {
      case GpuShare(int gpu) ->
          other instanceof GpuShare(int otherGpu) && areAlikeGpus(number, gpu, otherGpu);
      // later requests ask for no more memory, so what fits this one fits them
      case ExistingVf(int vf) ->
          other instanceof ExistingVf(int otherVf)
              && areSelectedAlike(number, ledger.vf(vf).uid(), ledger.vf(otherVf).uid());
      case NewVf(int gpu) ->
          other instanceof NewVf(int otherGpu)
              && areAlikeGpus(number, gpu, otherGpu)
              && ledger.canBeSplitAlike(gpu, otherGpu)
              && areSelectedAlike(
                  number, ledger.gpu(gpu).uid().vf(0), ledger.gpu(otherGpu).uid().vf(0));
    };
  }

  private boolean areAlikeGpus(int number, int gpu, int other) {
    return ledger.freeMiB(gpu) == ledger.freeMiB(other)
        && areSelectedAlike(number, ledger.gpu(gpu).uid(), ledger.gpu(other).uid());
  }

  /** Whether the request with that number and all later ones may have both devices or neither. */
  private boolean areSelectedAlike(int number, DeviceUid uid, DeviceUid other) {
    for (int i = number; i < requests.size(); i++) {
      DeviceSelector selector = requests.get(i).selector();
      if (selector.matches(uid) != selector.matches(other)) {
        return false;
      }
    }
    return true;
  }
}
