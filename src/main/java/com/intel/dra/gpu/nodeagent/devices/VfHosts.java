package com.intel.dra.gpu.nodeagent.devices;

import com.intel.dra.gpu.device.DeviceUid;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;

/** The GPUs whose VFs are being made or removed, or could not be, each with its state. */
@Singleton
public class VfHosts {

  private final DeviceLock lock;

  /** Replaced as a whole under the lock, and read without it. */
  private volatile Map<DeviceUid, VfHostState> states = Map.of();

  @Inject
  public VfHosts(DeviceLock lock) {
    this.lock = lock;
  }

  /** What goes on with the GPU; empty when nothing does. */
  public Optional<VfHostState> state(DeviceUid gpu) {
    return Optional.ofNullable(states.get(gpu));
  }

  /** What goes on with the GPUs; a GPU on which nothing goes on is not in it. */
  public Map<DeviceUid, VfHostState> states() {
    return states;
  }

  /** Sets the state of the GPU and has the threads look again that wait for a change. */
  public void set(DeviceUid gpu, Optional<VfHostState> state) {
    change(all -> state.ifPresentOrElse(now -> all.put(gpu, now), () -> all.remove(gpu)));
    lock.signalChange();
  }

  /** Forgets the states of all other GPUs, except those on which a thread is at work. */
  public void forgetAllBut(Set<DeviceUid> gpus) {
    change(
        all -> all.entrySet().removeIf(e -> !e.getValue().isBusy() && !gpus.contains(e.getKey())));
  }

  private void change(Consumer<Map<DeviceUid, VfHostState>> change) {
    var unused =
        lock.locked(
            () -> {
              var all = new TreeMap<>(states);
              change.accept(all);
              states = Map.copyOf(all);
              return true;
            });
  }
}
