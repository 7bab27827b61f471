package com.intel.dra.gpu.nodeagent.prepare;

import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.api.AllocatedDevice;
import com.intel.dra.gpu.device.Gpu;
import com.intel.dra.gpu.nodeagent.app.AgentFixtures;
import com.intel.dra.gpu.nodeagent.cdi.GpuCdiDevices;
import com.intel.dra.gpu.nodeagent.state.PreparedClaim;
import com.intel.dra.gpu.nodeagent.state.PreparedResult;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Records can say more than a GPU has, for example after a file was lost. */
class DoubleUseTest {

  private static final Gpu GPU = AgentFixtures.gpu(3);

  @Test
  void aClaimThatIsPreparedTakesNoMoreMemoryWhenTheKubeletCallsAgain() {
    PreparedClaim whole = share(GPU.memoryMiB(), 0);

    assertThat(refusal("b", whole, Map.of("a", whole))).contains("MiB of device");
    assertThat(refusal("b", whole, Map.of("a", whole, "b", whole))).isEmpty();
  }

  @Test
  void aClaimThatIsPreparedTakesNoMoreSharesWhenTheKubeletCallsAgain() {
    PreparedClaim three = share(0, 3);

    assertThat(refusal("b", three, Map.of("a", three))).contains("of its 4");
    assertThat(refusal("b", three, Map.of("a", three, "b", three))).isEmpty();
  }

  @Test
  void aClaimThatIsPreparedAddsNoClaimToAGpuThatHasTooMany() {
    var others = new HashMap<String, PreparedClaim>();
    IntStream.range(0, Gpu.MAX_SHARES).forEach(i -> others.put("a" + i, share(1, 0)));

    assertThat(refusal("b", share(1, 0), others)).contains("at most");
    others.put("b", share(1, 0));
    assertThat(refusal("b", share(1, 0), others)).isEmpty();
  }

  private static String refusal(
      String uid, PreparedClaim wanted, Map<String, PreparedClaim> prepared) {
    return DoubleUse.of(uid, wanted, prepared, _ -> Optional.of(GPU.memoryMiB())).orElse("");
  }

  private static PreparedClaim share(int memoryMiB, int shares) {
    String uid = GPU.uid().toString();
    return new PreparedClaim(
        "default",
        "claim",
        List.of(new AllocatedDevice(memoryMiB, "", "", "gpu", uid, shares, shares == 0 ? 0 : 4)),
        List.of(
            new PreparedResult(
                "r",
                "node1",
                "gpu",
                "share",
                false,
                List.of(GpuCdiDevices.KIND.qualifiedName(uid)))));
  }
}
