package com.intel.dra.gpu.allocation;

import com.intel.dra.gpu.device.DeviceType;
import com.intel.dra.gpu.device.DeviceUid;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Looks for devices for all requests of one call: depth first, the hardest request first, every
 * request's devices in the order in which they are preferred. What it finds first is what a person
 * would choose request by request; only where that leads nowhere it goes back and tries the next.
 *
 * <p>Placing requests on GPUs is a kind of bin packing, for which nobody knows a way that is always
 * fast. So the search ends after {@link #MAX_STEPS} attempts to give a device: far more than the
 * few claims of real pods need, and half a millisecond.
 */
final class Search {

  static final int MAX_STEPS = 10_000;

  /** VFs before GPUs because they may take GPUs away; the most memory first; then a fixed order. */
  static final Comparator<DeviceRequest> HARDEST_FIRST =
      Comparator.comparing((DeviceRequest request) -> request.type() == DeviceType.GPU)
          .thenComparing(DeviceRequest::memoryMiB, Comparator.reverseOrder())
          .thenComparing(DeviceRequest::count, Comparator.reverseOrder())
          .thenComparing(DeviceRequest::claimUid);

  private final Ledger ledger;
  private final Policy policy;
  private final List<DeviceRequest> requests;
  private final DeviceShare[][] given;
  private int steps;

  /**
   * @param ledger changed by the search
   */
  Search(Ledger ledger, List<DeviceRequest> requests, Policy policy) {
    this.ledger = ledger;
    this.policy = policy;
    this.requests = new ArrayList<>(requests);
    this.requests.sort(HARDEST_FIRST);
    this.given = new DeviceShare[requests.size()][];
    for (int i = 0; i < given.length; i++) {
      given[i] = new DeviceShare[this.requests.get(i).count()];
    }
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
    return switch (requests.get(number).type()) {
      case VF -> giveVfs(number, preferredVfs(number), 0, 0);
      case GPU -> canServeAllLike(number) && giveGpus(number, preferredGpus(number), 0, 0);
    };
  }

  private boolean giveGpus(int number, int[] candidates, int from, int served) {
    DeviceRequest request = requests.get(number);
    if (served == request.count()) {
      return place(number + 1);
    }
    int last = candidates.length - (request.count() - served);
    for (int i = from; i <= last; i++) {
      if (isLikeOneThatFailed(number, candidates, from, i)) {
        continue;
      }
      if (++steps > MAX_STEPS) {
        return false;
      }
      int gpu = candidates[i];
      ledger.giveGpu(gpu, request.memoryMiB());
      given[number][served] = DeviceShare.of(ledger.gpu(gpu).uid(), request.memoryMiB());
      if (giveGpus(number, candidates, i + 1, served + 1)) {
        return true;
      }
      ledger.takeBackGpu(gpu, request.memoryMiB());
      if (request.memoryMiB() == 0) {
        // it took nothing, and later ones want nothing either: another GPU changes nothing for them
        return false;
      }
    }
    return false;
  }

  private int[] preferredGpus(int number) {
    DeviceRequest request = requests.get(number);
    int[] fitting = new int[ledger.gpuCount()];
    int count = 0;
    for (int gpu = 0; gpu < fitting.length; gpu++) {
      if (ledger.gpuFits(gpu, request)) {
        int at = count++;
        while (at > 0 && isPreferred(gpu, fitting[at - 1])) {
          fitting[at] = fitting[--at];
        }
        fitting[at] = gpu;
      }
    }
    return Arrays.copyOf(fitting, count);
  }

  private boolean isPreferred(int gpu, int other) {
    long byFree = Long.compare(ledger.freeMiB(gpu), ledger.freeMiB(other));
    long byClaims = Integer.compare(ledger.claimsOn(gpu), ledger.claimsOn(other));
    return switch (policy) {
      case FIRST -> false;
      case BALANCED -> byFree > 0 || byFree == 0 && byClaims < 0;
      case PACKED -> byFree < 0 || byFree == 0 && byClaims > 0;
    };
  }

  /**
   * A bound that spares hopeless searches: whether the GPUs have room for this request and the
   * later ones that ask for as much, selectors aside.
   */
  private boolean canServeAllLike(int number) {
    int memoryMiB = requests.get(number).memoryMiB();
    if (memoryMiB == 0) {
      return true;
    }
    long wanted = 0;
    int claims = 0;
    for (int i = number; i < requests.size() && requests.get(i).memoryMiB() == memoryMiB; i++) {
      wanted += requests.get(i).count();
      claims++;
    }
    long room = 0;
    for (int gpu = 0; gpu < ledger.gpuCount() && room < wanted; gpu++) {
      if (!ledger.isVfHost(gpu) && ledger.freeMiB(gpu) > 0) {
        room += Math.min(ledger.freeMiB(gpu) / memoryMiB, claims);
      }
    }
    return room >= wanted;
  }

  private boolean giveVfs(int number, VfSource[] candidates, int from, int served) {
    DeviceRequest request = requests.get(number);
    if (served == request.count()) {
      return place(number + 1);
    }
    for (int i = from; i < candidates.length; i++) {
      if (isLikeOneThatFailed(number, candidates, from, i)) {
        continue;
      }
      boolean found =
          switch (candidates[i]) {
            case Existing(int vf) -> giveExisting(number, candidates, i, served, vf);
            case Parent(int gpu) -> plan(number, candidates, i, served, gpu);
          };
      if (found) {
        return true;
      }
    }
    return false;
  }

  private boolean giveExisting(
      int number, VfSource[] candidates, int candidate, int served, int vf) {
    if (++steps > MAX_STEPS) {
      return false;
    }
    Device device = ledger.vf(vf);
    ledger.giveVf(vf);
    given[number][served] = DeviceShare.of(device.uid(), device.memoryMiB());
    if (giveVfs(number, candidates, candidate + 1, served + 1)) {
      return true;
    }
    ledger.takeBackVf(vf);
    return false;
  }

  private boolean plan(int number, VfSource[] candidates, int candidate, int served, int gpu) {
    DeviceRequest request = requests.get(number);
    if (ledger.roomForVfs(gpu, request) == 0 || ++steps > MAX_STEPS) {
      return false;
    }
    VfPlan before = ledger.plan(gpu);
    given[number][served] = ledger.planVf(gpu, request);
    // the same GPU is a candidate for the next VF, too
    if (giveVfs(number, candidates, candidate, served + 1)) {
      return true;
    }
    ledger.restorePlan(gpu, before);
    return false;
  }

  /**
   * Existing VFs before new ones, and GPUs that are split anyway before idle ones; within each the
   * smallest VFs that fit.
   */
  private VfSource[] preferredVfs(int number) {
    DeviceRequest request = requests.get(number);
    var existing = new ArrayList<VfSource>();
    for (int vf = 0; vf < ledger.vfCount(); vf++) {
      if (ledger.vfFits(vf, request)) {
        existing.add(new Existing(vf));
      }
    }
    var parents = new ArrayList<Parent>();
    for (int gpu = 0; gpu < ledger.gpuCount(); gpu++) {
      if (ledger.roomForVfs(gpu, request) > 0) {
        parents.add(new Parent(gpu));
      }
    }
    parents.sort(
        Comparator.comparing((Parent parent) -> ledger.plan(parent.gpu()) == null)
            .thenComparingInt(parent -> ledger.newVfMiB(parent.gpu(), request)));
    existing.addAll(parents);
    return existing.toArray(VfSource[]::new);
  }

  /** Whether an earlier candidate, after which there was no way, is just as good as this one. */
  private boolean isLikeOneThatFailed(int number, int[] candidates, int from, int candidate) {
    for (int i = from; i < candidate; i++) {
      if (areAlike(number, candidates[i], candidates[candidate])) {
        return true;
      }
    }
    return false;
  }

  private boolean isLikeOneThatFailed(int number, VfSource[] candidates, int from, int candidate) {
    for (int i = from; i < candidate; i++) {
      if (areAlike(number, candidates[i], candidates[candidate])) {
        return true;
      }
    }
    return false;
  }

  private boolean areAlike(int number, VfSource one, VfSource other) {
    return switch (one) {
      // later requests ask for no more memory, so what fits this one fits them
      case Existing(int vf) ->
          other instanceof Existing(int otherVf)
              && areSelectedAlike(number, ledger.vf(vf).uid(), ledger.vf(otherVf).uid());
      case Parent(int gpu) ->
          other instanceof Parent(int otherGpu)
              && areAlike(number, gpu, otherGpu)
              && ledger.canBeSplitAlike(gpu, otherGpu)
              && areSelectedAlike(
                  number, ledger.gpu(gpu).uid().vf(0), ledger.gpu(otherGpu).uid().vf(0));
    };
  }

  private boolean areAlike(int number, int gpu, int other) {
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

  /** Where a VF can come from. */
  private sealed interface VfSource {}

  private record Existing(int vf) implements VfSource {}

  private record Parent(int gpu) implements VfSource {}
}
