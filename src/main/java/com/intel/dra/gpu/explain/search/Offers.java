package com.intel.dra.gpu.explain.search;

import com.intel.dra.gpu.explain.cel.Amount;
import com.intel.dra.gpu.explain.search.OfferedDevice.CounterKey;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.resource.v1.CounterSet;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceSlice;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/** All published slices, found by node. */
public final class Offers {

  private final SchedulerFeatures features;
  private final Map<String, List<OfferedSlice>> ofNode = new HashMap<>();
  private final List<OfferedSlice> ofSeveralNodes = new ArrayList<>();
  private final Map<PoolKey, List<OfferedSlice>> ofPool = new HashMap<>();

  private Offers(SchedulerFeatures features) {
    this.features = features;
  }

  /** Reads the slices; those that cannot be read are left out, as no scheduler could read them. */
  public static Offers of(
      List<ResourceSlice> slices, List<TaintRule> rules, SchedulerFeatures features) {
    var offers = new Offers(features);
    for (ResourceSlice slice : slices) {
      if (OfferedSlice.isReadable(slice)) {
        offers.add(OfferedSlice.of(slice, rules));
      }
    }
    return offers;
  }

  private void add(OfferedSlice slice) {
    slice
        .nodeName()
        .map(name -> ofNode.computeIfAbsent(name, unused -> new ArrayList<>()))
        .orElse(ofSeveralNodes)
        .add(slice);
    ofPool.computeIfAbsent(slice.pool(), unused -> new ArrayList<>()).add(slice);
  }

  /** How many slices are looked at to find the pools of a node. */
  public int slicesFor(Node node) {
    return ofSeveralNodes.size()
        + ofNode.getOrDefault(node.getMetadata().getName(), List.of()).size();
  }

  /** Returns the pools that have devices for a node, in the scheduler's order. */
  public List<NodePool> poolsOf(Node node) {
    var slicesByPool = new TreeMap<PoolKey, List<OfferedSlice>>();
    Stream.concat(
            ofNode.getOrDefault(node.getMetadata().getName(), List.of()).stream(),
            ofSeveralNodes.stream())
        .filter(this::isKnown)
        .filter(slice -> slice.isFor(node))
        .forEach(
            slice -> slicesByPool.merge(slice.pool(), List.of(slice), Offers::newestGeneration));
    var pools = new ArrayList<NodePool>();
    var bindingLater = new ArrayList<NodePool>();
    slicesByPool.forEach(
        (key, slices) ->
            pool(key, slices)
                .ifPresent(pool -> (hasBindingConditions(pool) ? bindingLater : pools).add(pool)));
    pools.addAll(bindingLater);
    return List.copyOf(pools);
  }

  private boolean isKnown(OfferedSlice slice) {
    boolean needsPartitions =
        slice.spec().getPerDeviceNodeSelection() != null || slice.hasSharedCounters();
    return (features.partitionableDevices() || !needsPartitions)
        && !slice.usesCompatibilityGroups();
  }

  private static List<OfferedSlice> newestGeneration(
      List<OfferedSlice> known, List<OfferedSlice> next) {
    int order = Long.compare(next.getFirst().generation(), known.getFirst().generation());
    if (order != 0) {
      return order > 0 ? next : known;
    }
    var both = new ArrayList<OfferedSlice>(known);
    both.addAll(next);
    return both;
  }

  private Optional<NodePool> pool(PoolKey key, List<OfferedSlice> here) {
    long expected = here.getFirst().slicesInPool();
    if (here.size() == expected) {
      return Optional.of(built(key, here, List.of()));
    }
    long generation = here.getFirst().generation();
    List<OfferedSlice> ofAllNodes = ofPool.getOrDefault(key, List.of());
    if (ofAllNodes.stream().anyMatch(slice -> slice.generation() > generation)) {
      return Optional.empty();
    }
    List<OfferedSlice> current =
        ofAllNodes.stream()
            .filter(slice -> slice.generation() == generation)
            .filter(slice -> !slice.usesCompatibilityGroups())
            .toList();
    if (current.size() != expected) {
      return Optional.of(new NodePool.Incomplete(key, generation, current.size(), expected));
    }
    Set<String> names = new HashSet<>(here.stream().map(OfferedSlice::name).toList());
    return Optional.of(
        built(key, here, current.stream().filter(slice -> !names.contains(slice.name())).toList()));
  }

  private NodePool built(PoolKey key, List<OfferedSlice> here, List<OfferedSlice> elsewhere) {
    List<OfferedSlice> sorted =
        here.stream().sorted(Comparator.comparing(OfferedSlice::name)).toList();
    var names = new HashSet<String>();
    List<OfferedSlice> devicesHere = sorted.stream().filter(this::isOfDevices).toList();
    for (OfferedSlice slice : devicesHere) {
      for (OfferedDevice device : slice.devices()) {
        if (!names.add(device.key().device())) {
          return new NodePool.Invalid(key, "duplicate device name " + device.key().device());
        }
      }
    }
    List<OfferedSlice> devicesElsewhere = elsewhere.stream().filter(this::isOfDevices).toList();
    var counters = new HashMap<CounterKey, Amount>();
    var sets = new HashSet<String>();
    if (features.partitionableDevices()) {
      List<CounterSet> shared =
          Stream.concat(sorted.stream(), elsewhere.stream())
              .flatMap(slice -> slice.spec().getSharedCounters().stream())
              .toList();
      for (CounterSet set : shared) {
        if (!sets.add(set.getName())) {
          return new NodePool.Invalid(key, "duplicate counter set name " + set.getName());
        }
        set.getCounters()
            .forEach(
                (name, counter) ->
                    counters.put(
                        new CounterKey(set.getName(), name), Amount.of(counter.getValue())));
      }
    }
    var pool = new NodePool.Complete(key, devicesHere, devicesElsewhere, Map.copyOf(counters));
    return features.partitionableDevices()
        ? unknownCounter(pool)
            .<NodePool>map(
                counter ->
                    new NodePool.Invalid(
                        key,
                        "counter %s not found in counter set %s"
                            .formatted(counter.counter(), counter.counterSet())))
            .orElse(pool)
        : pool;
  }

  private static Optional<CounterKey> unknownCounter(NodePool.Complete pool) {
    return pool.allDevices()
        .flatMap(device -> device.counters().keySet().stream())
        .filter(counter -> !pool.counters().containsKey(counter))
        .findFirst();
  }

  private boolean isOfDevices(OfferedSlice slice) {
    return !features.partitionableDevices() || !slice.hasSharedCounters();
  }

  private static boolean hasBindingConditions(NodePool pool) {
    return pool instanceof NodePool.Complete complete
        && complete.here().stream()
            .flatMap(slice -> slice.devices().stream())
            .anyMatch(device -> !device.device().getBindingConditions().isEmpty());
  }
}
