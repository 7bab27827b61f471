package com.intel.dra.gpu.nodeagent.gas;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.intel.dra.gpu.api.GasSummary;
import com.intel.dra.gpu.api.GpuAllocationState;
import com.intel.dra.gpu.api.GpuAllocationStateSpec;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Computes the difference between a GAS and what the agent's fields should say, as a JSON merge
 * patch (RFC 7386). It has only the entries that differ, null for those to be removed, and none of
 * the controller's fields if there is a controller. It carries the resourceVersion that it was made
 * for, so that the API server refuses it for any other version.
 */
public final class GasPatch {

  private static final ObjectMapper JSON = new ObjectMapper();

  private GasPatch() {}

  /** Returns the patch; empty if the GAS already says all of it. */
  public static Optional<String> between(GpuAllocationState current, GasFields desired) {
    GpuAllocationStateSpec has = current.getSpec();
    ObjectNode spec = JSON.createObjectNode();
    desired.allocatable().ifPresent(map -> add(spec, "allocatable", has.allocatable(), map));
    desired
        .prepared()
        .ifPresent(
            claims -> {
              add(spec, "prepared", has.prepared(), claims.devices());
              add(spec, "preparedNames", has.preparedNames(), claims.names());
            });
    desired
        .allocations()
        .ifPresent(
            map -> add(spec, "resourceClaimAllocations", has.resourceClaimAllocations(), map));

    var summary =
        GasSummary.of(
            new GpuAllocationStateSpec(
                desired.allocatable().orElse(has.allocatable()),
                desired.prepared().map(GasFields.Prepared::devices).orElse(has.prepared()),
                desired.allocations().orElse(has.resourceClaimAllocations())));
    if (!summary.equals(has.summary())) {
      spec.set("summary", JSON.valueToTree(summary));
    }

    ObjectNode patch = JSON.createObjectNode();
    if (!spec.isEmpty()) {
      patch.set("spec", spec);
    }
    if (!desired.status().equals(current.getStatus())) {
      patch.put("status", desired.status());
    }
    if (patch.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(onlyFor(current, patch));
  }

  /**
   * Returns a patch that changes nothing, and that the API server refuses like the others if the
   * GAS has another version.
   */
  public static String confirming(GpuAllocationState current) {
    return onlyFor(current, JSON.createObjectNode());
  }

  private static String onlyFor(GpuAllocationState current, ObjectNode patch) {
    patch.putObject("metadata").put("resourceVersion", current.getMetadata().getResourceVersion());
    return patch.toString();
  }

  private static <V> void add(
      ObjectNode spec, String field, Map<String, V> current, Map<String, V> desired) {
    ObjectNode entries = JSON.createObjectNode();
    var keys = new TreeSet<>(current.keySet());
    keys.addAll(desired.keySet());
    for (String key : keys) {
      V wanted = desired.get(key);
      if (wanted == null) {
        entries.putNull(key);
      } else if (!wanted.equals(current.get(key))) {
        entries.set(key, entry(current.get(key), wanted));
      }
    }
    if (!entries.isEmpty()) {
      spec.set(field, entries);
    }
  }

  /**
   * Returns the wanted value, with null for optional fields that it no longer has, because a merge
   * would keep those.
   */
  private static <V> JsonNode entry(@Nullable V current, V wanted) {
    JsonNode entry = JSON.valueToTree(wanted);
    if (current != null && entry instanceof ObjectNode object) {
      JsonNode before = JSON.valueToTree(current);
      before.fieldNames().forEachRemaining(field -> keepOut(object, field));
    }
    return entry;
  }

  private static void keepOut(ObjectNode entry, String field) {
    if (!entry.has(field)) {
      entry.putNull(field);
    }
  }
}
