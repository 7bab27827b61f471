package com.intel.dra.gpu.allocation;

import static com.intel.dra.gpu.allocation.AllocationFixtures.devices;
import static com.intel.dra.gpu.allocation.AllocationFixtures.from;
import static com.intel.dra.gpu.allocation.AllocationFixtures.gpu;
import static com.intel.dra.gpu.allocation.AllocationFixtures.gpus;
import static com.intel.dra.gpu.allocation.AllocationFixtures.holding;
import static com.intel.dra.gpu.allocation.AllocationFixtures.node;
import static com.intel.dra.gpu.allocation.AllocationFixtures.placed;
import static com.intel.dra.gpu.allocation.AllocationFixtures.uid;
import static com.intel.dra.gpu.allocation.AllocationFixtures.uids;
import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.allocation.DeviceSelector.Term;
import com.intel.dra.gpu.device.DeviceType;
import com.intel.dra.gpu.device.Gpu;
import org.junit.jupiter.api.Test;

/** Claims without memory take no memory, but each takes one of the shares of its GPU. */
class SharesLeftTest {

  @Test
  void theLastShareIsLeftToTheClaimThatNeedsThatGpu() {
    var node = node(gpu(0, 1000), gpu(1, 1000));
    for (int i = 0; i < Gpu.MAX_SHARES - 1; i++) {
      node = holding(node, "claim" + i, DeviceShare.of(uid(0), 0));
    }
    var onlyGpu0 = new Term(DeviceType.GPU, uid(0).toString());

    var both = placed(node, Policy.FIRST, gpus("a", 1, 0), from(gpus("b", 1, 0), onlyGpu0));

    assertThat(devices(both, "a")).isEqualTo(uids(1));
    assertThat(devices(both, "b")).isEqualTo(uids(0));
  }
}
