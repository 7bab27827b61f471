package com.intel.dra.gpu.nodeagent.devices;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.intel.dra.gpu.device.DeviceUid;
import com.intel.dra.gpu.device.GpuFacts;
import com.intel.dra.gpu.device.GpuHealth;
import com.intel.dra.gpu.nodeagent.app.AgentFixtures;
import java.util.List;
import org.junit.jupiter.api.Test;

class NodeDevicesTest {

  private static final DeviceUid FIRST = DeviceUid.parse("0000:03:00.0-0x56c0").orElseThrow();
  private static final DeviceUid SECOND = DeviceUid.parse("0000:04:00.0-0x56c0").orElseThrow();

  private final NodeDevices devices = new NodeDevices();

  private static GpuFacts healthy(DeviceUid uid) {
    return AgentFixtures.facts(uid, new GpuHealth.Healthy());
  }

  @Test
  void aGpuThatIsGoneIsToldAsVanishedUntilItIsBack() {
    devices.tell(List.of(healthy(FIRST), healthy(SECOND)));

    devices.tell(List.of(healthy(SECOND)));
    devices.tell(List.of(healthy(SECOND)));
    assertThat(devices.facts())
        .extracting(GpuFacts::uid, GpuFacts::health)
        .containsExactly(
            tuple(FIRST, new GpuHealth.Vanished()), tuple(SECOND, new GpuHealth.Healthy()));

    devices.tell(List.of(healthy(FIRST), healthy(SECOND)));
    assertThat(devices.facts()).containsExactly(healthy(FIRST), healthy(SECOND));
  }

  @Test
  void vfsThatAreRemovedAreNotMissed() {
    devices.tell(List.of(healthy(FIRST), healthy(FIRST.vf(0))));

    devices.tell(List.of(healthy(FIRST)));

    assertThat(devices.facts()).containsExactly(healthy(FIRST));
  }
}
