package com.intel.dra.gpu.explain;

import com.intel.dra.gpu.explain.search.DeviceKey;
import java.util.List;

/** What is to be said of one node and all claims of a pod. */
public sealed interface NodeAnswer {

  String node();

  /**
   * The scheduler finds devices for all claims here.
   *
   * @param devices what it would choose, for those claims that have nothing yet
   */
  record Fits(String node, List<Placed> devices) implements NodeAnswer {
    public Fits {
      devices = List.copyOf(devices);
    }
  }

  /** A device for a request. */
  record Placed(String claim, String request, DeviceKey device) {}

  /**
   * The scheduler finds no devices here.
   *
   * @param failures one or more
   */
  record DoesNotFit(String node, List<RequestFailure> failures) implements NodeAnswer {
    public DoesNotFit {
      failures = List.copyOf(failures);
    }
  }

  /** The pod may not run here, whatever its devices. */
  record Excluded(String node, WaitReason reason, String why) implements NodeAnswer {}

  /** The scheduler ends its attempt for the pod with an error here, also for other nodes. */
  record Fails(String node, WaitReason reason, String error) implements NodeAnswer {}

  /** It could not be found out. */
  record Unknown(String node, String why) implements NodeAnswer {}
}
