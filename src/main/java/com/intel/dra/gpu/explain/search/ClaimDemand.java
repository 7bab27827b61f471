package com.intel.dra.gpu.explain.search;

import com.intel.dra.gpu.explain.cel.Amount;
import com.intel.dra.gpu.explain.search.UnusableClaim.Kind;
import io.fabric8.kubernetes.api.model.resource.v1.CapacityRequirements;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceClaim;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceClass;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceConstraint;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceRequest;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceSelector;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceSubRequest;
import io.fabric8.kubernetes.api.model.resource.v1.ExactDeviceRequest;
import io.fabric8.kubernetes.api.model.resource.v1.ExactDeviceRequestBuilder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a claim without devices asks for.
 *
 * @param requests in the claim's order
 * @param ofResources whether the scheduler would make the claim, for a pod that names resources
 */
public record ClaimDemand(
    ClaimKey claim, List<Request> requests, List<Constraint> constraints, boolean ofResources) {

  /** How many devices a claim can have. */
  public static final int MAX_DEVICES = 32;

  public ClaimDemand {
    requests = List.copyOf(requests);
    constraints = List.copyOf(constraints);
  }

  /**
   * A request.
   *
   * @param wishes one; for {@code firstAvailable} one for each alternative
   * @param hasAlternatives whether it is of the kind {@code firstAvailable}
   */
  public record Request(String name, List<Wish> wishes, boolean hasAlternatives) {
    public Request {
      wishes = List.copyOf(wishes);
    }
  }

  /**
   * A condition on all devices of some requests together.
   *
   * @param distinct whether the attribute must differ, not be the same
   * @param attribute by its full name
   * @param requests the names of requests or alternatives; none for all
   */
  public record Constraint(boolean distinct, String attribute, Set<String> requests) {
    public Constraint {
      requests = Set.copyOf(requests);
    }

    boolean concerns(Wish wish) {
      return requests.isEmpty()
          || requests.contains(wish.request())
          || requests.contains(wish.name());
    }
  }

  /** Returns what another claim asks for that is made of the same template. */
  public ClaimDemand of(ClaimKey other) {
    return new ClaimDemand(other, requests, constraints, ofResources);
  }

  /** Returns the same with nothing but one request, or the first few. */
  public ClaimDemand withRequests(List<Request> some) {
    return new ClaimDemand(claim, some, constraints, ofResources);
  }

  /** Returns the same without constraints. */
  public ClaimDemand withoutConstraints() {
    return new ClaimDemand(claim, requests, List.of(), ofResources);
  }

  /** Returns the claim's name for people; nothing if they know no such claim. */
  public String shownName() {
    return ofResources ? "" : claim.toString();
  }

  /** Returns a claim that asks for nothing. */
  public static ClaimDemand ofNothing(ClaimKey claim) {
    return new ClaimDemand(claim, List.of(), List.of(), false);
  }

  /** Returns the claim that the scheduler makes for a pod that names resources. */
  public static ClaimDemand ofResources(ClaimKey claim, List<Request> requests) {
    return new ClaimDemand(claim, requests, List.of(), true);
  }

  /**
   * Returns a request for some devices of a class.
   *
   * @throws UnusableClaim if the scheduler would refuse it
   */
  public static Request ofClass(
      ClaimKey claim, String name, DeviceClass deviceClass, long count, SchedulerFeatures features)
      throws UnusableClaim {
    String className = deviceClass.getMetadata().getName();
    var request = new DeviceRequest();
    request.setName(name);
    request.setExactly(
        new ExactDeviceRequestBuilder()
            .withDeviceClassName(className)
            .withAllocationMode("ExactCount")
            .withCount(count)
            .build());
    return new Reader(claim, Map.of(className, deviceClass), features).request(request);
  }

  /**
   * Reads a claim's specification.
   *
   * @param classes by name
   * @throws UnusableClaim if the scheduler would refuse it
   */
  public static ClaimDemand of(
      ClaimKey claim,
      DeviceClaim specification,
      Map<String, DeviceClass> classes,
      SchedulerFeatures features)
      throws UnusableClaim {
    var reader = new Reader(claim, classes, features);
    var requests = new ArrayList<Request>();
    for (DeviceRequest request : specification.getRequests()) {
      requests.add(reader.request(request));
    }
    var constraints = new ArrayList<Constraint>();
    for (DeviceConstraint constraint : specification.getConstraints()) {
      constraints.add(reader.constraint(constraint));
    }
    return new ClaimDemand(claim, requests, constraints, false);
  }

  private record Reader(
      ClaimKey claim, Map<String, DeviceClass> classes, SchedulerFeatures features) {

    Request request(DeviceRequest request) throws UnusableClaim {
      String name = Objects.requireNonNullElse(request.getName(), "");
      if (request.getExactly() != null) {
        return new Request(name, List.of(exactly(name, request.getExactly())), false);
      }
      if (request.getFirstAvailable().isEmpty()) {
        throw unsupported(name, "unknown request type");
      }
      if (!features.prioritizedList()) {
        throw unsupported(name, "has alternatives, but the scheduler does not support them");
      }
      var wishes = new ArrayList<Wish>();
      for (DeviceSubRequest alternative : request.getFirstAvailable()) {
        wishes.add(alternative(name, alternative));
      }
      return new Request(name, wishes, true);
    }

    Constraint constraint(DeviceConstraint constraint) throws UnusableClaim {
      Set<String> requests = Set.copyOf(constraint.getRequests());
      if (constraint.getMatchAttribute() != null) {
        return new Constraint(false, constraint.getMatchAttribute(), requests);
      }
      if (constraint.getDistinctAttribute() != null) {
        return new Constraint(true, constraint.getDistinctAttribute(), requests);
      }
      throw new UnusableClaim(
          Kind.NOT_SUPPORTED, "claim %s has an empty constraint".formatted(claim));
    }

    private Wish exactly(String name, ExactDeviceRequest request) throws UnusableClaim {
      if (request.getAdminAccess() != null && !features.adminAccess()) {
        throw unsupported(name, "wants admin access, but the scheduler does not support it");
      }
      return wish(
          name,
          "",
          request.getDeviceClassName(),
          request.getSelectors(),
          request.getAllocationMode(),
          request.getCount(),
          Boolean.TRUE.equals(request.getAdminAccess()),
          request.getTolerations(),
          request.getCapacity(),
          request.getAdditionalProperties());
    }

    private Wish alternative(String name, DeviceSubRequest request) throws UnusableClaim {
      return wish(
          name,
          Objects.requireNonNullElse(request.getName(), ""),
          request.getDeviceClassName(),
          request.getSelectors(),
          request.getAllocationMode(),
          request.getCount(),
          false,
          request.getTolerations(),
          request.getCapacity(),
          request.getAdditionalProperties());
    }

    private Wish wish(
        String request,
        String alternative,
        @Nullable String className,
        List<DeviceSelector> selectors,
        @Nullable String mode,
        @Nullable Long count,
        boolean adminAccess,
        List<io.fabric8.kubernetes.api.model.resource.v1.DeviceToleration> tolerations,
        @Nullable CapacityRequirements capacity,
        Map<String, Object> unknownFields)
        throws UnusableClaim {
      String name = alternative.isEmpty() ? request : request + "/" + alternative;
      DeviceClass deviceClass = classes.get(Objects.requireNonNullElse(className, ""));
      if (deviceClass == null) {
        throw new UnusableClaim(
            Kind.CLASS_MISSING,
            "request %s names device class %s, which does not exist".formatted(name, className));
      }
      if (capacity != null && !features.consumableCapacity()) {
        throw unsupported(name, "asks for capacity, but the scheduler does not support that");
      }
      if (unknownFields.get("derivedAttributes") instanceof List<?> derived && !derived.isEmpty()) {
        throw unsupported(name, "has derived attributes, which the scheduler does not support");
      }
      boolean all = "All".equals(mode);
      if (!all && mode != null && !mode.isEmpty() && !mode.equals("ExactCount")) {
        throw unsupported(name, "unsupported count mode " + mode);
      }
      if (count != null && count < 0) {
        throw unsupported(name, "count is %d: it must be 1 or more".formatted(count));
      }
      return new Wish(
          request,
          alternative,
          deviceClass.getMetadata().getName(),
          expressions(name, deviceClass.getSpec().getSelectors()),
          expressions(name, selectors),
          all,
          count == null || count == 0 ? 1 : count,
          adminAccess,
          tolerations,
          amounts(capacity));
    }

    private List<String> expressions(String name, List<DeviceSelector> selectors)
        throws UnusableClaim {
      var expressions = new ArrayList<String>();
      for (DeviceSelector selector : selectors) {
        if (selector.getCel() == null || selector.getCel().getExpression() == null) {
          throw unsupported(name, "a selector has no CEL expression");
        }
        expressions.add(selector.getCel().getExpression());
      }
      return expressions;
    }

    private static Map<String, Amount> amounts(@Nullable CapacityRequirements capacity) {
      var amounts = new HashMap<String, Amount>();
      if (capacity != null && capacity.getRequests() != null) {
        capacity.getRequests().forEach((name, amount) -> amounts.put(name, Amount.of(amount)));
      }
      return amounts;
    }

    private UnusableClaim unsupported(String request, String what) {
      return new UnusableClaim(
          Kind.NOT_SUPPORTED, "claim %s, request %s: %s".formatted(claim, request, what));
    }
  }
}
