package com.intel.dra.gpu.explain;

import com.intel.dra.gpu.explain.search.DeviceKey;
import java.util.List;

/** What is to be said of one node and all claims of a pod. */
public sealed interface NodeAnswer {

  String node();

  /** What keeps a pod from a node, from what says most about the node to what says least. */
  enum Rule {
    /** The pod has devices of another node, or wants more than a device plugin has here. */
    DEVICES,
    TAINT,
    AFFINITY,
    NODE_SELECTOR
  }

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

  /**
   * The pod may not run here, whatever devices are free.
   *
   * @param rule the one that keeps it away
   */
  record Excluded(String node, WaitReason reason, Rule rule, String why) implements NodeAnswer {}

  /** A device plugin has a resource that the pod asks for, and who has its devices is not known. */
  record OfPlugin(String node, String resource) implements NodeAnswer {}

  /** The scheduler ends its attempt for the pod with an error here, also for other nodes. */
  record Fails(String node, WaitReason reason, String error) implements NodeAnswer {}

  /** It could not be found out. */
  record Unknown(String node, String why) implements NodeAnswer {}
}
