package com.intel.dra.gpu.explain;

import java.util.List;

/**
 * Why a pod waits.
 *
 * @param summary one sentence with what is missing and where it would come from, at most {@link
 *     #MAX_SUMMARY} characters
 * @param nodes one answer for each node, by name; empty if the pod itself is at fault
 */
public record PodExplanation(WaitReason reason, String summary, List<NodeAnswer> nodes) {

  /** The longest message that an Event may have, in characters. */
  public static final int MAX_SUMMARY = 1024;

  public PodExplanation {
    nodes = List.copyOf(nodes);
  }

  /** Whether the scheduler finds devices for the pod. */
  public boolean devicesFit() {
    return reason == WaitReason.DEVICES_ARE_FREE;
  }
}
