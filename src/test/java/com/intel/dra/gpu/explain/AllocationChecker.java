package com.intel.dra.gpu.explain;

import com.intel.dra.gpu.explain.search.DeviceKey;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.resource.v1.Device;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceAttribute;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceConstraint;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceRequest;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaim;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceSlice;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;

/** Checks a choice of devices by what the API promises, without the search's code. */
final class AllocationChecker {

  private final ClusterView view;
  private final Map<DeviceKey, Device> devices = new HashMap<>();

  AllocationChecker(ClusterView view) {
    this.view = view;
    for (ResourceSlice slice : view.slices()) {
      for (Device device : slice.getSpec().getDevices()) {
        devices.put(key(slice, device), device);
      }
    }
  }

  private static DeviceKey key(ResourceSlice slice, Device device) {
    return DeviceKey.of(
        slice.getSpec().getDriver(), slice.getSpec().getPool().getName(), device.getName());
  }

  List<String> faults(NodeAnswer.Fits fits) {
    var faults = new ArrayList<String>();
    Set<DeviceKey> heldWhole = new HashSet<>();
    Set<DeviceKey> used = new HashSet<>();
    for (ResourceClaim claim : view.claims()) {
      if (claim.getStatus() == null || claim.getStatus().getAllocation() == null) {
        continue;
      }
      claim
          .getStatus()
          .getAllocation()
          .getDevices()
          .getResults()
          .forEach(
              result -> {
                var key = DeviceKey.of(result.getDriver(), result.getPool(), result.getDevice());
                if (!Boolean.TRUE.equals(result.getAdminAccess())) {
                  used.add(key);
                  if (result.getShareID() == null) {
                    heldWhole.add(key);
                  }
                }
              });
    }
    Set<DeviceKey> before = Set.copyOf(used);
    for (NodeAnswer.Placed placed : fits.devices()) {
      Device device = device(placed);
      boolean shared = Boolean.TRUE.equals(device.getAllowMultipleAllocations());
      boolean administrative = isAdministrative(placed);
      if (!shared && !administrative && !heldWhole.add(placed.device())) {
        faults.add(placed.device() + " is given twice");
      }
      used.add(placed.device());
    }
    faults.addAll(overdrawnCounters(before, used, fits));
    faults.addAll(brokenConstraints(fits));
    faults.addAll(wrongCounts(fits));
    return faults;
  }

  private Device device(NodeAnswer.Placed placed) {
    return Objects.requireNonNull(devices.get(placed.device()));
  }

  /** A further share of a device in use is not charged again, whatever was there before. */
  private List<String> overdrawnCounters(
      Set<DeviceKey> before, Set<DeviceKey> used, NodeAnswer.Fits fits) {
    var faults = new ArrayList<String>();
    for (ResourceSlice slice : view.slices()) {
      slice
          .getSpec()
          .getSharedCounters()
          .forEach(
              set ->
                  set.getCounters()
                      .forEach(
                          (name, counter) -> {
                            boolean concerned =
                                fits.devices().stream()
                                    .filter(one -> !before.contains(one.device()))
                                    .anyMatch(
                                        one ->
                                            consumed(device(one), set.getName(), name).signum()
                                                > 0);
                            BigDecimal sum =
                                used.stream()
                                    .filter(
                                        key ->
                                            key.pool()
                                                .pool()
                                                .equals(slice.getSpec().getPool().getName()))
                                    .map(devices::get)
                                    .filter(Objects::nonNull)
                                    .map(device -> consumed(device, set.getName(), name))
                                    .reduce(BigDecimal.ZERO, BigDecimal::add);
                            boolean ofNode =
                                fits.node().equals(slice.getSpec().getPool().getName());
                            if (ofNode
                                && concerned
                                && sum.compareTo(Quantity.getAmountInBytes(counter.getValue()))
                                    > 0) {
                              faults.add(set.getName() + "/" + name + " is overdrawn");
                            }
                          }));
    }
    return faults;
  }

  private static BigDecimal consumed(Device device, String set, String counter) {
    return device.getConsumesCounters().stream()
        .filter(one -> one.getCounterSet().equals(set))
        .map(one -> one.getCounters().get(counter))
        .filter(Objects::nonNull)
        .map(one -> Quantity.getAmountInBytes(one.getValue()))
        .reduce(BigDecimal.ZERO, BigDecimal::add);
  }

  private List<String> brokenConstraints(NodeAnswer.Fits fits) {
    var faults = new ArrayList<String>();
    for (ResourceClaim claim : view.claims()) {
      for (DeviceConstraint constraint : claim.getSpec().getDevices().getConstraints()) {
        boolean match = constraint.getMatchAttribute() != null;
        String attribute =
            match ? constraint.getMatchAttribute() : constraint.getDistinctAttribute();
        List<DeviceAttribute> values =
            ofClaim(fits, claim)
                .filter(
                    one ->
                        constraint.getRequests().isEmpty()
                            || constraint.getRequests().contains(one.request().split("/")[0]))
                .map(
                    one ->
                        device(one)
                            .getAttributes()
                            .get(attribute.substring(attribute.indexOf('/') + 1)))
                .toList();
        long different = new HashSet<>(values).size();
        if (values.contains(null)
            || different > 1 && match
            || different < values.size() && !match) {
          faults.add("constraint on " + attribute + " is broken");
        }
      }
    }
    return faults;
  }

  private List<String> wrongCounts(NodeAnswer.Fits fits) {
    var faults = new ArrayList<String>();
    for (ResourceClaim claim : view.claims()) {
      if (claim.getStatus() != null) {
        continue;
      }
      for (DeviceRequest request : claim.getSpec().getDevices().getRequests()) {
        long given =
            ofClaim(fits, claim)
                .filter(one -> one.request().split("/")[0].equals(request.getName()))
                .count();
        boolean exact =
            request.getExactly() != null
                && "ExactCount".equals(request.getExactly().getAllocationMode());
        if (given == 0 || (exact && given != request.getExactly().getCount())) {
          faults.add("request " + request.getName() + " has " + given + " devices");
        }
      }
    }
    return faults;
  }

  private static Stream<NodeAnswer.Placed> ofClaim(NodeAnswer.Fits fits, ResourceClaim claim) {
    return fits.devices().stream()
        .filter(one -> one.claim().equals("default/" + claim.getMetadata().getName()));
  }

  private boolean isAdministrative(NodeAnswer.Placed placed) {
    return view.claims().stream()
        .filter(claim -> placed.claim().equals("default/" + claim.getMetadata().getName()))
        .flatMap(claim -> claim.getSpec().getDevices().getRequests().stream())
        .filter(request -> request.getName().equals(placed.request()))
        .anyMatch(request -> Boolean.TRUE.equals(request.getExactly().getAdminAccess()));
  }
}
