package com.intel.dra.gpu.nodeagent.prepare;

import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.api.AllocatedDevice;
import com.intel.dra.gpu.api.ClaimAllocation;
import com.intel.dra.gpu.api.HostileTexts;
import com.intel.dra.gpu.api.ResourceHandle;
import com.intel.dra.gpu.device.Gpu;
import com.intel.dra.gpu.nodeagent.app.AgentFixtures;
import com.intel.dra.gpu.nodeagent.app.VfNode;
import com.intel.dra.kit.kubelet.api.PrepareResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterTry;
import net.jqwik.api.lifecycle.BeforeTry;

/** Whatever the schema of the GAS lets somebody write there, the agent goes on with its work. */
class HostileGasTest {

  private static final String FIRST = "0000:03:00.0-0x56c0";

  private Path root = Path.of("");

  @BeforeTry
  void makeRoot() throws IOException {
    root = Files.createTempDirectory("hostile-gas");
  }

  @AfterTry
  void deleteRoot() throws IOException {
    try (var files = Files.walk(root)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }

  @Provide
  Arbitrary<String> texts() {
    return HostileTexts.near(FIRST);
  }

  @Provide
  Arbitrary<Map<String, ClaimAllocation>> allocations() {
    Arbitrary<AllocatedDevice> device =
        Combinators.combine(
                Arbitraries.integers().between(0, Integer.MAX_VALUE),
                texts(),
                texts(),
                texts(),
                texts())
            .as(AllocatedDevice::new);
    Arbitrary<ClaimAllocation> allocation =
        Combinators.combine(device.list().ofMaxSize(4), texts()).as(ClaimAllocation::new);
    return Arbitraries.maps(texts().map(text -> "junk" + text), allocation).ofMaxSize(5);
  }

  @Property(tries = 60)
  void nobodyElsesClaimIsHeldUp(@ForAll("allocations") Map<String, ClaimAllocation> junk)
      throws IOException {
    VfNode node = VfNode.stepByStep(root);
    node.flex170(3);
    Gpu other = node.flex170(4);
    node.start();
    node.settle();

    junk.forEach(node.gas::allocate);
    node.settle();
    var device = new AllocatedDevice(4096, "", "", "gpu", other.uid().toString());
    node.gas.allocate("good", new ClaimAllocation(List.of(device), ""));
    node.settle();

    assertThat(
            node.agent.preparation.prepare(
                AgentFixtures.claim("good"),
                Optional.of(new ResourceHandle(List.of(device)).encode())))
        .isInstanceOf(PrepareResult.Prepared.class);
    node.settle();
    assertThat(node.gas.now().getSpec().prepared()).containsOnlyKeys("good");
    assertThat(node.offered()).contains(other.uid().toString());
    assertThat(node.gas.now().getStatus()).isEqualTo("Ready");
    assertThat(node.cdiDevices()).contains(other.uid().toString());
    assertThat(node.kernel.numVfs(other)).isZero();
  }
}
