package com.intel.dra.gpu.controller.explaining;

import com.intel.dra.gpu.explain.ClusterView;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.List;

/** What this process knows of the cluster. Asks the API server for nothing. */
public interface SeenCluster {

  /** Whether all kinds have been listed. Before that, devices that are in use may look free. */
  boolean isComplete();

  /** Returns the pods that are on no node and ask for devices, in no particular order. */
  List<Pod> waitingPods();

  /** How many changes there have been. A view that is asked for afterwards has them all. */
  long changes();

  /** Returns the same object again as long as nothing has changed. */
  ClusterView view();
}
