package com.intel.dra.gpu.sysfs.dmem;

import com.intel.dra.gpu.sysfs.files.SysfsReader;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Finds the control groups of pods and of their containers, by the names that the kubelet and the
 * container runtimes give them.
 *
 * <p>The kubelet's cgroup driver decides: {@code kubepods/burstable/pod<UID>/<container id>} with
 * {@code cgroupfs}, and {@code
 * kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod<UID>.slice/cri-containerd-<container
 * id>.scope} with {@code systemd}, which takes {@code _} for {@code -} in the UID. Guaranteed pods
 * have no folder of their class. A kubelet with another {@code cgroupRoot} has all of this some
 * folders deeper.
 *
 * <p>Sources: Kubernetes' pkg/kubelet/cm (cgroup_manager_linux.go, pod_container_manager_linux.go).
 *
 * @param pods the group of each pod, by the pod's UID
 * @param problem the first folder that cannot be read, for people
 */
public record PodGroups(Map<String, Path> pods, Optional<String> problem) {

  /** How many folders deep a {@code cgroupRoot} may be. */
  private static final int MAX_DEPTH = 3;

  private static final Pattern ALL_PODS = Pattern.compile("(?:.{1,200}-)?kubepods(?:\\.slice)?");

  private static final Pattern QOS_CLASS =
      Pattern.compile("(?:.{1,200}-)?(?:besteffort|burstable)(?:\\.slice)?");

  private static final Pattern POD =
      Pattern.compile(
          "(?:.{1,200}-)?pod([0-9a-f]{8}(?:[-_][0-9a-f]{4}){3}[-_][0-9a-f]{12})(?:\\.slice)?");

  /** Files, and groups that contain no kubelet's. */
  private static final Pattern NO_PODS_BELOW =
      Pattern.compile(
          "(?:cgroup|cpu|cpuset|dmem|hugetlb|io|irq|memory|misc|perf_event|pids|rdma)\\..{1,200}"
              + "|.{1,200}\\.(?:service|scope|mount|socket|swap)"
              + "|(?:machine|system|user)\\.slice");

  /** Not CRI-O's {@code crio-conmon-<id>.scope}, which is the container's supervisor. */
  private static final Pattern CONTAINER =
      Pattern.compile("(?:(?!crio-conmon-)[a-z-]{1,40}-)?([0-9a-f]{64})(?:\\.scope)?");

  public PodGroups {
    pods = Map.copyOf(pods);
  }

  /** The group of a container. */
  public record Container(String id, Path group) {}

  /**
   * Looks for the groups of all pods. Never throws.
   *
   * @param cgroupRoot where the host's {@code /sys/fs/cgroup} is mounted
   */
  public static PodGroups find(SysfsReader reader, Path cgroupRoot) {
    var search = new Search(reader);
    search.kubelets(cgroupRoot, 0);
    return new PodGroups(search.pods, search.problem);
  }

  /**
   * Returns the containers of a pod that have a group now, in the order of their ids; among them is
   * the pod's sandbox, if the runtime has one.
   */
  public static List<Container> containers(SysfsReader reader, Path pod) {
    return new Search(reader)
        .names(pod)
        .flatMap(
            name -> {
              Matcher match = CONTAINER.matcher(name);
              return match.matches()
                  ? Stream.of(new Container(match.group(1), pod.resolve(name)))
                  : Stream.empty();
            })
        .sorted(Comparator.comparing(Container::id))
        .toList();
  }

  private static final class Search {

    private final SysfsReader reader;
    private final Map<String, Path> pods = new HashMap<>();
    private Optional<String> problem = Optional.empty();

    Search(SysfsReader reader) {
      this.reader = reader;
    }

    void kubelets(Path folder, int depth) {
      names(folder)
          .forEach(
              name -> {
                if (ALL_PODS.matcher(name).matches()) {
                  podsOf(folder.resolve(name));
                } else if (depth < MAX_DEPTH && !NO_PODS_BELOW.matcher(name).matches()) {
                  kubelets(folder.resolve(name), depth + 1);
                }
              });
    }

    private void podsOf(Path kubepods) {
      names(kubepods)
          .forEach(
              name -> {
                Path folder = kubepods.resolve(name);
                if (QOS_CLASS.matcher(name).matches()) {
                  names(folder).forEach(pod -> add(pod, folder.resolve(pod)));
                } else {
                  add(name, folder);
                }
              });
    }

    private void add(String name, Path folder) {
      Matcher match = POD.matcher(name);
      if (match.matches()) {
        pods.put(match.group(1).replace('_', '-'), folder);
      }
    }

    /** Returns the names in a folder; none if it is a file, or gone. */
    Stream<String> names(Path folder) {
      try {
        return reader.list(folder).stream().sorted();
      } catch (NoSuchFileException | NotDirectoryException _) {
        return Stream.empty();
      } catch (IOException e) {
        if (problem.isEmpty() && !reader.isGone(folder)) {
          problem = Optional.of(folder + ": " + SysfsReader.why(e));
        }
        return Stream.empty();
      }
    }
  }
}
