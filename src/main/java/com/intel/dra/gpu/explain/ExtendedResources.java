package com.intel.dra.gpu.explain;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceClass;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The names of resources by which containers can ask for devices of a class, without a claim.
 *
 * @param classes by the name of the resource
 */
public record ExtendedResources(Map<String, DeviceClass> classes) {

  private static final String OF_CLASS = "deviceclass.resource.kubernetes.io/";

  public ExtendedResources {
    classes = Map.copyOf(classes);
  }

  /** Returns those of the classes as the scheduler of this cluster sees them. */
  public static ExtendedResources of(ClusterView view, List<DeviceClass> classes) {
    return view.features().extendedResources() ? of(classes) : none();
  }

  /** Returns none, as a scheduler sees it that does not support them. */
  public static ExtendedResources none() {
    return new ExtendedResources(Map.of());
  }

  /** Returns those of the classes. Of two classes with one name the newer one has it. */
  public static ExtendedResources of(List<DeviceClass> classes) {
    var byName = new HashMap<String, DeviceClass>();
    classes.stream()
        .filter(one -> one.getSpec() != null)
        .sorted(
            Comparator.comparing(ExtendedResources::created)
                .thenComparing(
                    Comparator.<DeviceClass, String>comparing(one -> one.getMetadata().getName())
                        .reversed()))
        .forEach(
            one -> {
              byName.put(OF_CLASS + one.getMetadata().getName(), one);
              if (one.getSpec().getExtendedResourceName() != null) {
                byName.put(one.getSpec().getExtendedResourceName(), one);
              }
            });
    return new ExtendedResources(byName);
  }

  private static String created(DeviceClass one) {
    return Objects.requireNonNullElse(one.getMetadata().getCreationTimestamp(), "");
  }

  /** Whether a class can have this name of a resource; others are the kubelet's own. */
  public static boolean isPossible(String resource) {
    return resource.startsWith(OF_CLASS)
        || (resource.indexOf('/') > 0 && !resource.contains("kubernetes.io/"));
  }

  /** Whether a container of the pod asks for one of them. */
  public boolean areAskedForBy(PodSpec pod) {
    return !classes.isEmpty()
        && containers(pod)
            .flatMap(container -> requests(container).entrySet().stream())
            .anyMatch(
                one -> classes.containsKey(one.getKey()) && number(one.getValue()).isPresent());
  }

  /** The containers in the scheduler's order. */
  static Stream<Container> containers(PodSpec pod) {
    return Stream.concat(pod.getInitContainers().stream(), pod.getContainers().stream());
  }

  /** What a container asks for. */
  static Map<String, Quantity> requests(Container container) {
    return container.getResources() == null || container.getResources().getRequests() == null
        ? Map.of()
        : container.getResources().getRequests();
  }

  /** The whole number that a quantity is, if it is one above zero. */
  static Optional<Long> number(Quantity quantity) {
    try {
      return Optional.of(quantity.getNumericalAmount().longValueExact()).filter(one -> one > 0);
    } catch (ArithmeticException | IllegalArgumentException notWhole) {
      return Optional.empty();
    }
  }
}
