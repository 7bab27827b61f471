package com.intel.dra.gpu.nodeagent.claimstatus;

import com.intel.dra.gpu.device.DeviceUid;
import com.intel.dra.gpu.device.Gpu;
import com.intel.dra.gpu.device.GpuModels;
import com.intel.dra.gpu.structured.ClaimResults;
import com.intel.dra.gpu.structured.DeviceName;
import com.intel.dra.gpu.structured.PreparableDevice;
import com.intel.dra.gpu.structured.StructuredApi;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ConditionBuilder;
import io.fabric8.kubernetes.api.model.resource.v1.AllocatedDeviceStatus;
import io.fabric8.kubernetes.api.model.resource.v1.AllocatedDeviceStatusBuilder;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaim;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Makes the entries of {@code status.devices} for the devices that a node's agent gave to a claim,
 * and finds those that are there. Pure.
 */
final class DeviceStatuses {

  static final String READY = "Ready";

  private static final String TRUE = "True";
  private static final String FALSE = "False";

  private DeviceStatuses() {}

  /**
   * @param present the entries that are there; a condition that stays keeps its time
   * @param devices finds a device that is on the node now, by its UID
   */
  static List<AllocatedDeviceStatus> of(
      List<ClaimResults.Result> results,
      ClaimOutcome outcome,
      List<AllocatedDeviceStatus> present,
      Function<DeviceUid, Optional<Gpu>> devices,
      Instant now) {
    return results.stream()
        // two requests may have got one share of a device; an entry is for a share
        .map(result -> withoutCondition(result, devices))
        .distinct()
        .map(entry -> withCondition(entry, outcome, present, now))
        .toList();
  }

  private static AllocatedDeviceStatus withoutCondition(
      ClaimResults.Result result, Function<DeviceUid, Optional<Gpu>> devices) {
    return new AllocatedDeviceStatusBuilder()
        .withDriver(StructuredApi.DRIVER_NAME)
        .withPool(result.pool())
        .withDevice(result.device())
        .withShareID(result.shareId().orElse(null))
        .withData(data(result, devices))
        .build();
  }

  private static Map<String, Object> data(
      ClaimResults.Result result, Function<DeviceUid, Optional<Gpu>> devices) {
    var data = new LinkedHashMap<String, Object>();
    DeviceName.parse(result.device())
        .ifPresent(
            name -> {
              DeviceUid uid = name.uid();
              data.put("type", name.monitor() ? "monitor" : uid.type().wireName());
              data.put("model", GpuModels.of(uid.model()).model());
              address(uid, devices).ifPresent(address -> data.put("pciAddress", address));
              uid.parent().ifPresent(gpu -> data.put("parentPciAddress", gpu.address().toString()));
            });
    PreparableDevice.Charge charge = result.charge();
    charge
        .memoryMiB()
        .filter(memory -> memory > 0)
        .ifPresent(share -> data.put("memoryMiB", share));
    charge.shares().ifPresent(shares -> data.put("shares", shares));
    return data;
  }

  /** The address of a VF is known only while the VF is there. */
  private static Optional<String> address(
      DeviceUid uid, Function<DeviceUid, Optional<Gpu>> devices) {
    return uid.parent().isEmpty()
        ? Optional.of(uid.address().toString())
        : devices.apply(uid).map(vf -> vf.address().toString());
  }

  private static AllocatedDeviceStatus withCondition(
      AllocatedDeviceStatus entry,
      ClaimOutcome outcome,
      List<AllocatedDeviceStatus> present,
      Instant now) {
    String status = outcome.ready() ? TRUE : FALSE;
    String since =
        present.stream()
            .filter(other -> isSame(entry, other))
            .flatMap(DeviceStatuses::ready)
            .filter(before -> status.equals(before.getStatus()))
            .map(Condition::getLastTransitionTime)
            .filter(Objects::nonNull)
            .findFirst()
            .orElseGet(() -> now.truncatedTo(ChronoUnit.SECONDS).toString());
    return new AllocatedDeviceStatusBuilder(entry)
        .withConditions(
            new ConditionBuilder()
                .withType(READY)
                .withStatus(status)
                .withReason(outcome.ready() ? "Prepared" : "NotPrepared")
                .withMessage(outcome.message())
                .withLastTransitionTime(since)
                .build())
        .build();
  }

  private static boolean isSame(AllocatedDeviceStatus one, AllocatedDeviceStatus other) {
    return Objects.equals(one.getDriver(), other.getDriver())
        && Objects.equals(one.getPool(), other.getPool())
        && Objects.equals(one.getDevice(), other.getDevice())
        && Objects.equals(one.getShareID(), other.getShareID());
  }

  private static Stream<Condition> ready(AllocatedDeviceStatus entry) {
    return Stream.ofNullable(entry.getConditions())
        .flatMap(List::stream)
        .filter(condition -> READY.equals(condition.getType()));
  }

  /** The entries that the agent of this pool has written. */
  static List<AllocatedDeviceStatus> ours(ResourceClaim claim, String pool) {
    return Stream.ofNullable(claim.getStatus())
        .flatMap(status -> Stream.ofNullable(status.getDevices()))
        .flatMap(List::stream)
        .filter(entry -> StructuredApi.DRIVER_NAME.equals(entry.getDriver()))
        .filter(entry -> pool.equals(entry.getPool()))
        .toList();
  }

  static boolean sayNotReady(List<AllocatedDeviceStatus> entries) {
    return entries.stream()
        .flatMap(DeviceStatuses::ready)
        .anyMatch(condition -> FALSE.equals(condition.getStatus()));
  }
}
