package com.intel.dra.gpu.allocation;

import com.intel.dra.gpu.allocation.Source.ExistingVf;
import com.intel.dra.gpu.allocation.Source.GpuShare;
import com.intel.dra.gpu.allocation.Source.NewVf;
import com.intel.dra.gpu.device.DeviceType;
import com.intel.dra.gpu.device.DeviceUid;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Searches devices for all requests of one call: depth first, the request that is hardest to serve
 * first, the devices of every request in the order of {@link Preference}. The first result is what
 * a person would choose request by request; only if that fails does the search go back and try the
 * next device.
 *
 * <p>Placing requests on GPUs is a kind of bin packing, for which no method is known that is always
 * fast. So the search ends when its {@link SearchBudget} is used up: that is far more than the few
 * claims of real pods need. The cost of one attempt grows with the node's devices, and a little
 * with the claims: 10,000 attempts took 10 to 20 ms with 8 GPUs, and 8 as well as 128 claims.
 *
 * <p>It recurses once for each request and each device, so the number of requests must be limited
 * before.
 */
final class Search {

  /**
   * VFs come before GPUs, because VFs may make GPUs unavailable. Then the most memory first, also
   * because the first VF that is planned on a GPU decides the size of all its VFs. Then a fixed
   * order.
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
  private final SearchBudget budget;

  /** Of this request and all later ones, each once: a pod's claims are of few classes. */
  private final List<List<DeviceSelector>> selectorsFrom;

  private boolean ended;

  /**
   * @param ledger changed by the search
   */
  Search(Ledger ledger, List<DeviceRequest> requests, Policy policy, SearchBudget budget) {
    this.budget = budget;
    this.ledger = ledger;
    this.preference = new Preference(ledger, policy);
    this.requests = requests.stream().sorted(HARDEST_FIRST).toList();
    this.given =
        this.requests.stream()
            .map(request -> new DeviceShare[request.count()])
            .toArray(DeviceShare[][]::new);
    this.selectorsFrom = selectorsFrom(this.requests);
  }

  private static List<List<DeviceSelector>> selectorsFrom(List<DeviceRequest> requests) {
    var lists = new LinkedList<List<DeviceSelector>>();
    var distinct = new LinkedHashSet<DeviceSelector>();
    for (DeviceRequest request : requests.reversed()) {
      lists.addFirst(distinct.add(request.selector()) ? List.copyOf(distinct) : lists.getFirst());
    }
    return List.copyOf(lists);
  }

  /**
   * Returns whether there is a placement; false also if the search was ended, see {@link
   * #wasEnded}.
   */
  boolean run() {
    budget.beginNode(requests.stream().mapToInt(DeviceRequest::count).sum());
    return place(0);
  }

  boolean wasEnded() {
    return ended;
  }

  /** The devices that the search found, by claim UID. */
  Map<String, List<DeviceShare>> found() {
    var found = new TreeMap<String, List<DeviceShare>>();
    for (int i = 0; i < given.length; i++) {
      var shares = new ArrayList<>(List.of(given[i]));
      shares.sort(Comparator.comparing(DeviceShare::uid));
      found.put(requests.get(i).claimUid(), shares);
    }
    return found;
  }

  /** Allocates devices for the request with this number and for all later ones. */
  private boolean place(int number) {
    if (number == requests.size()) {
      return true;
    }
    DeviceRequest request = requests.get(number);
    return canServeAllLike(number, request)
        && give(number, request, preference.sourcesFor(request), 0, 0);
  }

  /**
   * Allocates the remaining devices of the request, trying the sources from index {@code from} on,
   * and then the devices of all later requests.
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
      if (ended || !budget.takeStep()) {
        ended = true;
        return false;
      }
      DeviceShare share = ledger.give(source, request);
      given[number][served] = share;
      int next = source instanceof NewVf ? i : i + 1;
      if (give(number, request, sources, next, served + 1)) {
        return true;
      }
      ledger.takeBack(source, share);
      if (source instanceof GpuShare(int gpu)
          && request.memoryMiB() == 0
          && ledger.roomForShares(gpu) >= requests.size() - number) {
        // this GPU lost no memory, the later requests need none, and it has a share for each of
        // them: another GPU changes nothing for them
        return false;
      }
    }
    return false;
  }

  /**
   * A bound that avoids hopeless searches: whether the GPUs have room for this request and the
   * later ones with the same memory, ignoring selectors.
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

  /** Whether an earlier source that led to no placement is equivalent to this one. */
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
      // later requests need no more memory, so what fits this one fits them
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
        && roomForShares(gpu) == roomForShares(other)
        && areSelectedAlike(number, ledger.gpu(gpu).uid(), ledger.gpu(other).uid());
  }

  /** No request needs more than one share of a GPU. */
  private int roomForShares(int gpu) {
    return Math.min(ledger.roomForShares(gpu), requests.size());
  }

  /** Whether the request with this number and every later one allow both devices or neither. */
  private boolean areSelectedAlike(int number, DeviceUid uid, DeviceUid other) {
    for (DeviceSelector selector : selectorsFrom.get(number)) {
      if (selector.matches(uid) != selector.matches(other)) {
        return false;
      }
    }
    return true;
  }
}
