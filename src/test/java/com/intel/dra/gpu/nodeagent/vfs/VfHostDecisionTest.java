package com.intel.dra.gpu.nodeagent.vfs;

import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.device.DeviceUid;
import com.intel.dra.gpu.device.DrmNodes;
import com.intel.dra.gpu.device.Gpu;
import com.intel.dra.gpu.device.PciAddress;
import com.intel.dra.gpu.device.PciDeviceId;
import com.intel.dra.gpu.nodeagent.config.UnownedVfsSetting;
import com.intel.dra.gpu.nodeagent.vfs.VfHostDecision.Situation;
import com.intel.dra.gpu.sysfs.sriov.EnabledVfs;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class VfHostDecisionTest {

  private static final PciDeviceId ARC_B60 = new PciDeviceId("0xe211");

  /** On a GPU whose VFs a reboot took away. */
  private static VfHostDecision forAVfOf2048MiB(int memoryMiBOfTheGpu) {
    PciAddress address = new PciAddress(0, 3, 0, 0);
    var gpu =
        new Gpu(
            DeviceUid.gpu(address, ARC_B60),
            address,
            memoryMiBOfTheGpu,
            8,
            new DrmNodes(0, OptionalInt.of(128)));
    return VfHostDecision.on(
        new Situation(
            gpu,
            List.of(new HeldVf(1, 2048, "", true)),
            false,
            VfObservation.of(new EnabledVfs.Count(0)),
            false,
            Optional.empty(),
            UnownedVfsSetting.ADOPT));
  }

  @Test
  void vfsOfAGpuThatTellsNoMemoryAreMadeAgain() {
    assertThat(forAVfOf2048MiB(0))
        .isInstanceOfSatisfying(
            VfHostDecision.Make.class, make -> assertThat(make.atLeast()).isEqualTo(2));
  }

  @Test
  void whereTheMemoryIsKnownAVfIsNotMadeSmallerThanPromised() {
    assertThat(forAVfOf2048MiB(2048))
        .isInstanceOfSatisfying(
            VfHostDecision.Refuse.class,
            refuse -> assertThat(refuse.reason()).contains("no profile for 2 VFs of 2048 MiB"));
  }
}
