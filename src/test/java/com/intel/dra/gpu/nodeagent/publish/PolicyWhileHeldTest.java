package com.intel.dra.gpu.nodeagent.publish;

import static com.intel.dra.gpu.nodeagent.app.AgentFixtures.claim;
import static com.intel.dra.gpu.nodeagent.app.AgentFixtures.result;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.intel.dra.gpu.api.AllocatableDevice;
import com.intel.dra.gpu.api.AllocatedDevice;
import com.intel.dra.gpu.device.DeviceUid;
import com.intel.dra.gpu.device.Gpu;
import com.intel.dra.gpu.mode.DraMode;
import com.intel.dra.gpu.nodeagent.app.VfNode;
import com.intel.dra.gpu.nodeagent.state.PreparedClaim;
import com.intel.dra.gpu.nodeagent.state.PreparedClaims;
import com.intel.dra.gpu.policy.GpuSharing;
import com.intel.dra.gpu.policy.PolicyRule;
import com.intel.dra.gpu.policy.PolicyRules;
import com.intel.dra.gpu.policy.RuleMatch;
import com.intel.dra.gpu.structured.DeviceName;
import com.intel.dra.kit.kubelet.api.PrepareResult;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.resource.v1.Device;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceRequestAllocationResult;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceRequestAllocationResultBuilder;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceTaint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is published while claims hold a GPU and the administrator's rules change. */
class PolicyWhileHeldTest {

  private static final GpuSharing FOUR_SHARES = new GpuSharing.ByCount(4, 1);

  @TempDir Path root;

  private VfNode node;
  private Gpu gpu;

  @BeforeEach
  @SuppressWarnings("NullAway.Init")
  void start() throws IOException {
    node = VfNode.stepByStep(root, DraMode.STRUCTURED);
    gpu = node.flex170(0xb3);
    node.start();
    node.settle();
  }

  private void follow(PolicyRule... rules) {
    node.agent.policies.follow(new PolicyRules(List.of(rules)));
    node.settle();
  }

  private static PolicyRule sharing(GpuSharing sharing) {
    return new PolicyRule(
        "shared", RuleMatch.EVERYTHING, Optional.empty(), Optional.of(sharing), Optional.empty());
  }

  private static PolicyRule withheld() {
    return new PolicyRule(
        "kept", RuleMatch.EVERYTHING, Optional.of(false), Optional.empty(), Optional.empty());
  }

  private static PolicyRule vfs(int count) {
    return new PolicyRule(
        "split", RuleMatch.EVERYTHING, Optional.empty(), Optional.empty(), Optional.of(count));
  }

  private DeviceRequestAllocationResult shares(String id, int count) {
    return new DeviceRequestAllocationResultBuilder(result(gpu.uid()))
        .withShareID(id)
        .addToConsumedCapacity("shares", new Quantity("" + count))
        .addToConsumedCapacity("memory", new Quantity("0"))
        .addToConsumedCapacity("millicores", new Quantity("0"))
        .build();
  }

  private PrepareResult prepare(String claim, DeviceRequestAllocationResult result) {
    node.structuredClaims.give(claim, result);
    PrepareResult first = node.agent.preparation.prepare(claim(claim), Optional.empty());
    node.settle();
    return first instanceof PrepareResult.Prepared
        ? first
        : node.agent.preparation.prepare(claim(claim), Optional.empty());
  }

  private List<Device> published() {
    return node.agent.offer.current().orElseThrow().inOrderOfPreference(true).getFirst().devices();
  }

  private Device published(DeviceUid device) {
    return published().stream()
        .filter(candidate -> candidate.getName().equals(DeviceName.of(device).toString()))
        .findFirst()
        .orElseThrow();
  }

  /** As an older agent does, after a rollback or beside the new one. */
  @Test
  void aShareOfWhichAnOlderAgentDroppedTheCountIsNotGivenAgain() throws IOException {
    follow(sharing(FOUR_SHARES));
    prepare("a", shares("s1", 1));
    node.agent.prepared.put("a", withoutCounts(node.agent.prepared.find("a").orElseThrow()));
    node.settle();

    assertThat(published(gpu.uid()).getTaints())
        .anyMatch(taint -> taint.getKey().equals("gpu.intel.com/in-use"));
    assertThat(prepare("b", memory("s2", "16Gi"))).isInstanceOf(PrepareResult.Failed.class);
  }

  private static PreparedClaim withoutCounts(PreparedClaim claim) {
    return new PreparedClaim(
        claim.namespace(),
        claim.name(),
        claim.devices().stream()
            .map(
                device ->
                    new AllocatedDevice(
                        device.memory(),
                        device.parentUid(),
                        device.profile(),
                        device.type(),
                        device.uid()))
            .toList(),
        claim.results());
  }

  private DeviceRequestAllocationResult memory(String id, String amount) {
    return new DeviceRequestAllocationResultBuilder(result(gpu.uid()))
        .withShareID(id)
        .addToConsumedCapacity("memory", new Quantity(amount))
        .build();
  }

  @Test
  void noFurtherClaimGetsAVfWhenThereAreToBeNoneOrOthers() {
    follow(vfs(2));
    prepare("a", result(gpu.uid().vf(0)));
    assertThat(published(gpu.uid().vf(1)).getTaints()).isEmpty();

    follow(vfs(0));
    assertThat(published(gpu.uid().vf(1)).getTaints())
        .extracting(DeviceTaint::getKey, DeviceTaint::getEffect)
        .containsExactly(tuple("gpu.intel.com/in-use", "NoSchedule"));

    follow(vfs(2));
    assertThat(published(gpu.uid().vf(1)).getTaints()).isEmpty();
  }

  /** Such as {@code 1 of 4}: the fewest shares that the scheduler gives, and all of them. */
  private String shares() {
    var shares = Objects.requireNonNull(published(gpu.uid()).getCapacity().get("shares"));
    return shares.getRequestPolicy().getValidRange().getMin() + " of " + shares.getValue();
  }

  private AllocatableDevice inGas() {
    return Objects.requireNonNull(node.gas.now().getSpec().allocatable().get(gpu.uid().toString()));
  }

  @Test
  void sharesOfOneGpuAreBesideEachOtherAndInTheGas() {
    follow(sharing(FOUR_SHARES));
    assertThat(prepare("a", shares("s1", 1))).isInstanceOf(PrepareResult.Prepared.class);
    assertThat(prepare("b", shares("s2", 3))).isInstanceOf(PrepareResult.Prepared.class);

    assertThat(node.gas.now().getSpec().prepared().get("b"))
        .singleElement()
        .returns(3, AllocatedDevice::shares)
        .returns(4, AllocatedDevice::totalShares)
        .returns(0, AllocatedDevice::memory);
    assertThat(inGas())
        .returns("shares", AllocatableDevice::sharing)
        .returns(4, AllocatableDevice::shares)
        .returns("shared", AllocatableDevice::rule);
  }

  @Test
  void moreSharesThanThereAreWaitForThoseThatEnd() throws IOException {
    follow(sharing(FOUR_SHARES));
    prepare("a", shares("s1", 3));

    assertThat(prepare("b", shares("s2", 2)))
        .isInstanceOfSatisfying(
            PrepareResult.Failed.class,
            failed ->
                assertThat(failed.message())
                    .contains("2 shares", "use 3 of its 4", claim("a").name()));

    node.unprepare("a");
    assertThat(prepare("b", shares("s2", 2))).isInstanceOf(PrepareResult.Prepared.class);
  }

  @Test
  void aGpuKeepsItsSharesUntilItIsFreeAlsoIfTheAgentStartsAgain() throws IOException {
    follow(sharing(FOUR_SHARES));
    prepare("a", shares("s1", 1));
    assertThat(shares()).isEqualTo("1 of 4");

    follow();
    assertThat(shares()).as("no new ones").isEqualTo("4 of 4");
    node.start();
    node.settle();
    assertThat(shares()).isEqualTo("4 of 4");
    assertThat(inGas()).returns("shares", AllocatableDevice::sharing);

    Files.delete(root.resolve("state").resolve(PreparedClaims.FILE_NAME));
    node.start();
    node.settle();
    assertThat(shares()).as("rebuilt from the GAS").isEqualTo("4 of 4");

    node.unprepare("a");
    assertThat(published(gpu.uid()).getCapacity()).doesNotContainKey("shares");
  }

  @Test
  void aClaimWithAllSharesIsAloneAlsoWhenThereAreToBeMore() {
    follow(sharing(new GpuSharing.ByCount(4, 0)));
    prepare("a", shares("s1", 4));

    follow(sharing(new GpuSharing.ByCount(8, 1)));
    assertThat(shares()).isEqualTo("4 of 4");
    assertThat(prepare("b", shares("s2", 1)))
        .isInstanceOfSatisfying(
            PrepareResult.Failed.class,
            failed -> assertThat(failed.message()).contains("use 4 of its 4"));
  }

  @Test
  void aShareByMemoryAndOneByCountExcludeEachOther() {
    DeviceRequestAllocationResult byMemory =
        new DeviceRequestAllocationResultBuilder(result(gpu.uid()))
            .withShareID("s1")
            .addToConsumedCapacity("memory", new Quantity("1Gi"))
            .build();
    prepare("a", byMemory);
    follow(sharing(FOUR_SHARES));

    assertThat(published(gpu.uid()).getCapacity()).doesNotContainKey("shares");
    assertThat(prepare("b", shares("s2", 1))).isInstanceOf(PrepareResult.Failed.class);
  }

  @Test
  void aGpuThatIsWithheldIsGoneAtOnceIfNothingUsesItAndElseWhenItIsFree() throws IOException {
    follow(withheld());
    assertThat(published()).isEmpty();
    assertThat(inGas())
        .returns("withheld", AllocatableDevice::sharing)
        .returns("kept", AllocatableDevice::rule);

    follow();
    prepare("a", result(gpu.uid()));
    follow(withheld());
    assertThat(published())
        .isNotEmpty()
        .allSatisfy(
            device ->
                assertThat(device.getTaints())
                    .extracting(taint -> taint.getKey() + ":" + taint.getEffect())
                    .containsExactly("gpu.intel.com/in-use:NoSchedule"));

    node.unprepare("a");
    assertThat(published()).isEmpty();
  }

  @Test
  void aGpuWithVfsInUseKeepsThemWhenThereAreToBeNone() throws IOException {
    follow(vfs(2));
    assertThat(published()).extracting(Device::getName).contains(name(0), name(1));
    assertThat(published()).extracting(Device::getName).doesNotContain(name(2));
    assertThat(prepare("a", result(gpu.uid().vf(0)))).isInstanceOf(PrepareResult.Prepared.class);

    follow(vfs(0));
    assertThat(published()).extracting(Device::getName).contains(name(0), name(1));

    node.unprepare("a");
    node.settle();
    assertThat(node.kernel.numVfs(gpu)).isZero();
    assertThat(published()).extracting(Device::getName).doesNotContain(name(0), name(1));
  }

  private String name(int vf) {
    return DeviceName.of(gpu.uid().vf(vf)).toString();
  }
}
