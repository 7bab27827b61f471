package com.intel.dra.gpu.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.resource.v1.Device;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceSlice;
import java.util.List;
import org.junit.jupiter.api.Test;

class StructuredSlicesTest {

  @Test
  void plainPodsNeedNoSlices() {
    assertThat(slices("plain")).isEmpty();
  }

  @Test
  void theGoDriverPublishesOneSliceOfGpus() {
    assertThat(slices("go")).hasSize(1);
    assertThat(devices("go"))
        .hasSize(8)
        .allSatisfy(device -> assertThat(device.getAttributes()).hasSize(11));
  }

  @Test
  void eachFeatureAddsItsDevices() {
    assertThat(devices("gpus")).hasSize(8);
    assertThat(devices("gpus+monitors")).hasSize(16);
    assertThat(devices("gpus+vfs")).hasSize(8 + 8 * StructuredRow.VFS);
    assertThat(devices("gpus+shared+vfs+monitors")).hasSize(48);
    assertThat(slices("gpus+shared+vfs+monitors")).as("one of them has the counters").hasSize(2);
  }

  @Test
  void aRowCanLeaveSomethingOut() {
    assertThat(devices("gpus+shared+one-capacity+few-attributes"))
        .allSatisfy(
            device -> {
              assertThat(device.getAllowMultipleAllocations()).isTrue();
              assertThat(device.getCapacity()).containsOnlyKeys("memory");
              assertThat(device.getAttributes())
                  .containsOnlyKeys("type", "resource.kubernetes.io/pciBusID");
            });
    assertThat(devices("gpus+vfs+no-counters"))
        .allSatisfy(device -> assertThat(device.getConsumesCounters()).isEmpty());
    assertThat(devices("gpus+vfs+vfs-first").getFirst().getName()).endsWith("-vf0");
  }

  @Test
  void oneSetHasTheCountersOfAllGpus() {
    ResourceSlice counters = slices("gpus+vfs+one-set").getFirst();

    assertThat(counters.getSpec().getSharedCounters()).hasSize(1);
    assertThat(counters.getSpec().getSharedCounters().getFirst().getCounters()).hasSize(8);
  }

  private static List<Device> devices(String row) {
    return slices(row).stream().flatMap(slice -> slice.getSpec().getDevices().stream()).toList();
  }

  private static List<ResourceSlice> slices(String row) {
    return StructuredSlices.of(StructuredRow.parse(row), "bench-0000", "uid");
  }
}
