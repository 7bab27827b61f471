package com.intel.dra.gpu.device;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DeviceUidTest {

  private static final DeviceUid GPU = DeviceUid.parse("0000:b3:00.0-0x56c0").orElseThrow();

  @Test
  void aDeviceLeadsToItsGpu() {
    assertThat(GPU.gpu()).isEqualTo(GPU);
    assertThat(GPU.vf(3).gpu()).isEqualTo(GPU);

    assertThat(DeviceUid.gpuOf(GPU.toString())).contains(GPU);
    assertThat(DeviceUid.gpuOf(GPU.vf(3).toString())).contains(GPU);
    assertThat(DeviceUid.gpuOf("of another driver")).isEmpty();
  }

  @Test
  void onlyAVfHasAParent() {
    assertThat(DeviceUid.parentOf(GPU.vf(3).toString())).contains(GPU);
    assertThat(DeviceUid.parentOf(GPU.toString())).isEmpty();
    assertThat(DeviceUid.parentOf("of another driver")).isEmpty();
  }
}
