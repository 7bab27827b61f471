package com.intel.dra.gpu.device;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GpuModelsTest {

  @ParameterizedTest
  @CsvSource({
    "0x56c0, Flex 170, Data Center Flex, i915",
    "0x56c1, Flex 140, Data Center Flex, i915",
    "0x0bd5, Max 1550, Data Center Max, i915",
    "0x0bda, Max 1100, Data Center Max, i915",
    "0x56a0, A770, Arc A-Series, i915",
    "0x56b1, A40/A50, Arc Pro A-Series, i915",
    "0xe20b, B580, Arc B-Series, xe",
    "0xe223, B70, Arc Pro B-Series, xe",
    "0xa7a0, Raptor Lake-P, Iris Xe, i915"
  })
  void aKnownIdHasTheNamesThatTheGoDriverPublishes(
      String id, String model, String family, String driver) {
    assertThat(GpuModels.of(new PciDeviceId(id)))
        .isEqualTo(new GpuModel(model, family, Optional.of(driver)));
  }

  @Test
  void anUnknownIdIsUnknownAndHasNoDriver() {
    PciDeviceId id = new PciDeviceId("0x1234");

    assertThat(GpuModels.of(id)).isEqualTo(new GpuModel("Unknown", "Unknown", Optional.empty()));
    assertThat(GpuModels.contains(id)).isFalse();
  }

  @Test
  void crescentIslandIsKnownToBeAGpuThoughNothingElseIsKnownOfIt() {
    PciDeviceId id = new PciDeviceId("0x674c");

    assertThat(GpuModels.contains(id)).isTrue();
    assertThat(GpuModels.of(id)).isEqualTo(new GpuModel("Unknown", "Unknown", Optional.of("xe")));
  }
}
