package com.intel.dra.gpu.controller;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.intel.dra.gpu.api.ClaimAllocation;
import com.intel.dra.gpu.api.GpuAllocationState;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.quarkus.arc.profile.IfBuildProfile;
import jakarta.inject.Singleton;
import java.net.HttpURLConnection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;

/**
 * Writes {@code spec.resourceClaimAllocations} of the nodes' GpuAllocationStates, and nothing else
 * of them.
 *
 * <p>A change is decided on one version of the object and written under that version's
 * resourceVersion: whoever wrote in between, node agent or an earlier leader, makes it a conflict,
 * and the decision is made again on what is there now. Within this process changes of one node take
 * turns, so that they do not conflict with each other.
 */
@Singleton
@IfBuildProfile("controller")
class NodeRecords {

  private static final int MAX_CONFLICTS = 10;

  private final KubernetesClient client;
  private final ClusterView view;
  private final ControllerMetrics metrics;
  private final String namespace;
  private final ObjectMapper json = new ObjectMapper();
  private final ConcurrentHashMap<String, ReentrantLock> locks = new ConcurrentHashMap<>();

  NodeRecords(
      KubernetesClient client,
      ClusterView view,
      ControllerMetrics metrics,
      @ConfigProperty(name = "gpu.namespace") String namespace) {
    this.client = client;
    this.view = view;
    this.metrics = metrics;
    this.namespace = namespace;
  }

  /**
   * What to change, by claim UID: an allocation to record, or none to remove the record; and what
   * to answer to the caller once that is written.
   */
  record Change<R>(Map<String, Optional<ClaimAllocation>> records, R answer) {

    static <R> Change<R> none(R answer) {
      return new Change<>(Map.of(), answer);
    }
  }

  /**
   * Decides on the node as it is now and writes the difference. Blocks.
   *
   * @param decide called again after each conflict; gets empty where the node has no
   *     GpuAllocationState, and then nothing is written, whatever it answers
   * @throws KubernetesClientException if the API server refuses for another reason than a conflict,
   *     or goes on conflicting
   */
  <R> R change(String node, Function<Optional<GpuAllocationState>, Change<R>> decide) {
    ReentrantLock lock = locks.computeIfAbsent(node, _ -> new ReentrantLock());
    lock.lock();
    try {
      Optional<GpuAllocationState> state = view.node(node);
      for (int conflicts = 0; ; conflicts++) {
        Change<R> change = decide.apply(state);
        if (state.isEmpty() || changesNothing(state.get(), change.records())) {
          return change.answer();
        }
        try {
          write(state.get(), change.records());
          return change.answer();
        } catch (KubernetesClientException e) {
          boolean conflict = e.getCode() == HttpURLConnection.HTTP_CONFLICT;
          boolean gone = e.getCode() == HttpURLConnection.HTTP_NOT_FOUND;
          if (!(conflict || gone) || conflicts == MAX_CONFLICTS) {
            throw e;
          }
          metrics.gasWriteConflict();
          state = Optional.ofNullable(read(node));
        }
      }
    } finally {
      lock.unlock();
    }
  }

  private static boolean changesNothing(
      GpuAllocationState state, Map<String, Optional<ClaimAllocation>> records) {
    var now = state.getSpec().resourceClaimAllocations();
    return records.entrySet().stream()
        .allMatch(entry -> entry.getValue().equals(Optional.ofNullable(now.get(entry.getKey()))));
  }

  private void write(GpuAllocationState state, Map<String, Optional<ClaimAllocation>> records) {
    var allocations = new HashMap<String, @Nullable ClaimAllocation>();
    records.forEach((uid, allocation) -> allocations.put(uid, allocation.orElse(null)));
    var patch =
        Map.of(
            "metadata", Map.of("resourceVersion", state.getMetadata().getResourceVersion()),
            "spec", Map.of("resourceClaimAllocations", allocations));
    GpuAllocationState written =
        resource(state.getMetadata().getName())
            .patch(PatchContext.of(PatchType.JSON_MERGE), json.valueToTree(patch).toString());
    view.nodes.remember(state, written);
  }

  private @Nullable GpuAllocationState read(String node) {
    return resource(node).get();
  }

  private io.fabric8.kubernetes.client.dsl.Resource<GpuAllocationState> resource(String node) {
    return client.resources(GpuAllocationState.class).inNamespace(namespace).withName(node);
  }
}
