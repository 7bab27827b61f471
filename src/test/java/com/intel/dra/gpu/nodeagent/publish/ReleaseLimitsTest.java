package com.intel.dra.gpu.nodeagent.publish;

import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.device.DeviceUid;
import com.intel.dra.gpu.device.DrmNodes;
import com.intel.dra.gpu.device.Gpu;
import com.intel.dra.gpu.device.PciAddress;
import com.intel.dra.gpu.device.PciDeviceId;
import com.intel.dra.gpu.device.VfProfiles;
import com.intel.dra.gpu.policy.GpuSharing;
import com.intel.dra.gpu.structured.DeviceFacts;
import com.intel.dra.gpu.structured.GpuOffer;
import com.intel.dra.gpu.structured.OfferedGpu;
import com.intel.dra.kit.served.KubernetesRelease;
import com.intel.dra.kit.slices.pool.DroppedField;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReleaseLimitsTest {

  private static final int MEMORY_MIB = 14248;

  private static ReleaseLimits of(String gitVersion) {
    return new ReleaseLimits(KubernetesRelease.parse(gitVersion).orElseThrow());
  }

  /** One GPU that may be shared, and split into VFs on demand. */
  private static GpuOffer offer(boolean withVfs) {
    var model = new PciDeviceId("0x56c0");
    var address = new PciAddress(0, 3, 0, 0);
    var gpu =
        new Gpu(
            DeviceUid.gpu(address, model),
            address,
            MEMORY_MIB,
            16,
            new DrmNodes(0, OptionalInt.of(128)));
    var facts =
        new DeviceFacts(
            "Flex 170",
            "Data Center Flex",
            "i915",
            true,
            Optional.empty(),
            OptionalInt.empty(),
            DeviceFacts.Condition.WELL);
    OfferedGpu.Vfs vfs =
        withVfs
            ? OfferedGpu.profileFor(4, VfProfiles.forGpu(model, MEMORY_MIB, 16, false))
                .<OfferedGpu.Vfs>map(
                    profile -> new OfferedGpu.Vfs.OnDemand(profile, Optional.empty(), false))
                .orElseThrow()
            : new OfferedGpu.Vfs.None();
    return new GpuOffer(
        List.of(
            new OfferedGpu(
                gpu,
                facts,
                vfs,
                new OfferedGpu.Use.None(),
                Collections.emptySortedMap(),
                new GpuSharing.ByMemory(1024, 1, 1),
                false)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"v1.34.4", "v1.35.4", "v1.36.0", "v1.36.1"})
  void aWayThatTheReleaseRulesOutIsNamedWithTheReason(String release) {
    assertThat(of(release).leftOut(offer(true)))
        .containsExactly(
            "Devices cannot be published as shared-vfs-on-demand on Kubernetes "
                + release.substring(1)
                + ": its scheduler forgets the shares of a GPU when it counts what is left of it;"
                + " Kubernetes 1.36.2 and later count them");
  }

  @ParameterizedTest
  @ValueSource(strings = {"v1.36.2", "v1.36.3", "v1.37.2"})
  void aReleaseThatCountsSharesRulesNothingOut(String release) {
    assertThat(of(release).leftOut(offer(true))).isEmpty();
    assertThat(of(release).chargesShares()).isTrue();
  }

  @Test
  void withoutVfsOnDemandNothingIsLeftOut() {
    assertThat(of("v1.35.4").leftOut(offer(false))).isEmpty();
  }

  @Test
  void gatesThatAreOffAndGatesThatDoNotExistAreToldApart() {
    var fields = Set.of(DroppedField.TAINTS, DroppedField.ALLOW_MULTIPLE_ALLOCATIONS);

    assertThat(of("v1.33.1").dropped("shared", fields))
        .isEqualTo(
            "The API server does not store [ALLOW_MULTIPLE_ALLOCATIONS, TAINTS] of devices"
                + " published as shared: feature gates of the cluster are off (DRADeviceTaints),"
                + " Kubernetes 1.33.1 does not have them (DRAConsumableCapacity), and what needs"
                + " them is not offered");
    assertThat(of("v1.34.4").dropped("shared", fields))
        .contains("feature gates of the cluster are off (DRAConsumableCapacity, DRADeviceTaints)")
        .doesNotContain("does not have");
    assertThat(of("v1.31.0").dropped("shared", fields))
        .contains("Kubernetes 1.31.0 does not have them (DRAConsumableCapacity, DRADeviceTaints)")
        .doesNotContain("gates of the cluster");
    assertThat(ReleaseLimits.NONE.dropped("shared", fields))
        .contains("feature gates of the cluster are off");
  }
}
