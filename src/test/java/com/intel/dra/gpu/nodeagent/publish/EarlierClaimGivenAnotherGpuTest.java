package com.intel.dra.gpu.nodeagent.publish;

import static com.intel.dra.gpu.nodeagent.app.AgentFixtures.claim;
import static com.intel.dra.gpu.nodeagent.app.AgentFixtures.result;
import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.device.Gpu;
import com.intel.dra.gpu.mode.DraMode;
import com.intel.dra.gpu.nodeagent.app.VfNode;
import com.intel.dra.gpu.nodeagent.prepare.StructuredAbandonedClaims;
import com.intel.dra.gpu.policy.GpuSharing;
import com.intel.dra.gpu.policy.PolicyRule;
import com.intel.dra.gpu.policy.PolicyRules;
import com.intel.dra.gpu.policy.RuleMatch;
import com.intel.dra.gpu.structured.DeviceName;
import com.intel.dra.kit.kubelet.api.PrepareResult;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.resource.v1.Device;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceRequestAllocationResultBuilder;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A claim that was prepared before the node booted is given other devices of the node. */
class EarlierClaimGivenAnotherGpuTest {

  @TempDir Path root;

  private static void exclusive(VfNode node) {
    node.agent.policies.follow(
        new PolicyRules(
            List.of(
                new PolicyRule(
                    "exclusive",
                    RuleMatch.EVERYTHING,
                    Optional.empty(),
                    Optional.of(new GpuSharing.Exclusive()),
                    Optional.of(0)))));
    node.settle();
  }

  /**
   * After the boot the claim was deallocated and allocated again, here, with the other GPU; its new
   * pod waits for a volume, so the kubelet does not prepare it.
   */
  @Test
  void aGpuIsFreeWhenTheClaimOfBeforeTheBootWasGivenAnother() throws IOException {
    VfNode node = VfNode.stepByStep(root, DraMode.STRUCTURED);
    Gpu before = node.flex170(0xb3);
    Gpu after = node.flex170(0xc3);
    node.start();
    node.settle();
    node.structuredClaims.give(
        "a",
        new DeviceRequestAllocationResultBuilder(result(before.uid()))
            .withShareID("s1")
            .addToConsumedCapacity("memory", new Quantity("8Gi"))
            .build());
    assertThat(node.agent.preparation.prepare(claim("a"), Optional.empty()))
        .isInstanceOf(PrepareResult.Prepared.class);
    node.settle();
    node.reboot();
    exclusive(node);
    node.structuredClaims.give("a", result(after.uid()));

    new StructuredAbandonedClaims(
            node.agent.prepared,
            node.structuredClaims,
            node.agent.listed,
            node.informer,
            node.config(),
            () -> Instant.EPOCH)
        .forgetEarlier();

    Device free =
        node
            .agent
            .offer
            .current()
            .orElseThrow()
            .inOrderOfPreference(true)
            .getFirst()
            .devices()
            .stream()
            .filter(device -> device.getName().equals(DeviceName.of(before.uid()).toString()))
            .findFirst()
            .orElseThrow();
    assertThat(free.getTaints()).as("nobody has it").isEmpty();
    assertThat(free.getAllowMultipleAllocations()).as("as the rule says").isNull();
  }
}
