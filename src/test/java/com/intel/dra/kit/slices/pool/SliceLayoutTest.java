package com.intel.dra.kit.slices.pool;

import static com.intel.dra.kit.slices.pool.Pools.device;
import static com.intel.dra.kit.slices.pool.Pools.devices;
import static com.intel.dra.kit.slices.pool.Pools.half;
import static com.intel.dra.kit.slices.pool.Pools.set;
import static com.intel.dra.kit.slices.pool.Pools.tainted;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.resource.v1.Counter;
import io.fabric8.kubernetes.api.model.resource.v1.CounterSetBuilder;
import io.fabric8.kubernetes.api.model.resource.v1.Device;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceAttribute;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceAttributeBuilder;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceBuilder;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceCapacity;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceCapacityBuilder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class SliceLayoutTest {

  private static SliceLayout layout(WantedPool pool) {
    return SliceLayout.of(Pools.NODE, pool);
  }

  @Test
  void aPoolWithoutDevicesIsOneEmptySlice() {
    assertThat(layout(WantedPool.of(List.of())).slices())
        .containsExactly(new SliceLayout.Content(List.of(), List.of()));
  }

  @Test
  void oneTaintMakesAllSlicesSmall() {
    List<Device> devices =
        Stream.concat(devices(127).stream(), Stream.of(tainted("broken", "broken"))).toList();

    assertThat(layout(WantedPool.of(devices)).slices())
        .extracting(slice -> slice.devices().size())
        .containsExactly(64, 64);
    assertThat(layout(WantedPool.of(devices(128))).slices()).hasSize(1);
    assertThat(layout(WantedPool.of(devices(129))).slices()).hasSize(2);
  }

  @Test
  void thePoolIsNamedLikeTheNodeUnlessToldOtherwise() {
    assertThat(layout(Pools.whole()).poolName()).isEqualTo(Pools.NODE);
    assertThat(layout(Pools.whole().named("node-1/fast")).poolName()).isEqualTo("node-1/fast");
  }

  @Test
  void everythingAtItsLimitIsValid() {
    Device full =
        new DeviceBuilder()
            .withName("d")
            .withAttributes(attributes(31))
            .addToCapacity("example.com/memory", capacity())
            .build();

    assertThat(layout(WantedPool.of(List.of(full, Pools.shared("s")))).deviceCount()).isEqualTo(2);
    assertThat(layout(Pools.partitioned()).slices()).hasSize(2);
  }

  @ParameterizedTest
  @MethodSource("mistakes")
  void whatTheServerWouldRefuseIsNamed(WantedPool pool, String object, String field) {
    assertThatExceptionOfType(InvalidPoolException.class)
        .isThrownBy(() -> layout(pool))
        .satisfies(
            e -> {
              assertThat(e.object()).isEqualTo(object);
              assertThat(e.field()).isEqualTo(field);
              assertThat(e.getMessage()).startsWith(object + ": " + field + " ");
            });
  }

  static Stream<Arguments> mistakes() {
    return Stream.of(
        mistake(Pools.whole().named("No_Pool"), "pool No_Pool", "name"),
        mistake(device("Upper"), "device Upper", "name"),
        mistake(WantedPool.of(List.of(device("twice"), device("twice"))), "device twice", "name"),
        mistake(edit().withNodeName("n").build(), "device d", "nodeName, nodeSelector, allNodes"),
        mistake(
            edit().withAttributes(attributes(32)).addToCapacity("memory", capacity()).build(),
            "device d",
            "attributes, capacity"),
        mistake(attribute("no-identifier", "x"), "device d", "attributes[no-identifier]"),
        mistake(attribute("a".repeat(33), "x"), "device d", "attributes[" + "a".repeat(33) + "]"),
        mistake(attribute("model", "x".repeat(65)), "device d", "attributes[model].string"),
        mistake(
            edit().addToAttributes("model", new DeviceAttribute()).build(),
            "device d",
            "attributes[model]"),
        mistake(
            edit()
                .addToAttributes(
                    "model", new DeviceAttributeBuilder().withInt(1L).withBool(true).build())
                .build(),
            "device d",
            "attributes[model]"),
        mistake(
            edit().addToCapacity("memory", new DeviceCapacity()).build(),
            "device d",
            "capacity[memory]"),
        mistake(
            new DeviceBuilder(Pools.shared("d")).withAllowMultipleAllocations(null).build(),
            "device d",
            "capacity[memory].requestPolicy"),
        mistake(policy("3", "1", "2"), "device d", "capacity[m].requestPolicy.default"),
        mistake(policy("1", "2", "1"), "device d", "capacity[m].requestPolicy.validValues"),
        mistake(range("5", "1", "9", "3"), "device d", "capacity[m].requestPolicy.validRange.step"),
        mistake(range("0", "1", "9", "1"), "device d", "capacity[m].requestPolicy.validRange"),
        mistake(range("9", "9", "9", "2"), "device d", "capacity[m].requestPolicy.validRange.step"),
        mistake(half("d", "missing"), "device d", "consumesCounters[missing]"),
        mistake(
            WantedPool.of(
                List.of(set("a"), set("b"), set("c")),
                List.of(
                    new DeviceBuilder(half("d", "a"))
                        .addToConsumesCounters(
                            half("x", "b").getConsumesCounters().getFirst(),
                            half("x", "c").getConsumesCounters().getFirst())
                        .build())),
            "device d",
            "consumesCounters"),
        mistake(WantedPool.of(List.of(set("a"), set("a")), List.of()), "counter set a", "name"),
        mistake(
            WantedPool.of(
                List.of(new CounterSetBuilder().withName("big").withCounters(counters(33)).build()),
                List.of()),
            "counter set big",
            "counters"),
        mistake(
            WantedPool.of(
                List.of(new CounterSetBuilder().withName("s").withCounters(counters(1)).build()),
                List.of(half("d", "s"))),
            "device d",
            "consumesCounters[s].counters[units]"),
        mistake(
            edit()
                .withTaints(
                    IntStream.range(0, 17)
                        .mapToObj(i -> tainted("x", "t" + i).getTaints().getFirst())
                        .toList())
                .build(),
            "device d",
            "taints"),
        mistake(
            edit().addNewTaint().withKey("k").withEffect("Evict").endTaint().build(),
            "device d",
            "taints[k].effect"),
        mistake(
            edit().withBindingConditions("ready").build(),
            "device d",
            "bindingConditions, bindingFailureConditions"));
  }

  private static Arguments mistake(Device device, String object, String field) {
    return mistake(WantedPool.of(List.of(device)), object, field);
  }

  private static Arguments mistake(WantedPool pool, String object, String field) {
    return Arguments.of(pool, object, field);
  }

  private static DeviceBuilder edit() {
    return new DeviceBuilder(device("d"));
  }

  private static Device attribute(String name, String value) {
    return edit()
        .addToAttributes(name, new DeviceAttributeBuilder().withString(value).build())
        .build();
  }

  private static Map<String, DeviceAttribute> attributes(int count) {
    var attributes = new LinkedHashMap<String, DeviceAttribute>();
    IntStream.range(0, count)
        .forEach(
            i ->
                attributes.put(
                    "a" + i, new DeviceAttributeBuilder().withString("x".repeat(64)).build()));
    return attributes;
  }

  private static Map<String, Counter> counters(int count) {
    var counters = new LinkedHashMap<String, Counter>();
    IntStream.range(0, count).forEach(i -> counters.put("c" + i, Pools.counter("1")));
    return counters;
  }

  private static DeviceCapacity capacity() {
    return new DeviceCapacityBuilder().withValue(new Quantity("1Gi")).build();
  }

  private static Device policy(String standard, String... values) {
    return edit()
        .withAllowMultipleAllocations(true)
        .addToCapacity(
            "m",
            new DeviceCapacityBuilder()
                .withValue(new Quantity("10"))
                .withNewRequestPolicy()
                .withDefault(new Quantity(standard))
                .withValidValues(Stream.of(values).map(Quantity::new).toList())
                .endRequestPolicy()
                .build())
        .build();
  }

  private static Device range(String standard, String min, String max, String step) {
    return edit()
        .withAllowMultipleAllocations(true)
        .addToCapacity(
            "m",
            new DeviceCapacityBuilder()
                .withValue(new Quantity("10"))
                .withNewRequestPolicy()
                .withDefault(new Quantity(standard))
                .withNewValidRange()
                .withMin(new Quantity(min))
                .withMax(new Quantity(max))
                .withStep(new Quantity(step))
                .endValidRange()
                .endRequestPolicy()
                .build())
        .build();
  }
}
