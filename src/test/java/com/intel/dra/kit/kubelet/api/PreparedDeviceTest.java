package com.intel.dra.kit.kubelet.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.kit.kubelet.api.PrepareResult.Prepared;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PreparedDeviceTest {

  @Test
  void containersKnowNothingOfSubrequests() {
    assertThat(device(List.of("main/large", "main/small", "other"), List.of()).requestNames())
        .containsExactly("main", "other");
  }

  @Test
  void theCdiNamesOfAllDevicesAreGivenInTheirOrder() {
    var prepared =
        new Prepared(
            List.of(
                device(List.of("b"), List.of("v/c=2", "v/c=3")),
                device(List.of("a"), List.of()),
                device(List.of("a"), List.of("v/c=1"))));

    assertThat(prepared.cdiDevices()).containsExactly("v/c=2", "v/c=3", "v/c=1");
  }

  @Test
  void aClassicAnswerIsNothingButCdiNames() {
    assertThat(Prepared.classic(List.of("v/c=1", "v/c=2")).cdiDevices())
        .containsExactly("v/c=1", "v/c=2");
  }

  private static PreparedDevice device(List<String> requests, List<String> cdiDevices) {
    return new PreparedDevice(requests, "pool", "device", cdiDevices, Optional.empty());
  }
}
