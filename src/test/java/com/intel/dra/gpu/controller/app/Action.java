package com.intel.dra.gpu.controller.app;

import java.util.List;

/** What users and misfortune do to a cluster. Numbers are taken modulo what there is. */
sealed interface Action {

  /** A claim of a pod. */
  sealed interface Use {

    /** One of the pod's own, made from a template. */
    record Own(int parameters, boolean immediate) implements Use {}

    record Shared(int claim) implements Use {}
  }

  record CreatePod(int pod, List<Use> uses) implements Action {}

  /** Bound to a node by its creator, past the scheduler. */
  record CreatePodByHand(int pod, int node, List<Use> uses) implements Action {}

  record DeletePod(int pod) implements Action {}

  record FinishPod(int pod) implements Action {}

  record CreateClaim(int claim, int parameters, boolean immediate) implements Action {}

  record DeleteClaim(int claim) implements Action {}

  /** Deletes it and creates it anew before anybody has noticed, if nothing holds it back. */
  record ReplaceClaim(int claim, int parameters, boolean immediate) implements Action {}

  record RequestDeallocation(int claim) implements Action {}

  /** Creates or corrects; a count of 0 is no valid one. */
  record SetParameters(int parameters, int count, int memoryMiB) implements Action {}

  record DeleteParameters(int parameters) implements Action {}

  record DeleteClass() implements Action {}

  record CreateClass() implements Action {}

  record LoseNode(int node) implements Action {}

  record ReturnNode(int node) implements Action {}

  /** Containers of pods that are gone run on for a while. */
  record DelayUnprepare(int node, int acts) implements Action {}

  record SetReady(int node, boolean ready) implements Action {}

  /** The agent will make it again. */
  record DeleteGas(int node) implements Action {}

  record RestartController() implements Action {}

  /** Another controller takes over, and the one before does not notice for a while. */
  record DeposeController() implements Action {}

  record EndDeposed() implements Action {}

  record ReplayEvents() implements Action {}

  record BreakWatches() implements Action {}

  record FailNextWrite(FakeApiServer.Failure how) implements Action {}

  record SweepAll() implements Action {}
}
