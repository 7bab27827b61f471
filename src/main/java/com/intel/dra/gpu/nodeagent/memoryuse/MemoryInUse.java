package com.intel.dra.gpu.nodeagent.memoryuse;

import com.intel.dra.gpu.device.Gpu;
import com.intel.dra.gpu.metrics.Meters;
import com.intel.dra.gpu.metrics.Metric;
import com.intel.dra.gpu.nodeagent.config.AgentConfig;
import com.intel.dra.gpu.nodeagent.devices.NodeDevices;
import com.intel.dra.gpu.nodeagent.memoryuse.DeviceUsers.ClaimPod;
import com.intel.dra.gpu.nodeagent.memoryuse.DeviceUsers.Use;
import com.intel.dra.gpu.nodeagent.prepare.StructuredClaims;
import com.intel.dra.gpu.nodeagent.state.PreparedClaims;
import com.intel.dra.gpu.sysfs.dmem.DmemAmounts;
import com.intel.dra.gpu.sysfs.dmem.DmemFile;
import com.intel.dra.gpu.sysfs.dmem.PodGroups;
import com.intel.dra.gpu.sysfs.files.SysfsReader;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jboss.logging.Logger;

/**
 * Shows how much of a GPU's or VF's memory each container uses, for pods that have the device by a
 * claim. There is no figure for a pod until it uses some memory.
 */
@Singleton
public class MemoryInUse {

  private static final Logger LOG = Logger.getLogger(MemoryInUse.class);

  private final DmemFile dmem;
  private final PreparedClaims prepared;
  private final NodeDevices devices;
  private final DeviceUsers users;
  private final Meters.Series figures;
  private final SysfsReader reader = new SysfsReader();
  private Optional<String> lastObstacle = Optional.empty();
  private Set<Path> lastUnusable = Set.of();

  @Inject
  public MemoryInUse(
      AgentConfig config,
      PreparedClaims prepared,
      StructuredClaims claims,
      NodeDevices devices,
      Meters meters) {
    this.dmem = AgentConfig.dmemFile(config);
    this.prepared = prepared;
    this.devices = devices;
    this.users = new DeviceUsers(claims);
    this.figures = meters.series(Metric.MEMORY_IN_USE);
  }

  /** Call this periodically. It may block on the API server when a pod begins to use memory. */
  public synchronized void look() {
    if (dmem.read(reader).bytes().isEmpty()) {
      figures.show(Map.of());
      tell(
          Optional.of(
              "%s states no GPU's memory: it takes Linux 6.14, control groups of version 2 and the xe driver"
                  .formatted(dmem.path())));
      return;
    }
    var look = new Look();
    figures.show(look.figures());
    tell(look.obstacle());
    tellUnusable(look.unusable);
  }

  private void tell(Optional<String> obstacle) {
    if (!obstacle.equals(lastObstacle)) {
      obstacle.ifPresentOrElse(
          what -> LOG.warnf("The GPU memory in use is not shown: %s", what),
          () -> LOG.info("The GPU memory in use is shown"));
      lastObstacle = obstacle;
    }
  }

  private void tellUnusable(Map<Path, String> now) {
    now.forEach(
        (path, what) -> {
          if (!lastUnusable.contains(path)) {
            LOG.warnf("Not used for the GPU memory in use: %s", what);
          }
        });
    lastUnusable = Set.copyOf(now.keySet());
  }

  /** One look at all control groups of pods. */
  private final class Look {

    private final Map<Path, String> unusable = new TreeMap<>();
    private final List<Gpu> present = devices.known().orElse(List.of());
    private final PodGroups groups = PodGroups.find(reader, dmem.cgroupRoot());
    private final List<Pod> counted;

    Look() {
      groups.problem().ifPresent(what -> unusable.put(dmem.cgroupRoot(), what));
      counted =
          groups.pods().entrySet().stream()
              .flatMap(
                  pod ->
                      read(pod.getValue()).stream()
                          .map(amounts -> new Pod(pod.getKey(), pod.getValue(), amounts)))
              .toList();
    }

    private Optional<DmemAmounts> read(Path group) {
      Optional<DmemAmounts> amounts = DmemFile.inUse(reader, group);
      amounts.flatMap(DmemAmounts::problem).ifPresent(what -> unusable.put(group, what));
      return amounts;
    }

    Optional<String> obstacle() {
      if (groups.pods().isEmpty()) {
        return Optional.of(
            "no control group of a pod was found below %s: mount the node's there, or set GPU_CGROUP_ROOT"
                .formatted(dmem.cgroupRoot()));
      }
      return counted.isEmpty()
          ? Optional.of(
              "no pod's control group below %s has a file dmem.current: enable the controller dmem for them (cgroup.subtree_control)"
                  .formatted(dmem.cgroupRoot()))
          : Optional.empty();
    }

    Map<List<String>, Long> figures() {
      users.onlyThese(groups.pods().keySet());
      users.learn(uses(), prepared.all());
      var figures = new HashMap<List<String>, Long>();
      for (Pod pod : counted) {
        List<Held> held = held(pod);
        if (!held.isEmpty()) {
          for (Part part : parts(pod)) {
            for (Held device : held) {
              part.amounts()
                  .of(device.gpu().address())
                  .ifPresent(bytes -> figures.put(device.labels(part.container()), bytes));
            }
          }
        }
      }
      return figures;
    }

    /** Returns which pods use memory of which devices now. */
    private Set<Use> uses() {
      var uses = new HashSet<Use>();
      for (Pod pod : counted) {
        present.stream()
            .filter(gpu -> pod.amounts().of(gpu.address()).orElse(0) > 0)
            .forEach(gpu -> uses.add(new Use(pod.uid(), gpu.uid().toString())));
      }
      return uses;
    }

    /** Returns the devices that the pod has by a claim. */
    private List<Held> held(Pod pod) {
      return present.stream()
          .flatMap(
              gpu ->
                  users.find(new Use(pod.uid(), gpu.uid().toString())).stream()
                      .map(user -> new Held(gpu, user)))
          .toList();
    }

    /** Returns the pod's containers; the pod as a whole if the kernel does not count for these. */
    private List<Part> parts(Pod pod) {
      List<Part> parts =
          PodGroups.containers(reader, pod.group()).stream()
              .flatMap(
                  container ->
                      read(container.group()).stream()
                          .map(amounts -> new Part(container.id(), amounts)))
              .toList();
      return parts.isEmpty() ? List.of(new Part("", pod.amounts())) : parts;
    }
  }

  /** A pod for whose control group the kernel counts memory. */
  private record Pod(String uid, Path group, DmemAmounts amounts) {}

  /** A device that a pod has by a claim. */
  private record Held(Gpu gpu, ClaimPod user) {

    List<String> labels(String container) {
      return List.of(user.namespace(), user.name(), container, gpu.uid().toString());
    }
  }

  /**
   * What a container uses.
   *
   * @param container its id; empty for all containers of a pod together
   */
  private record Part(String container, DmemAmounts amounts) {}
}
