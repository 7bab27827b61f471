package com.intel.dra.gpu.controller.records;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.intel.dra.gpu.api.ClaimAllocation;
import com.intel.dra.gpu.api.GasSummary;
import com.intel.dra.gpu.api.GpuAllocationState;
import com.intel.dra.gpu.api.GpuAllocationStateSpec;
import com.intel.dra.gpu.api.GpuApi;
import com.intel.dra.gpu.controller.cluster.ApiServer;
import com.intel.dra.gpu.controller.cluster.ApiServer.Outcome;
import com.intel.dra.gpu.controller.cluster.ClusterView;
import com.intel.dra.gpu.controller.leader.Leadership;
import com.intel.dra.gpu.controller.leader.NotLeadingException;
import com.intel.dra.gpu.controller.placing.ControllerMetrics;
import io.quarkus.arc.profile.IfBuildProfile;
import jakarta.inject.Singleton;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;

/**
 * Writes {@code spec.resourceClaimAllocations} of the nodes' GpuAllocationStates, the summary that
 * belongs to them, and nothing else.
 *
 * <p>A change is decided on one version of the object and written under that version's
 * resourceVersion. If another writer, a node agent or an earlier leader, has written in between,
 * the write is a conflict, and the change is decided again on the current version. Within this
 * process, changes of one node run one after another, so they do not conflict with each other.
 *
 * <p>Each write also names its writer. A writer that finds another controller's name in the record
 * first confirms that it still leads. So a controller that was deposed without knowing it decides
 * nothing on a node that its successor has written, however late its writes arrive and whatever it
 * knows about the claims.
 */
@Singleton
@IfBuildProfile("controller")
public class NodeRecords {

  /** Annotation of a GAS: the controller process that wrote the allocations last. */
  public static final String WRITER = GpuApi.GROUP + "/controller";

  private static final int MAX_CONFLICTS = 10;

  private final ApiServer api;
  private final ClusterView view;
  private final ControllerMetrics metrics;
  private final Leadership leadership;
  private final String namespace;
  private final ObjectMapper json = new ObjectMapper();
  private final ConcurrentHashMap<String, ReentrantLock> locks = new ConcurrentHashMap<>();

  public NodeRecords(
      ApiServer api,
      ClusterView view,
      ControllerMetrics metrics,
      Leadership leadership,
      @ConfigProperty(name = "gpu.namespace") String namespace) {
    this.api = api;
    this.view = view;
    this.metrics = metrics;
    this.leadership = leadership;
    this.namespace = namespace;
  }

  /**
   * The changes by claim UID, each an allocation to record or empty to remove the record; and the
   * answer that the caller gets once they are written.
   */
  public record Change<R>(Map<String, Optional<ClaimAllocation>> records, R answer) {

    public static <R> Change<R> none(R answer) {
      return new Change<>(Map.of(), answer);
    }
  }

  /**
   * Decides on the node as it is now and writes the difference. Blocks.
   *
   * @param decide called again after each conflict; gets empty if the node has no
   *     GpuAllocationState, and then nothing is written, whatever it returns
   * @throws IllegalStateException if the node's record changes so often that every write is a
   *     conflict
   * @throws NotLeadingException if another controller has taken over
   */
  public <R> R change(String node, Function<Optional<GpuAllocationState>, Change<R>> decide) {
    ReentrantLock lock = locks.computeIfAbsent(node, _ -> new ReentrantLock());
    lock.lock();
    try {
      Optional<GpuAllocationState> state = view.node(node);
      for (int conflicts = 0; conflicts <= MAX_CONFLICTS; conflicts++) {
        Change<R> change = decide.apply(state);
        if (state.isEmpty() || saysSo(state.get(), change.records())) {
          return change.answer();
        }
        requireLead(state.get());
        switch (write(state.get(), change.records())) {
          case Outcome.Written<GpuAllocationState>(GpuAllocationState written) -> {
            view.nodes.remember(state.get(), written);
            return change.answer();
          }
          case Outcome.Conflict<GpuAllocationState> _, Outcome.Gone<GpuAllocationState> _ -> {
            metrics.gasWriteConflict();
            state = api.read(GpuAllocationState.class, namespace, node);
          }
        }
      }
      throw new IllegalStateException(
          "GpuAllocationState %s/%s changed %d times while a change to it was being written"
              .formatted(namespace, node, MAX_CONFLICTS + 1));
    } finally {
      lock.unlock();
    }
  }

  private void requireLead(GpuAllocationState state) {
    if (!isOurs(state) && !leadership.confirm()) {
      throw new NotLeadingException(
          "GpuAllocationState %s/%s is written by another controller: %s"
              .formatted(namespace, state.getMetadata().getName(), writer(state)));
    }
  }

  private boolean isOurs(GpuAllocationState state) {
    return writer(state).equals(leadership.identity());
  }

  private static String writer(GpuAllocationState state) {
    return Optional.ofNullable(state.getMetadata().getAnnotations())
        .map(annotations -> annotations.get(WRITER))
        .orElse("");
  }

  /**
   * Returns whether the record needs no write. A record that another process wrote is written again
   * under our name before a decision relies on it.
   */
  private boolean saysSo(GpuAllocationState state, Map<String, Optional<ClaimAllocation>> records) {
    return records.isEmpty() || (isOurs(state) && changesNothing(state, records));
  }

  private static boolean changesNothing(
      GpuAllocationState state, Map<String, Optional<ClaimAllocation>> records) {
    var now = state.getSpec().resourceClaimAllocations();
    return records.entrySet().stream()
        .allMatch(entry -> entry.getValue().equals(Optional.ofNullable(now.get(entry.getKey()))));
  }

  private Outcome<GpuAllocationState> write(
      GpuAllocationState state, Map<String, Optional<ClaimAllocation>> records) {
    var allocations = new HashMap<String, @Nullable ClaimAllocation>();
    records.forEach((uid, allocation) -> allocations.put(uid, allocation.orElse(null)));
    var after = new HashMap<>(state.getSpec().resourceClaimAllocations());
    records.forEach(
        (uid, allocation) ->
            allocation.ifPresentOrElse(given -> after.put(uid, given), () -> after.remove(uid)));
    var summary =
        GasSummary.of(
            new GpuAllocationStateSpec(
                state.getSpec().allocatable(), state.getSpec().prepared(), after));
    return api.mergePatch(
        state,
        json.valueToTree(
            Map.of(
                "metadata",
                    Map.of(
                        "resourceVersion",
                        state.getMetadata().getResourceVersion(),
                        "annotations",
                        Map.of(WRITER, leadership.identity())),
                "spec", Map.of("resourceClaimAllocations", allocations, "summary", summary))));
  }
}
