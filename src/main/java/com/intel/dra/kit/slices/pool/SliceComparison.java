package com.intel.dra.kit.slices.pool;

import io.fabric8.kubernetes.api.model.resource.v1.CapacityRequestPolicy;
import io.fabric8.kubernetes.api.model.resource.v1.CapacityRequestPolicyRange;
import io.fabric8.kubernetes.api.model.resource.v1.Counter;
import io.fabric8.kubernetes.api.model.resource.v1.CounterSet;
import io.fabric8.kubernetes.api.model.resource.v1.Device;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceAttribute;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceCapacity;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceCounterConsumption;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceTaint;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceSliceSpec;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Finds the differences between sent or wanted content and stored content. Quantities are compared
 * by value, because the server writes them in its own form. Fields unknown to this model of the API
 * count only if they were sent, because a newer server may set some by itself.
 */
public final class SliceComparison {

  private final EnumSet<DroppedField> differences = EnumSet.noneOf(DroppedField.class);

  private SliceComparison() {}

  public static Set<DroppedField> differences(
      SliceLayout.Content wanted, ResourceSliceSpec stored) {
    var comparison = new SliceComparison();
    comparison.compare(wanted, stored);
    return comparison.differences;
  }

  private void compare(SliceLayout.Content wanted, ResourceSliceSpec stored) {
    check(
        DroppedField.SHARED_COUNTERS,
        sameList(wanted.counterSets(), stored.getSharedCounters(), SliceComparison::sameSet));
    List<Device> devices = NullAsEmpty.orEmpty(stored.getDevices());
    if (wanted.devices().size() != devices.size()) {
      differences.add(DroppedField.OTHER);
      return;
    }
    for (int i = 0; i < devices.size(); i++) {
      compare(wanted.devices().get(i), devices.get(i));
    }
  }

  private void compare(Device wanted, Device stored) {
    check(
        DroppedField.CONSUMES_COUNTERS,
        sameList(
            wanted.getConsumesCounters(),
            stored.getConsumesCounters(),
            SliceComparison::sameConsumption));
    check(
        DroppedField.ALLOW_MULTIPLE_ALLOCATIONS,
        Objects.equals(wanted.getAllowMultipleAllocations(), stored.getAllowMultipleAllocations()));
    check(
        DroppedField.REQUEST_POLICY,
        sameMap(wanted.getCapacity(), stored.getCapacity(), SliceComparison::samePolicy));
    check(
        DroppedField.TAINTS,
        sameList(wanted.getTaints(), stored.getTaints(), SliceComparison::sameTaint));
    check(
        DroppedField.BINDING_CONDITIONS,
        sameList(wanted.getBindingConditions(), stored.getBindingConditions(), Objects::equals)
            && sameList(
                wanted.getBindingFailureConditions(),
                stored.getBindingFailureConditions(),
                Objects::equals)
            && Objects.equals(wanted.getBindsToNode(), stored.getBindsToNode()));
    check(
        DroppedField.OTHER,
        Objects.equals(wanted.getName(), stored.getName())
            && sameMap(
                wanted.getAttributes(), stored.getAttributes(), SliceComparison::sameAttribute)
            && sameMap(wanted.getCapacity(), stored.getCapacity(), SliceComparison::sameValue)
            && Objects.equals(wanted.getNodeName(), stored.getNodeName())
            && Objects.equals(wanted.getNodeSelector(), stored.getNodeSelector())
            && Objects.equals(wanted.getAllNodes(), stored.getAllNodes())
            && contains(stored.getAdditionalProperties(), wanted.getAdditionalProperties()));
  }

  private void check(DroppedField field, boolean same) {
    if (!same) {
      differences.add(field);
    }
  }

  private static boolean sameSet(CounterSet wanted, CounterSet stored) {
    return Objects.equals(wanted.getName(), stored.getName())
        && sameMap(wanted.getCounters(), stored.getCounters(), SliceComparison::sameCounter);
  }

  private static boolean sameConsumption(
      DeviceCounterConsumption wanted, DeviceCounterConsumption stored) {
    return Objects.equals(wanted.getCounterSet(), stored.getCounterSet())
        && sameMap(wanted.getCounters(), stored.getCounters(), SliceComparison::sameCounter)
        && contains(stored.getAdditionalProperties(), wanted.getAdditionalProperties());
  }

  /** fabric8's Quantity.equals compares values. */
  private static boolean sameCounter(Counter wanted, Counter stored) {
    return Objects.equals(wanted.getValue(), stored.getValue());
  }

  private static boolean sameValue(DeviceCapacity wanted, DeviceCapacity stored) {
    return Objects.equals(wanted.getValue(), stored.getValue());
  }

  private static boolean samePolicy(DeviceCapacity wanted, DeviceCapacity stored) {
    CapacityRequestPolicy mine = wanted.getRequestPolicy();
    CapacityRequestPolicy theirs = stored.getRequestPolicy();
    if (mine == null || theirs == null) {
      return mine == theirs;
    }
    return Objects.equals(mine.getDefault(), theirs.getDefault())
        && sameList(mine.getValidValues(), theirs.getValidValues(), Objects::equals)
        && sameRange(mine.getValidRange(), theirs.getValidRange());
  }

  private static boolean sameRange(
      @Nullable CapacityRequestPolicyRange wanted, @Nullable CapacityRequestPolicyRange stored) {
    if (wanted == null || stored == null) {
      return wanted == stored;
    }
    return Objects.equals(wanted.getMin(), stored.getMin())
        && Objects.equals(wanted.getMax(), stored.getMax())
        && Objects.equals(wanted.getStep(), stored.getStep());
  }

  private static boolean sameTaint(DeviceTaint wanted, DeviceTaint stored) {
    return isSameTaintAnyTime(wanted, stored)
        && (wanted.getTimeAdded() == null
            || (stored.getTimeAdded() != null
                && ApiTimes.seconds(wanted.getTimeAdded())
                    .equals(ApiTimes.seconds(stored.getTimeAdded()))));
  }

  /** Whether two taints are equal except for the time when they were added. */
  static boolean isSameTaintAnyTime(DeviceTaint one, DeviceTaint other) {
    return Objects.equals(one.getKey(), other.getKey())
        && text(one.getValue()).equals(text(other.getValue()))
        && Objects.equals(one.getEffect(), other.getEffect());
  }

  /** The server omits an empty value. */
  private static String text(@Nullable String value) {
    return value == null ? "" : value;
  }

  private static boolean sameAttribute(DeviceAttribute wanted, DeviceAttribute stored) {
    return Objects.equals(wanted.getBool(), stored.getBool())
        && Objects.equals(wanted.getInt(), stored.getInt())
        && Objects.equals(wanted.getString(), stored.getString())
        && Objects.equals(wanted.getVersion(), stored.getVersion())
        && contains(stored.getAdditionalProperties(), wanted.getAdditionalProperties());
  }

  private static boolean contains(Map<String, Object> stored, Map<String, Object> wanted) {
    return stored.entrySet().containsAll(wanted.entrySet());
  }

  private static <T> boolean sameList(
      @Nullable List<T> wanted, @Nullable List<T> stored, BiPredicate<T, T> same) {
    List<T> mine = NullAsEmpty.orEmpty(wanted);
    List<T> theirs = NullAsEmpty.orEmpty(stored);
    if (mine.size() != theirs.size()) {
      return false;
    }
    for (int i = 0; i < mine.size(); i++) {
      if (!same.test(mine.get(i), theirs.get(i))) {
        return false;
      }
    }
    return true;
  }

  private static <T> boolean sameMap(
      @Nullable Map<String, T> wanted, @Nullable Map<String, T> stored, BiPredicate<T, T> same) {
    Map<String, T> mine = NullAsEmpty.orEmpty(wanted);
    Map<String, T> theirs = NullAsEmpty.orEmpty(stored);
    return mine.keySet().equals(theirs.keySet())
        && mine.entrySet().stream()
            .allMatch(
                entry -> {
                  T other = theirs.get(entry.getKey());
                  return other != null && same.test(entry.getValue(), other);
                });
  }
}
