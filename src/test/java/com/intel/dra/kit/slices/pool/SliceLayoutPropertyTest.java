package com.intel.dra.kit.slices.pool;

import static com.intel.dra.kit.slices.pool.Pools.device;
import static com.intel.dra.kit.slices.pool.Pools.half;
import static com.intel.dra.kit.slices.pool.Pools.set;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.resource.v1.CounterSet;
import io.fabric8.kubernetes.api.model.resource.v1.Device;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class SliceLayoutPropertyTest {

  @Property(tries = 100)
  void everyDeviceAndSetIsThereOnceInOrderAndWithinTheLimits(
      @ForAll @IntRange(max = 300) int deviceCount,
      @ForAll @IntRange(min = 1, max = 20) int setCount,
      @ForAll boolean counted) {
    List<CounterSet> sets = IntStream.range(0, setCount).mapToObj(i -> set("set-" + i)).toList();
    List<Device> devices =
        IntStream.range(0, deviceCount)
            .mapToObj(i -> counted ? half("d" + i, "set-" + i % setCount) : device("d" + i))
            .toList();

    SliceLayout layout = SliceLayout.of(Pools.NODE, WantedPool.of(sets, devices));

    assertThat(layout.slices())
        .flatMap(SliceLayout.Content::devices)
        .containsExactlyElementsOf(devices);
    assertThat(layout.slices())
        .flatMap(SliceLayout.Content::counterSets)
        .containsExactlyElementsOf(sets);
    assertThat(layout.slices())
        .allSatisfy(
            slice -> {
              assertThat(slice.devices()).hasSizeLessThanOrEqualTo(counted ? 64 : 128);
              assertThat(slice.counterSets()).hasSizeLessThanOrEqualTo(8);
              assertThat(slice.devices().isEmpty()).isNotEqualTo(slice.counterSets().isEmpty());
            });
    assertThat(layout).isEqualTo(SliceLayout.of(Pools.NODE, WantedPool.of(sets, devices)));
  }

  /** The API server of 1.34 finds a device's counters in the device's own slice only. */
  @Property(tries = 50)
  void countersBesideDevicesAreInTheSliceOfTheirDevicesAndWithinTheLimits(
      @ForAll @IntRange(max = 300) int deviceCount,
      @ForAll @IntRange(min = 1, max = 40) int setCount,
      @ForAll @IntRange(max = 200) int others) {
    List<CounterSet> sets = IntStream.range(0, setCount).mapToObj(i -> set("set-" + i)).toList();
    List<Device> devices =
        IntStream.range(0, deviceCount + others)
            .mapToObj(i -> i < deviceCount ? half("d" + i, "set-" + i % setCount) : device("d" + i))
            .toList();
    // the layout cannot divide the users of one set
    Assume.that(deviceCount <= 128 * setCount);

    SliceLayout layout =
        SliceLayout.of(Pools.NODE, WantedPool.of(sets, devices).withCountersBesideDevices());

    assertThat(layout.slices())
        .flatMap(SliceLayout.Content::devices)
        .containsExactlyInAnyOrderElementsOf(devices);
    assertThat(layout.slices())
        .flatMap(SliceLayout.Content::counterSets)
        .containsExactlyElementsOf(sets);
    if (setCount <= 32 && devices.size() <= 128) {
      assertThat(layout.slices())
          .singleElement()
          .satisfies(slice -> assertThat(slice.devices()).containsExactlyElementsOf(devices));
    }
    assertThat(layout.slices())
        .allSatisfy(
            slice -> {
              assertThat(slice.devices()).hasSizeLessThanOrEqualTo(128);
              assertThat(slice.counterSets()).hasSizeLessThanOrEqualTo(32);
              assertThat(slice.devices())
                  .flatMap(device -> NullAsEmpty.orEmpty(device.getConsumesCounters()))
                  .allSatisfy(
                      consumed ->
                          assertThat(slice.counterSets())
                              .extracting(CounterSet::getName)
                              .contains(consumed.getCounterSet()));
            });
  }
}
