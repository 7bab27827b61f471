package com.intel.dra.example;

import com.intel.dra.kit.cdi.CdiDevice;
import com.intel.dra.kit.cdi.ContainerEdits;
import com.intel.dra.kit.cdi.DeviceNode;
import com.intel.dra.kit.kubelet.api.DeviceHealth;
import com.intel.dra.kit.kubelet.api.DeviceHealth.Status;
import com.intel.dra.kit.kubelet.api.DeviceHealthSource;
import com.intel.dra.kit.slices.pool.WantedPool;
import io.fabric8.kubernetes.api.model.resource.v1.Device;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceAttributeBuilder;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Made-up lamps: each file in a folder is one. A file's text says what is wrong with the lamp; an
 * empty file is a lamp that works. A container that gets a lamp sees /dev/zero under its name.
 */
final class ExampleDevices implements DeviceHealthSource {

  private final Path folder;
  private final String pool;
  private final Set<Runnable> listeners = ConcurrentHashMap.newKeySet();
  private volatile Look last = new Look(Map.of(), Instant.EPOCH);

  /** What was found: by lamp what is wrong with it, an empty text for one that works. */
  private record Look(Map<String, String> defects, Instant at) {}

  ExampleDevices(Path folder, String pool) {
    this.folder = folder;
    this.pool = pool;
  }

  /** Looks at the lamps; returns whether they changed since the last look. */
  boolean look() throws IOException {
    var defects = new TreeMap<String, String>();
    try (var files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        defects.put(String.valueOf(file.getFileName()), Files.readString(file).strip());
      }
    }
    boolean changed = !defects.equals(last.defects());
    last = new Look(defects, Instant.now());
    if (changed) {
      listeners.forEach(Runnable::run);
    }
    return changed;
  }

  /** Why the lamp cannot be used; empty if it can. */
  Optional<String> defect(String lamp) {
    return Optional.of(last.defects().getOrDefault(lamp, "it is not on this node"))
        .filter(text -> !text.isEmpty());
  }

  /** What the scheduler shall see: the lamps that work. */
  WantedPool wanted() {
    return WantedPool.of(
        last.defects().keySet().stream()
            .filter(lamp -> defect(lamp).isEmpty())
            .map(ExampleDevices::device)
            .toList());
  }

  private static Device device(String lamp) {
    var kind = new DeviceAttributeBuilder().withString("lamp").build();
    return new DeviceBuilder().withName(lamp).addToAttributes("kind", kind).build();
  }

  /** What a container gets for a name that {@link ExamplePreparer#cdiName} made. */
  static CdiDevice cdiDevice(String cdiName) {
    String lamp = cdiName.substring(cdiName.indexOf(':') + 1);
    return new CdiDevice(
        cdiName, ContainerEdits.nodes(List.of(DeviceNode.character("/dev/" + lamp, "/dev/zero"))));
  }

  @Override
  public List<DeviceHealth> current() {
    Look look = last;
    return look.defects().entrySet().stream()
        .map(
            lamp ->
                new DeviceHealth(
                    pool,
                    lamp.getKey(),
                    lamp.getValue().isEmpty() ? Status.HEALTHY : Status.UNHEALTHY,
                    look.at(),
                    lamp.getValue()))
        .toList();
  }

  @Override
  public Subscription onChange(Runnable listener) {
    listeners.add(listener);
    return () -> listeners.remove(listener);
  }
}
