package com.intel.dra.kit.slices.keeper;

import com.intel.dra.kit.slices.pool.NullAsEmpty;
import com.intel.dra.kit.slices.pool.Pools;
import com.intel.dra.kit.slices.pool.SlicePlan;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.resource.v1.Device;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceCapacity;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceTaint;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceSlice;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceSliceBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * An API server's store of ResourceSlices, with feature gates and a watch that can be behind or
 * lose events. Records what the scheduler could have seen after every write.
 */
public final class FakeSliceServer implements SliceStore {

  enum Gate {
    PARTITIONABLE_DEVICES,
    CONSUMABLE_CAPACITY,
    DEVICE_TAINTS
  }

  private static final int LONGEST_GENERATED = 58;

  final EnumSet<Gate> gates = EnumSet.allOf(Gate.class);

  /**
   * The gates of another server of the same control plane, which answers dry runs and stores fields
   * that this one would not.
   */
  final EnumSet<Gate> gatesOfDryRuns = EnumSet.allOf(Gate.class);

  private final TreeMap<String, ResourceSlice> stored = new TreeMap<>();
  private final TreeMap<String, ResourceSlice> seen = new TreeMap<>();
  private final Queue<Runnable> heldEvents = new ArrayDeque<>();
  private final ExecutorService watch = Executors.newSingleThreadExecutor();
  private final List<List<Device>> pools = new ArrayList<>();

  private @Nullable Watcher watcher;
  private boolean synced;
  private boolean holdsEvents;
  private boolean losesEvents;
  private boolean holdsRequests;
  private int heldRequests;
  private int lists;
  private boolean down;
  private Optional<String> nodeUid = Optional.of("node-uid-1");
  private Optional<String> invalidDevice = Optional.empty();
  private long version = 1000;
  private long uids;
  private int writes;
  private int dryRuns;
  private int time;

  // ---- what tests do

  public synchronized List<ResourceSlice> slices() {
    return List.copyOf(stored.values());
  }

  /** The devices that the scheduler may allocate now; empty if the pool is incomplete. */
  public synchronized Optional<List<Device>> pool(String name) {
    long highest =
        stored.values().stream()
            .filter(slice -> name.equals(slice.getSpec().getPool().getName()))
            .mapToLong(SlicePlan::generationOf)
            .max()
            .orElse(0);
    List<ResourceSlice> current =
        stored.values().stream()
            .filter(slice -> name.equals(slice.getSpec().getPool().getName()))
            .filter(slice -> SlicePlan.generationOf(slice) == highest)
            .sorted(Comparator.comparing(slice -> slice.getMetadata().getName()))
            .toList();
    boolean complete =
        !current.isEmpty()
            && current.stream()
                .allMatch(
                    slice -> slice.getSpec().getPool().getResourceSliceCount() == current.size());
    return complete
        ? Optional.of(
            current.stream()
                .flatMap(slice -> NullAsEmpty.orEmpty(slice.getSpec().getDevices()).stream())
                .toList())
        : Optional.empty();
  }

  List<String> deviceNames() {
    return pool(Pools.NODE).orElse(List.of()).stream().map(Device::getName).toList();
  }

  /** Every complete pool so far, in the order of the writes. */
  public synchronized List<List<Device>> poolsInHistory() {
    return List.copyOf(pools);
  }

  synchronized int writes() {
    return writes;
  }

  synchronized int dryRuns() {
    return dryRuns;
  }

  synchronized void setDown(boolean down) {
    this.down = down;
  }

  synchronized void setNodeUid(Optional<String> uid) {
    this.nodeUid = uid;
  }

  synchronized void setInvalidDevice(Optional<String> name) {
    this.invalidDevice = name;
  }

  /** Deletes all slices, as the kubelet does when it starts, and as the garbage collector does. */
  public synchronized void deleteAll() {
    slices().forEach(this::remove);
  }

  public synchronized void deleteByOther(ResourceSlice slice) {
    remove(slice);
  }

  /** A write by others, without any check. */
  public synchronized ResourceSlice putByOther(ResourceSlice slice) {
    return put(slice);
  }

  synchronized void holdEvents() {
    holdsEvents = true;
  }

  synchronized void releaseEvents() {
    holdsEvents = false;
    heldEvents.forEach(watch::execute);
    heldEvents.clear();
  }

  /** The first request of each round waits from now on. */
  synchronized void holdRequests() {
    holdsRequests = true;
  }

  synchronized boolean holdsARequest() {
    return holdsRequests && heldRequests > 0;
  }

  synchronized void releaseRequests() {
    holdsRequests = false;
    notifyAll();
  }

  synchronized int lists() {
    return lists;
  }

  /** From now on events are lost, until the watch is restarted. */
  synchronized void loseEvents() {
    losesEvents = true;
  }

  /** Restarts the watch: it sends the differences to what it last knew. */
  synchronized void relist() {
    losesEvents = false;
    Map<String, ResourceSlice> before = Map.copyOf(seen);
    before.values().stream()
        .filter(old -> !stored.containsKey(old.getMetadata().getName()))
        .forEach(old -> event(old, true));
    stored.values().forEach(slice -> event(slice, false));
  }

  // ---- the store

  @Override
  public synchronized void start(Watcher watcher) {
    this.watcher = watcher;
    seen.putAll(stored);
    synced = true;
    watch.execute(watcher::synced);
  }

  @Override
  public synchronized Optional<List<ResourceSlice>> seen() {
    return synced ? Optional.of(List.copyOf(seen.values())) : Optional.empty();
  }

  @Override
  public synchronized List<ResourceSlice> list() throws SliceStoreException {
    requireUp();
    lists++;
    return List.copyOf(stored.values());
  }

  @Override
  public synchronized Optional<String> nodeUid() throws SliceStoreException {
    requireUp();
    heldRequests++;
    try {
      while (holdsRequests) {
        wait();
      }
    } catch (InterruptedException e) {
      throw new SliceStoreException.Failed("interrupted", e);
    } finally {
      heldRequests--;
    }
    return nodeUid;
  }

  @Override
  public synchronized ResourceSlice create(ResourceSlice slice, boolean dryRun)
      throws SliceStoreException {
    requireUp();
    requireValid(slice);
    var metadata =
        new ObjectMetaBuilder(slice.getMetadata())
            .withName(generatedName(slice.getMetadata().getGenerateName()))
            .withUid("uid-" + ++uids)
            .withResourceVersion("1")
            .build();
    ResourceSlice created =
        asStored(
            new ResourceSliceBuilder(Serialization.clone(slice)).withMetadata(metadata).build(),
            Optional.empty(),
            dryRun ? gatesOfDryRuns : gates);
    if (dryRun) {
      dryRuns++;
      return created;
    }
    writes++;
    return put(created);
  }

  @Override
  public synchronized ResourceSlice update(ResourceSlice slice) throws SliceStoreException {
    requireUp();
    requireValid(slice);
    ResourceSlice old = stored.get(slice.getMetadata().getName());
    if (!isSameVersion(old, slice)) {
      throw new SliceStoreException.Conflict("the object has been modified", null);
    }
    writes++;
    return put(asStored(Serialization.clone(slice), Optional.ofNullable(old), gates));
  }

  @Override
  public synchronized void delete(ResourceSlice slice) throws SliceStoreException {
    requireUp();
    ResourceSlice old = stored.get(slice.getMetadata().getName());
    if (old == null) {
      return;
    }
    if (!isSameVersion(old, slice)) {
      throw new SliceStoreException.Conflict("precondition failed", null);
    }
    writes++;
    remove(old);
  }

  @Override
  public void close() {
    watch.shutdownNow();
  }

  // ---- inside

  private static boolean isSameVersion(@Nullable ResourceSlice old, ResourceSlice slice) {
    return old != null
        && old.getMetadata().getUid().equals(slice.getMetadata().getUid())
        && old.getMetadata().getResourceVersion().equals(slice.getMetadata().getResourceVersion());
  }

  private void requireUp() throws SliceStoreException {
    if (down) {
      throw new SliceStoreException.Failed("connection refused", null);
    }
  }

  private void requireValid(ResourceSlice slice) throws SliceStoreException {
    boolean invalid =
        slice.getSpec().getDevices().stream()
            .anyMatch(device -> Optional.of(device.getName()).equals(invalidDevice));
    if (invalid) {
      throw new SliceStoreException.Invalid("spec.devices[0]: Invalid value", null);
    }
    if (SlicePlan.generationOf(slice) < 0) {
      throw new SliceStoreException.Invalid("spec.pool.generation: must not be negative", null);
    }
  }

  private String generatedName(String base) {
    return base.substring(0, Math.min(base.length(), LONGEST_GENERATED))
        + "%05x".formatted((uids + 1) * 7919 % 0xfffff);
  }

  private ResourceSlice put(ResourceSlice slice) {
    slice.getMetadata().setResourceVersion(String.valueOf(++version));
    stored.put(slice.getMetadata().getName(), slice);
    event(slice, false);
    pool(Pools.NODE).ifPresent(pools::add);
    return slice;
  }

  private void remove(ResourceSlice slice) {
    stored.remove(slice.getMetadata().getName());
    event(slice, true);
    pool(Pools.NODE).ifPresent(pools::add);
  }

  private void event(ResourceSlice slice, boolean deleted) {
    Watcher to = watcher;
    if (to == null || losesEvents || watch.isShutdown()) {
      return;
    }
    Runnable event =
        () -> {
          synchronized (this) {
            if (deleted) {
              seen.remove(slice.getMetadata().getName());
            } else {
              seen.put(slice.getMetadata().getName(), slice);
            }
          }
          if (deleted) {
            to.deleted(slice);
          } else {
            to.written(slice);
          }
        };
    if (holdsEvents) {
      heldEvents.add(event);
    } else {
      watch.execute(event);
    }
  }

  private ResourceSlice asStored(
      ResourceSlice slice, Optional<ResourceSlice> old, Set<Gate> effective) {
    List<Device> before = old.map(slices -> slices.getSpec().getDevices()).orElse(List.of());
    boolean partitions =
        effective.contains(Gate.PARTITIONABLE_DEVICES)
            || old.map(s -> !s.getSpec().getSharedCounters().isEmpty()).orElse(false)
            || before.stream().anyMatch(device -> !device.getConsumesCounters().isEmpty());
    boolean shares =
        effective.contains(Gate.CONSUMABLE_CAPACITY)
            || before.stream().anyMatch(device -> device.getAllowMultipleAllocations() != null);
    boolean taints =
        effective.contains(Gate.DEVICE_TAINTS)
            || before.stream().anyMatch(device -> !device.getTaints().isEmpty());
    if (!partitions) {
      slice.getSpec().setSharedCounters(List.of());
    }
    for (Device device : slice.getSpec().getDevices()) {
      if (!partitions) {
        device.setConsumesCounters(List.of());
      }
      if (!shares) {
        device.setAllowMultipleAllocations(null);
      }
      if (!taints) {
        device.setTaints(List.of());
      }
      for (DeviceTaint taint : device.getTaints()) {
        if (taint.getTimeAdded() == null) {
          taint.setTimeAdded("2026-01-01T00:%02d:%02dZ".formatted(time / 60, time % 60));
          time++;
        }
      }
      for (DeviceCapacity capacity : device.getCapacity().values()) {
        if (!shares) {
          capacity.setRequestPolicy(null);
        }
        capacity.setValue(canonical(capacity.getValue()));
      }
    }
    return slice;
  }

  /** The server writes quantities in its own form. */
  private static Quantity canonical(Quantity quantity) {
    return quantity.toString().equals("16384Mi") ? new Quantity("16Gi") : quantity;
  }
}
