package com.intel.dra.gpu.controller.app;

import java.util.List;

/**
 * What users do to a cluster and what goes wrong in it. Indexes are taken modulo the number of
 * existing objects.
 */
sealed interface Action {

  /** A claim of a pod. */
  sealed interface Use {

    /** A claim of the pod's own, made from a template. */
    record Own(int parameters, boolean immediate) implements Use {}

    record Shared(int claim) implements Use {}
  }

  record CreatePod(int pod, List<Use> uses) implements Action {}

  /** Creates a pod that its creator binds to a node without the scheduler. */
  record CreatePodByHand(int pod, int node, List<Use> uses) implements Action {}

  record DeletePod(int pod) implements Action {}

  record FinishPod(int pod) implements Action {}

  record CreateClaim(int claim, int parameters, boolean immediate) implements Action {}

  record DeleteClaim(int claim) implements Action {}

  /**
   * Deletes the claim and creates it again before anything has reacted, unless a finalizer holds
   * it.
   */
  record ReplaceClaim(int claim, int parameters, boolean immediate) implements Action {}

  record RequestDeallocation(int claim) implements Action {}

  /** Creates or corrects parameters; a count of 0 is not valid. */
  record SetParameters(int parameters, int count, int memoryMiB) implements Action {}

  record DeleteParameters(int parameters) implements Action {}

  record DeleteClass() implements Action {}

  record CreateClass() implements Action {}

  record LoseNode(int node) implements Action {}

  record ReturnNode(int node) implements Action {}

  /** Lets the containers of pods that are gone run on for a while. */
  record DelayUnprepare(int node, int acts) implements Action {}

  record SetReady(int node, boolean ready) implements Action {}

  /** Deletes the GAS; the agent makes it again. */
  record DeleteGas(int node) implements Action {}

  record RestartController() implements Action {}

  /** Lets another controller take over, while the previous one does not notice this for a while. */
  record DeposeController() implements Action {}

  record EndDeposed() implements Action {}

  record ReplayEvents() implements Action {}

  record BreakWatches() implements Action {}

  record FailNextWrite(FakeApiServer.Failure how) implements Action {}

  record SweepAll() implements Action {}
}
