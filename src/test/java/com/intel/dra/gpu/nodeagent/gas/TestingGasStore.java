package com.intel.dra.gpu.nodeagent.gas;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.intel.dra.gpu.api.ClaimAllocation;
import com.intel.dra.gpu.api.GpuAllocationState;
import com.intel.dra.gpu.nodeagent.app.AgentFixtures;
import com.intel.dra.gpu.nodeagent.config.AgentConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One GAS in memory, with merge patches and resource versions like those of the API server. */
@SuppressWarnings("NullAway") // there is no client, and nothing uses it
public final class TestingGasStore extends GasStore {

  private static final ObjectMapper JSON = new ObjectMapper();

  private GpuAllocationState gas =
      AgentFixtures.gas(Map.of(), Map.of(), Map.of(), GpuAllocationState.NOT_READY);
  private final List<ObjectNode> versions = new ArrayList<>();
  private int version = 1;
  private Runnable beforePatch = () -> {};

  public TestingGasStore(AgentConfig config) {
    super(null, config);
    gas.getMetadata().setResourceVersion("1");
  }

  public GpuAllocationState now() {
    return get().orElseThrow();
  }

  /** Returns the GAS as an informer shows it that has not seen this many of the last writes. */
  public synchronized GpuAllocationState before(int writes) {
    return writes == 0 || versions.isEmpty()
        ? now()
        : JSON.convertValue(
            versions.get(Math.max(0, versions.size() - writes)), GpuAllocationState.class);
  }

  /** Writes an allocation as the controller does, whatever was written before. */
  public synchronized void allocate(String claimUid, ClaimAllocation allocation) {
    var patch = JSON.createObjectNode();
    patch
        .putObject("spec")
        .putObject("resourceClaimAllocations")
        .set(claimUid, JSON.valueToTree(allocation));
    apply(patch);
  }

  public synchronized void release(String claimUid) {
    var patch = JSON.createObjectNode();
    patch.putObject("spec").putObject("resourceClaimAllocations").putNull(claimUid);
    apply(patch);
  }

  /** Runs once, before the agent's next patch is compared with the GAS. */
  public synchronized void beforeNextPatch(Runnable action) {
    beforePatch = action;
  }

  @Override
  public synchronized Optional<GpuAllocationState> get() {
    return Optional.of(JSON.convertValue(gas, GpuAllocationState.class));
  }

  @Override
  public synchronized Outcome patch(GpuAllocationState made, String mergePatch) {
    Runnable action = beforePatch;
    beforePatch = () -> {};
    action.run();
    try {
      var patch = (ObjectNode) JSON.readTree(mergePatch);
      if (!patch.path("metadata").path("resourceVersion").asText().equals("" + version)) {
        return Outcome.CONFLICT;
      }
      apply(patch);
      return Outcome.WRITTEN;
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(mergePatch, e);
    }
  }

  private void apply(ObjectNode patch) {
    ObjectNode json = JSON.valueToTree(gas);
    ObjectNode before = json.deepCopy();
    merge(json, patch);
    if (json.equals(before)) {
      return; // like the API server, which writes nothing in this case
    }
    versions.add(before);
    gas = JSON.convertValue(json, GpuAllocationState.class);
    version++;
    gas.getMetadata().setResourceVersion("" + version);
  }

  private static void merge(ObjectNode target, ObjectNode patch) {
    patch
        .properties()
        .forEach(
            entry -> {
              JsonNode value = entry.getValue();
              if (value.isNull()) {
                target.remove(entry.getKey());
              } else if (value instanceof ObjectNode object) {
                var child =
                    target.get(entry.getKey()) instanceof ObjectNode has
                        ? has
                        : target.putObject(entry.getKey());
                merge(child, object);
              } else {
                target.set(entry.getKey(), value);
              }
            });
  }
}
