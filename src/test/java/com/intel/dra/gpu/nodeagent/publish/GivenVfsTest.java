package com.intel.dra.gpu.nodeagent.publish;

import static com.intel.dra.gpu.nodeagent.app.AgentFixtures.claim;
import static com.intel.dra.gpu.nodeagent.app.AgentFixtures.result;
import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.api.AllocatedDevice;
import com.intel.dra.gpu.device.DeviceUid;
import com.intel.dra.gpu.device.Gpu;
import com.intel.dra.gpu.mode.DraMode;
import com.intel.dra.gpu.nodeagent.app.VfNode;
import com.intel.dra.gpu.nodeagent.prepare.StructuredAbandonedClaims;
import com.intel.dra.gpu.nodeagent.state.PreparedClaim;
import com.intel.dra.gpu.policy.GpuSharing;
import com.intel.dra.gpu.policy.PolicyRule;
import com.intel.dra.gpu.policy.PolicyRules;
import com.intel.dra.gpu.policy.RuleMatch;
import com.intel.dra.gpu.structured.DeviceName;
import com.intel.dra.kit.kubelet.api.PrepareResult;
import io.fabric8.kubernetes.api.model.FieldsV1;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.resource.v1.Device;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceRequestAllocationResult;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceRequestAllocationResultBuilder;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaimBuilder;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Claims that the scheduler gave something before the administrator's rules changed. */
class GivenVfsTest {

  /** The node's clock begins in 1970. */
  private static final Duration DAY = Duration.ofDays(1);

  private static final Duration LONG_ENOUGH = VfChanges.CLOSED_FOR.plusSeconds(1);
  private static final String FIRST_DAY = "1970-01-01T12:00:00Z";
  private static final String SECOND_DAY = "1970-01-02T12:00:00Z";

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

  private void follow(PolicyRule rule) {
    node.agent.policies.follow(new PolicyRules(List.of(rule)));
    publish();
  }

  /** As each second, while the API server answers. */
  private void publish() {
    node.agent.offer.isPublished(Optional.empty());
    node.agent.offer.followPolicies();
    node.settle();
    node.agent.offer.isPublished(node.agent.offer.current());
    node.agent.offer.followPolicies();
    node.settle();
  }

  /** As each second, while the API server takes nothing. */
  private void publishInVain() {
    node.agent.offer.isPublished(Optional.empty());
    node.agent.offer.followPolicies();
    node.settle();
  }

  /** VFs of one kind on the first day, and of another from then on. */
  private void change(int before, int after) {
    follow(vfs(before));
    node.pass(DAY);
    follow(vfs(after));
    node.pass(LONG_ENOUGH);
    publish();
  }

  private static PolicyRule vfs(int count) {
    return new PolicyRule(
        "split", RuleMatch.EVERYTHING, Optional.empty(), Optional.empty(), Optional.of(count));
  }

  private static PolicyRule sharing(GpuSharing sharing) {
    return new PolicyRule(
        "shared", RuleMatch.EVERYTHING, Optional.empty(), Optional.of(sharing), Optional.of(0));
  }

  private PrepareResult prepare(String claim, DeviceRequestAllocationResult result) {
    node.structuredClaims.give(claim, result);
    return prepareAgain(claim);
  }

  private PrepareResult prepare(String claim, DeviceUid device, String created, String allocated) {
    node.structuredClaims.give(claim, result(device));
    node.structuredClaims.byName.computeIfPresent(
        claim(claim).name(),
        (_, given) -> {
          var edited =
              new ResourceClaimBuilder(given)
                  .editMetadata()
                  .withCreationTimestamp(created)
                  .endMetadata();
          return allocated.isEmpty()
              ? edited.build()
              : edited
                  .editStatus()
                  .editAllocation()
                  .withAllocationTimestamp(allocated)
                  .endAllocation()
                  .endStatus()
                  .build();
        });
    return prepareAgain(claim);
  }

  /** The API server says when the scheduler wrote the claim, and the claim does not. */
  private void wroteAt(String claim, String time) {
    var fields = new FieldsV1();
    fields.setAdditionalProperty("f:status", Map.of("f:allocation", Map.of()));
    node.structuredClaims.byName.computeIfPresent(
        claim(claim).name(),
        (_, given) ->
            new ResourceClaimBuilder(given)
                .editMetadata()
                .withCreationTimestamp(FIRST_DAY)
                .addNewManagedField()
                .withManager("kube-controller-manager")
                .withTime(FIRST_DAY)
                .endManagedField()
                .addNewManagedField()
                .withManager("kube-scheduler")
                .withSubresource("status")
                .withTime(time)
                .withFieldsV1(fields)
                .endManagedField()
                .endMetadata()
                .build());
  }

  private PrepareResult prepareAgain(String claim) {
    PrepareResult first = node.agent.preparation.prepare(claim(claim), Optional.empty());
    node.settle();
    return first instanceof PrepareResult.Prepared
        ? first
        : node.agent.preparation.prepare(claim(claim), Optional.empty());
  }

  private int memoryMiB(String claim) {
    return node.agent.prepared.find(claim).map(PreparedClaim::devices).orElse(List.of()).stream()
        .mapToInt(AllocatedDevice::memory)
        .sum();
  }

  private List<Device> published() {
    return node.agent.offer.current().orElseThrow().inOrderOfPreference(true).getFirst().devices();
  }

  private Optional<Device> published(DeviceUid device) {
    return published().stream()
        .filter(candidate -> candidate.getName().equals(DeviceName.of(device).toString()))
        .findFirst();
  }

  private int publishedMiB(DeviceUid vf) {
    Quantity memory =
        Objects.requireNonNull(published(vf).orElseThrow().getCapacity().get("memory")).getValue();
    return Math.toIntExact(Quantity.getAmountInBytes(memory).longValueExact() >> 20);
  }

  @Test
  void vfsThatAreNotWantedAnyMoreStayForAWhileAndGoToNoNewClaim() {
    follow(vfs(2));
    node.pass(DAY);
    int before = publishedMiB(gpu.uid().vf(0));

    follow(vfs(4));
    assertThat(publishedMiB(gpu.uid().vf(0))).isEqualTo(before);
    assertThat(published(gpu.uid().vf(0)).orElseThrow().getTaints())
        .anyMatch(taint -> taint.getKey().equals("gpu.intel.com/in-use"));
    assertThat(published(gpu.uid().vf(2))).isEmpty();
    assertThat(published(gpu.uid()).orElseThrow().getTaints()).isEmpty();

    node.pass(LONG_ENOUGH);
    publish();
    assertThat(publishedMiB(gpu.uid().vf(2))).isLessThan(before);
    assertThat(published(gpu.uid().vf(0)).orElseThrow().getTaints()).isEmpty();
  }

  @Test
  void aVfThatWasGivenBeforeThereWereToBeNoneIsMadeAlsoByAnotherAgent() throws IOException {
    change(2, 0);
    assertThat(published(gpu.uid().vf(0))).isEmpty();
    node.start();
    follow(vfs(0));

    assertThat(prepare("a", result(gpu.uid().vf(0)))).isInstanceOf(PrepareResult.Prepared.class);
    assertThat(published(gpu.uid().vf(1)).orElseThrow().getTaints())
        .as("it is there, and goes to no new claim")
        .isNotEmpty();
    assertThat(prepare("b", result(gpu.uid().vf(1)))).isInstanceOf(PrepareResult.Prepared.class);
    assertThat(node.kernel.numVfs(gpu)).isEqualTo(2);
  }

  @Test
  void aVfIsAsLargeAsWhenItWasGiven() {
    follow(vfs(2));
    int before = publishedMiB(gpu.uid().vf(0));
    change(2, 4);

    assertThat(prepare("a", gpu.uid().vf(0), FIRST_DAY, FIRST_DAY))
        .isInstanceOf(PrepareResult.Prepared.class);
    assertThat(memoryMiB("a")).isEqualTo(before);
    assertThat(prepare("b", gpu.uid().vf(3), FIRST_DAY, SECOND_DAY))
        .isInstanceOf(PrepareResult.Failed.class);
  }

  @Test
  void aVfThatWasGivenAfterTheChangeIsOneOfTheNew() {
    change(2, 4);
    int now = publishedMiB(gpu.uid().vf(0));

    assertThat(prepare("a", gpu.uid().vf(0), FIRST_DAY, SECOND_DAY))
        .isInstanceOf(PrepareResult.Prepared.class);
    assertThat(prepare("b", gpu.uid().vf(3), SECOND_DAY, ""))
        .isInstanceOf(PrepareResult.Prepared.class);
    assertThat(memoryMiB("a")).isEqualTo(now);
    assertThat(memoryMiB("b")).isEqualTo(now);
  }

  @Test
  void whereTheTimeIsNotKnownAVfIsTheLargerOne() {
    follow(vfs(2));
    int before = publishedMiB(gpu.uid().vf(0));
    change(2, 4);

    assertThat(prepare("a", gpu.uid().vf(0), FIRST_DAY, ""))
        .isInstanceOf(PrepareResult.Prepared.class);
    assertThat(memoryMiB("a")).isEqualTo(before);
  }

  /** Its pods use it one after the other for years, and its time of creation says nothing. */
  @Test
  void aClaimOfUnknownTimeGetsAVfOfBeforeForAWhileOnly() {
    change(2, 4);
    int now = publishedMiB(gpu.uid().vf(0));
    node.pass(VfChanges.UNKNOWN_FOR);

    assertThat(prepare("a", gpu.uid().vf(0), FIRST_DAY, ""))
        .isInstanceOf(PrepareResult.Prepared.class);
    assertThat(memoryMiB("a")).isEqualTo(now);
  }

  @Test
  void theTimeIsThatOfTheSchedulersWriteWhereTheClaimSaysNone() {
    change(2, 4);
    int now = publishedMiB(gpu.uid().vf(0));
    node.structuredClaims.give("a", result(gpu.uid().vf(0)));
    node.structuredClaims.reserve("a", "pod-1", "uid-1");
    wroteAt("a", SECOND_DAY);

    assertThat(prepareAgain("a")).isInstanceOf(PrepareResult.Prepared.class);
    assertThat(memoryMiB("a")).isEqualTo(now);
  }

  @Test
  void theSchedulersLastWriteIsNotTheAllocationIfItReservedForAnotherPod() {
    follow(vfs(2));
    int before = publishedMiB(gpu.uid().vf(0));
    change(2, 4);
    node.structuredClaims.give("a", result(gpu.uid().vf(0)));
    node.structuredClaims.reserve("a", "pod-1", "uid-1");
    node.structuredClaims.reserve("a", "pod-2", "uid-2");
    wroteAt("a", SECOND_DAY);

    assertThat(prepareAgain("a")).isInstanceOf(PrepareResult.Prepared.class);
    assertThat(memoryMiB("a")).isEqualTo(before);
  }

  /** The scheduler goes on giving the VFs that the API server shows. */
  @Test
  void theTimeOfAChangeCountsFromWhenItIsPublished() {
    follow(vfs(2));
    node.pass(DAY);
    int before = publishedMiB(gpu.uid().vf(0));
    node.agent.policies.follow(new PolicyRules(List.of(vfs(4))));
    publishInVain();
    node.pass(DAY);
    publishInVain();
    assertThat(publishedMiB(gpu.uid().vf(0)))
        .as("nobody has seen that it is closed")
        .isEqualTo(before);

    publish();
    node.pass(LONG_ENOUGH);
    publish();
    assertThat(publishedMiB(gpu.uid().vf(0))).isLessThan(before);
    assertThat(prepare("a", gpu.uid().vf(0), FIRST_DAY, "1970-01-02T23:00:00Z"))
        .isInstanceOf(PrepareResult.Prepared.class);
    assertThat(memoryMiB("a")).as("given while the API server was away").isEqualTo(before);
  }

  @Test
  void aVfThatWouldBeSmallerThanTheOneThatWasGivenIsRefused() {
    change(2, 4);
    prepare("a", gpu.uid().vf(3), SECOND_DAY, SECOND_DAY);

    assertThat(prepare("b", gpu.uid().vf(0), FIRST_DAY, FIRST_DAY))
        .isInstanceOfSatisfying(
            PrepareResult.Failed.class,
            failed ->
                assertThat(failed.message())
                    .contains("where the claim was given", "allocated anew"));
  }

  @Test
  void aVfOfBeforeARebootComesBackThoughThereAreToBeNone() throws IOException {
    follow(vfs(2));
    prepare("a", result(gpu.uid().vf(0)));
    int before = memoryMiB("a");
    node.pass(DAY);
    follow(vfs(0));
    node.pass(LONG_ENOUGH);
    publish();
    node.reboot();
    follow(vfs(0));

    assertThat(published(gpu.uid().vf(1)).orElseThrow().getTaints()).isNotEmpty();
    assertThat(prepareAgain("a")).isInstanceOf(PrepareResult.Prepared.class);
    assertThat(memoryMiB("a")).isEqualTo(before);
    assertThat(node.agent.prepared.earlier()).isEmpty();
  }

  private DeviceRequestAllocationResult share() {
    return new DeviceRequestAllocationResultBuilder(result(gpu.uid()))
        .withShareID("s1")
        .addToConsumedCapacity("memory", new Quantity("8Gi"))
        .build();
  }

  @Test
  void aGpuOfWhichAPodHadAShareBeforeARebootStaysShared() throws IOException {
    prepare("a", share());
    follow(sharing(new GpuSharing.Exclusive()));
    node.reboot();
    follow(sharing(new GpuSharing.Exclusive()));

    assertThat(published(gpu.uid()).orElseThrow().getAllowMultipleAllocations()).isTrue();
    assertThat(prepareAgain("a")).isInstanceOf(PrepareResult.Prepared.class);
    node.unprepare("a");
    node.settle();
    assertThat(published(gpu.uid()).orElseThrow().getAllowMultipleAllocations()).isNull();
  }

  private StructuredAbandonedClaims abandoned() {
    return new StructuredAbandonedClaims(
        node.agent.prepared,
        node.structuredClaims,
        node.agent.listed,
        node.informer,
        node.config(),
        () -> Instant.EPOCH);
  }

  /** Its new pod waits for a volume, so the kubelet does not prepare it. */
  @Test
  void aClaimOfBeforeARebootThatWasGivenAnotherGpuKeepsNothing() throws IOException {
    prepare("a", share());
    Gpu other = node.flex170(0xc3);
    node.reboot();
    follow(sharing(new GpuSharing.Exclusive()));
    node.structuredClaims.give("a", result(other.uid()));
    abandoned().forgetEarlier();

    Device free = published(gpu.uid()).orElseThrow();
    assertThat(free.getTaints()).as("nobody has it").isEmpty();
    assertThat(free.getAllowMultipleAllocations()).as("as the rule says").isNull();
  }

  @Test
  void aClaimOfBeforeARebootThatIsGoneKeepsNothing() throws IOException {
    prepare("a", result(gpu.uid().vf(0)));
    node.reboot();
    follow(vfs(0));
    StructuredAbandonedClaims claims = abandoned();
    claims.forgetEarlier();
    assertThat(published(gpu.uid().vf(0))).as("it is still allocated").isPresent();

    node.structuredClaims.delete("a");
    claims.forgetEarlier();
    assertThat(published(gpu.uid().vf(0))).isEmpty();
    assertThat(prepare("b", result(gpu.uid()))).isInstanceOf(PrepareResult.Prepared.class);
  }

  @Test
  void aClockThatWasAheadAtTheChangeGivesNoNewClaimTheFormerVfs() {
    follow(vfs(2));
    node.pass(Duration.ofDays(30)); // wrong until it is set
    follow(vfs(4));
    node.pass(LONG_ENOUGH);
    publish();
    int now = publishedMiB(gpu.uid().vf(0));
    node.pass(Duration.ofDays(-29));
    publish();

    assertThat(prepare("a", gpu.uid().vf(0), SECOND_DAY, SECOND_DAY))
        .isInstanceOf(PrepareResult.Prepared.class);
    assertThat(memoryMiB("a")).as("as published when it was given").isEqualTo(now);
    assertThat(prepare("b", gpu.uid().vf(3), SECOND_DAY, SECOND_DAY))
        .isInstanceOf(PrepareResult.Prepared.class);
  }
}
