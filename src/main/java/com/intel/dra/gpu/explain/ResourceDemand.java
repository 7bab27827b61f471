package com.intel.dra.gpu.explain;

import com.intel.dra.gpu.explain.search.ClaimDemand;
import com.intel.dra.gpu.explain.search.ClaimKey;
import com.intel.dra.gpu.explain.search.SchedulerFeatures;
import com.intel.dra.gpu.explain.search.UnusableClaim;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceClass;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a pod asks for by names of resources. The scheduler makes one claim of it for each node,
 * without the resources that the node has from a device plugin.
 *
 * @param byResource for each resource what the claim asks for, by the scheduler's names of requests
 * @param wanted for each resource how many the pod needs
 */
record ResourceDemand(
    ClaimKey claim,
    Map<String, Map<String, ClaimDemand.Request>> byResource,
    Map<String, Long> wanted) {

  private static final String SIDECAR = "Always";

  ResourceDemand {
    byResource = Map.copyOf(byResource);
    wanted = Map.copyOf(wanted);
  }

  /** Of a node that has the resource from a device plugin. */
  record Offer(String resource, long wanted, long offered) {}

  static ResourceDemand of(Pod pod, ExtendedResources resources, SchedulerFeatures features)
      throws UnusableClaim {
    var claim =
        new ClaimKey(
            Objects.requireNonNullElse(pod.getMetadata().getNamespace(), ""),
            pod.getMetadata().getName() + "-extended-resources");
    var byResource = new TreeMap<String, Map<String, ClaimDemand.Request>>();
    var wanted = new TreeMap<String, Long>();
    if (resources.areAskedForBy(pod.getSpec())) {
      List<Container> containers = ExtendedResources.containers(pod.getSpec()).toList();
      int initContainers = pod.getSpec().getInitContainers().size();
      for (Map.Entry<String, DeviceClass> one : resources.classes().entrySet()) {
        var reader =
            new OfResource(
                claim, one.getKey(), one.getValue(), containers, initContainers, features);
        Map<String, ClaimDemand.Request> requests = reader.read();
        if (!requests.isEmpty()) {
          byResource.put(one.getKey(), requests);
          wanted.put(one.getKey(), reader.wanted());
        }
      }
    }
    return new ResourceDemand(claim, byResource, wanted);
  }

  boolean isEmpty() {
    return byResource.isEmpty();
  }

  /** The claim that the scheduler makes for the node, if it has to. */
  Optional<ClaimDemand> on(Node node) {
    var requests = new TreeMap<String, ClaimDemand.Request>();
    byResource.forEach(
        (resource, some) -> {
          if (offered(node, resource) == 0) {
            requests.putAll(some);
          }
        });
    return requests.isEmpty()
        ? Optional.empty()
        : Optional.of(ClaimDemand.ofResources(claim, List.copyOf(requests.values())));
  }

  /** The resources that the node has from a device plugin. */
  List<Offer> offers(Node node) {
    return wanted.entrySet().stream()
        .map(one -> new Offer(one.getKey(), one.getValue(), offered(node, one.getKey())))
        .filter(offer -> offer.offered() > 0)
        .sorted(Comparator.comparing(Offer::resource))
        .toList();
  }

  private static long offered(Node node, String resource) {
    return Optional.ofNullable(node.getStatus())
        .flatMap(status -> Optional.ofNullable(status.getAllocatable()))
        .flatMap(all -> Optional.ofNullable(all.get(resource)))
        .flatMap(ExtendedResources::number)
        .orElse(0L);
  }

  /** Reads what containers ask for of one resource. */
  private static final class OfResource {

    private final ClaimKey claim;
    private final String resource;
    private final DeviceClass deviceClass;
    private final List<Container> containers;
    private final int initContainers;
    private final SchedulerFeatures features;
    private final Map<Integer, Long> lasting = new HashMap<>();
    private long greatestOfInit;

    OfResource(
        ClaimKey claim,
        String resource,
        DeviceClass deviceClass,
        List<Container> containers,
        int initContainers,
        SchedulerFeatures features) {
      this.claim = claim;
      this.resource = resource;
      this.deviceClass = deviceClass;
      this.containers = containers;
      this.initContainers = initContainers;
      this.features = features;
    }

    /**
     * One request for each container that lasts, and one for the init container that needs most
     * beside the devices of containers that begin after it.
     */
    Map<String, ClaimDemand.Request> read() throws UnusableClaim {
      var requests = new TreeMap<String, ClaimDemand.Request>();
      for (int i = 0; i < containers.size(); i++) {
        long number = number(i);
        if (number > 0 && lasts(i)) {
          lasting.put(i, number);
          requests.put(name(i), request(i, number));
        }
      }
      int greatest = -1;
      for (int i = 0; i < initContainers; i++) {
        long number = lasts(i) ? 0 : number(i);
        int at = i;
        long later =
            lasting.entrySet().stream()
                .filter(one -> one.getKey() >= at)
                .mapToLong(Map.Entry::getValue)
                .sum();
        if (number - later > greatestOfInit) {
          greatestOfInit = number - later;
          greatest = i;
        }
      }
      if (greatest >= 0) {
        requests.put(name(greatest), request(greatest, greatestOfInit));
      }
      return requests;
    }

    long wanted() {
      return greatestOfInit + lasting.values().stream().mapToLong(Long::longValue).sum();
    }

    private boolean lasts(int container) {
      return container >= initContainers
          || SIDECAR.equals(containers.get(container).getRestartPolicy());
    }

    private long number(int container) {
      return Optional.ofNullable(
              ExtendedResources.requests(containers.get(container)).get(resource))
          .flatMap(ExtendedResources::number)
          .orElse(0L);
    }

    /** The scheduler sorts by these names, as texts. */
    private String name(int container) {
      List<String> names =
          ExtendedResources.requests(containers.get(container)).keySet().stream().sorted().toList();
      return "container-%d-request-%d".formatted(container, names.indexOf(resource));
    }

    private ClaimDemand.Request request(int container, long number) throws UnusableClaim {
      return ClaimDemand.ofClass(
          claim,
          "%s of container %s".formatted(resource, containers.get(container).getName()),
          deviceClass,
          number,
          features);
    }
  }
}
