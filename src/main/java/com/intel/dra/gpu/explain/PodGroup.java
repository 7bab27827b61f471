package com.intel.dra.gpu.explain;

import io.fabric8.kubernetes.api.model.Pod;

/**
 * Pods that are alike and do not exist yet.
 *
 * @param name of what makes them, for people
 * @param replicas how many; of no importance if there is one on each node
 * @param oneANode whether each node gets one on which the pod may run
 */
public record PodGroup(String name, Pod pod, int replicas, boolean oneANode) {}
