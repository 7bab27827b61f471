package com.intel.dra.gpu.nodeagent.takeover;

import static com.intel.dra.gpu.nodeagent.app.AgentFixtures.claim;
import static com.intel.dra.gpu.nodeagent.app.AgentFixtures.result;
import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.api.AllocatedDevice;
import com.intel.dra.gpu.api.EventReason;
import com.intel.dra.gpu.device.DeviceUid;
import com.intel.dra.gpu.device.Gpu;
import com.intel.dra.gpu.mode.DraMode;
import com.intel.dra.gpu.nodeagent.app.VfNode;
import com.intel.dra.gpu.nodeagent.config.UnownedVfsSetting;
import com.intel.dra.gpu.nodeagent.prepare.StructuredAbandonedClaims;
import com.intel.dra.gpu.nodeagent.state.PreparedClaim;
import com.intel.dra.gpu.structured.DeviceName;
import com.intel.dra.gpu.structured.OfferedDevices;
import com.intel.dra.kit.kubelet.api.PrepareResult;
import com.intel.dra.kit.kubelet.api.PreparedDevice;
import com.intel.dra.kit.kubelet.api.UnprepareResult;
import io.fabric8.kubernetes.api.model.resource.v1.Device;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceRequestAllocationResult;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An agent that takes the place of the Go driver on a node with pods. */
class TakeOverTest {

  private static final String VERSIONED =
      "{\"kind\":\"PreparedClaimsCheckpoint\",\"apiVersion\":\"checkpoint.gpu.intel.com/v1\",\"PreparedClaims\":{%s}}";

  @TempDir Path root;

  private VfNode node;
  private Gpu gpu;
  private final List<String> recorded = new ArrayList<>();

  @BeforeEach
  void nodeWithAGpu() throws IOException {
    node = VfNode.stepByStep(root, DraMode.STRUCTURED);
    gpu = node.flex170(0xb3);
    Files.createDirectories(record().getParent());
  }

  private Path record() {
    return node.config().pluginDir().orElseThrow().resolve(TakeOver.FILE_NAME);
  }

  private Path taken() {
    return record().resolveSibling(TakeOver.TAKEN_FILE_NAME);
  }

  private static String nameOf(Gpu device) {
    return DeviceName.of(device.uid()).toString();
  }

  /** The name that the Go driver gives a VF: that of a GPU at the VF's address. */
  private static String goNameOf(Gpu vf) {
    return DeviceName.of(DeviceUid.gpu(vf.address(), vf.uid().model())).toString();
  }

  private void goDriverPrepared(String uid, String device, boolean adminAccess) throws IOException {
    recorded.add(
        "\"%s\":{\"PreparedDevices\":[{\"AdminAccess\":%s,\"KubeletpluginDevice\":{\"Requests\":[\"r\"],\"PoolName\":\"node1\",\"DeviceName\":\"%s\",\"CDIDeviceIDs\":[\"intel.com/gpu=%3$s\"],\"ShareID\":null}}]}"
            .formatted(uid, adminAccess, device));
    Files.writeString(record(), VERSIONED.formatted(String.join(",", recorded)));
  }

  private void start() throws IOException {
    node.start(node.config().withTakeOver());
  }

  private void takeOver() {
    node.agent.takeOver.look();
    node.settle();
  }

  /** The VFs that an administrator made while no agent ran. */
  private List<Gpu> adminMadeVfs(int count) throws IOException {
    node.start();
    node.kernel.write(node.sysfs(gpu, "sriov_numvfs"), Integer.toString(count));
    node.agent.monitor.scan();
    return node.agent.devices.known().orElseThrow().stream()
        .filter(device -> device.uid().parent().isPresent())
        .toList();
  }

  private OfferedDevices shared() {
    return node.agent.offer.current().orElseThrow().inOrderOfPreference(true).getFirst();
  }

  private Device published(DeviceUid device) {
    return shared().devices().stream()
        .filter(offered -> offered.getName().equals(DeviceName.of(device).toString()))
        .findFirst()
        .orElseThrow();
  }

  private List<String> taints(DeviceUid device) {
    return published(device).getTaints().stream()
        .map(taint -> taint.getKey() + ":" + taint.getEffect())
        .toList();
  }

  private List<EventReason> events() {
    return node.agent.events.all.stream().map(told -> told.reason()).toList();
  }

  private PrepareResult prepare(String uid) {
    return node.agent.preparation.prepare(claim(uid), Optional.empty());
  }

  private static List<PreparedDevice> devices(PrepareResult result) {
    return ((PrepareResult.Prepared) result).devices();
  }

  @Test
  void aGpuOfAPodOfTheGoDriverIsItsOwnUntilTheKubeletUnpreparesTheClaim() throws IOException {
    node.structuredClaims.give("a", result(gpu.uid()));
    goDriverPrepared("a", nameOf(gpu), false);
    start();
    takeOver();

    PreparedClaim kept = node.agent.prepared.find("a").orElseThrow();
    assertThat(kept.name()).isEqualTo("claim-a");
    assertThat(kept.devices())
        .containsExactly(new AllocatedDevice(16_384, "", "", "gpu", gpu.uid().toString()));
    assertThat(published(gpu.uid()).getAllowMultipleAllocations())
        .as("the scheduler counts the claim as one that has the whole GPU")
        .isNull();
    assertThat(node.gas.now().getSpec().prepared()).containsOnlyKeys("a");
    assertThat(events()).containsExactly(EventReason.TAKEN_OVER);
    node.structuredClaims.give("b", result(gpu.uid()));
    assertThat(prepare("b")).isInstanceOf(PrepareResult.Failed.class);

    node.unprepare("a");
    assertThat(published(gpu.uid()).getAllowMultipleAllocations()).isTrue();
    assertThat(prepare("b")).isInstanceOf(PrepareResult.Prepared.class);
  }

  @Test
  void anotherStartTakesNothingOverAgain() throws IOException {
    node.structuredClaims.give("a", result(gpu.uid()));
    goDriverPrepared("a", nameOf(gpu), false);
    String before = Files.readString(record());
    start();
    takeOver();
    assertThat(record()).doesNotExist();
    assertThat(taken()).hasContent(before);
    node.unprepare("a");
    start();
    assertThat(node.agent.takeOver.isSettled()).isTrue();
    takeOver();
    assertThat(node.agent.prepared.all()).isEmpty();
  }

  @Test
  void whatWasTakenOverOutlivesTheAgent() throws IOException {
    node.structuredClaims.give("a", result(gpu.uid()));
    goDriverPrepared("a", nameOf(gpu), false);
    start();
    takeOver();
    PreparedClaim before = node.agent.prepared.find("a").orElseThrow();
    start();
    assertThat(node.agent.prepared.find("a")).contains(before);
  }

  @Test
  void theKubeletGetsTheGpuOfThisDriverWhenItPreparesAgain() throws IOException {
    node.structuredClaims.give("a", result(gpu.uid()));
    goDriverPrepared("a", nameOf(gpu), false);
    start();
    takeOver();
    assertThat(devices(prepare("a")))
        .singleElement()
        .satisfies(
            device -> {
              assertThat(device.deviceName()).isEqualTo(nameOf(gpu));
              assertThat(device.cdiDevices()).startsWith("intel.com/gpu=" + gpu.uid());
            });
    assertThat(node.cdiDevices()).contains(gpu.uid().toString());
  }

  @Test
  void aVfThatTheGoDriverGaveByItsAddressKeepsOthersAway() throws IOException {
    List<Gpu> vfs = adminMadeVfs(2);
    String goName = goNameOf(vfs.get(1));
    node.structuredClaims.give("a", result("r", goName));
    goDriverPrepared("a", goName, false);
    start();
    takeOver();

    assertThat(taints(vfs.get(0).uid())).isEmpty();
    assertThat(taints(vfs.get(1).uid())).containsExactly("gpu.intel.com/in-use:NoSchedule");
    assertThat(devices(prepare("a")))
        .as("prepared again, under the name that the scheduler gave")
        .singleElement()
        .satisfies(
            device -> {
              assertThat(device.deviceName()).isEqualTo(goName);
              assertThat(device.cdiDevices()).startsWith("intel.com/gpu=" + vfs.get(1).uid());
            });
    assertThat(taints(vfs.get(1).uid())).containsExactly("gpu.intel.com/in-use:NoSchedule");
    node.structuredClaims.give("b", result(vfs.get(1).uid()));
    assertThat(prepare("b")).isInstanceOf(PrepareResult.Failed.class);

    node.unprepare("a");
    assertThat(taints(vfs.get(1).uid())).isEmpty();
    assertThat(prepare("b")).isInstanceOf(PrepareResult.Prepared.class);
  }

  @Test
  void theVfsOfAGpuThatTheGoDriverGaveWithItsVfsKeepOthersAway() throws IOException {
    List<Gpu> vfs = adminMadeVfs(2);
    node.structuredClaims.give("a", result(gpu.uid()));
    goDriverPrepared("a", nameOf(gpu), false);
    start();
    takeOver();
    assertThat(taints(vfs.get(0).uid())).containsExactly("gpu.intel.com/in-use:NoSchedule");
    assertThat(taints(vfs.get(1).uid())).containsExactly("gpu.intel.com/in-use:NoSchedule");
    node.unprepare("a");
    assertThat(taints(vfs.get(0).uid())).isEmpty();
  }

  @Test
  void aMonitorHoldsNothing() throws IOException {
    DeviceRequestAllocationResult looksOn = result("r", nameOf(gpu));
    looksOn.setAdminAccess(true);
    node.structuredClaims.give("m", looksOn);
    goDriverPrepared("m", nameOf(gpu), true);
    start();
    takeOver();
    assertThat(node.agent.prepared.find("m").orElseThrow().devices()).isEmpty();
    assertThat(taints(gpu.uid())).isEmpty();
    assertThat(devices(prepare("m"))).hasSize(1);
  }

  @Test
  void theOldestFormDoesNotSayThatAMonitorHoldsNothingButTheClaimDoes() throws IOException {
    DeviceRequestAllocationResult looksOn = result("r", nameOf(gpu));
    looksOn.setAdminAccess(true);
    node.structuredClaims.give("m", looksOn);
    Files.writeString(
        record(),
        "{\"m\":[{\"pool_name\":\"node1\",\"device_name\":\"%s\"}]}".formatted(nameOf(gpu)));
    start();
    takeOver();
    assertThat(node.agent.prepared.find("m").orElseThrow().devices()).isEmpty();
  }

  @Test
  void nothingIsOfferedOrPreparedUntilADamagedRecordIsMended() throws IOException {
    node.structuredClaims.give("a", result(gpu.uid()));
    node.structuredClaims.give("b", result(gpu.uid()));
    goDriverPrepared("a", nameOf(gpu), false);
    String good = Files.readString(record());
    Files.writeString(record(), good.replace("node1", "node7"));
    start();
    takeOver();
    takeOver();

    assertThat(node.agent.takeOver.isSettled()).isFalse();
    assertThat(node.gas.now().getStatus()).isNotEqualTo("Ready");
    assertThat(events()).as("told once").containsExactly(EventReason.TAKE_OVER_WAITS);
    assertThat(node.agent.events.all.getFirst().message())
        .contains(
            record().toString(),
            "PreparedClaims.a.PreparedDevices[0].KubeletpluginDevice.PoolName is \"node7\"",
            "Mend the file");
    assertThat(prepare("b"))
        .isInstanceOfSatisfying(
            PrepareResult.Failed.class,
            failed -> assertThat(failed.message()).contains("is not known yet"));
    assertThat(record()).exists();

    Files.writeString(record(), good);
    takeOver();
    assertThat(node.agent.takeOver.isSettled()).isTrue();
    assertThat(node.agent.prepared.all()).containsOnlyKeys("a");
  }

  /** Here by a link that leads to itself; a disk that fails answers in the same way. */
  @Test
  void aRecordOfWhichItIsNotKnownWhetherItExistsIsNotTakenForNone() throws IOException {
    Files.createSymbolicLink(record(), record().getFileName());
    start();
    takeOver();
    assertThat(node.agent.takeOver.isSettled()).isFalse();
    assertThat(events()).containsExactly(EventReason.TAKE_OVER_WAITS);

    Files.delete(record());
    takeOver();
    assertThat(node.agent.takeOver.isSettled()).isTrue();
  }

  @Test
  void theAdministratorMayRemoveARecordWhosePodsHaveEnded() throws IOException {
    Files.writeString(record(), "{");
    start();
    takeOver();
    assertThat(node.agent.takeOver.isSettled()).isFalse();
    Files.delete(record());
    takeOver();
    assertThat(node.agent.takeOver.isSettled()).isTrue();
    assertThat(published(gpu.uid()).getTaints()).isEmpty();
  }

  @Test
  void vfsThatPodsMayUseStayWhileTheRecordIsDamaged() throws IOException {
    List<Gpu> vfs = adminMadeVfs(2);
    goDriverPrepared("a", goNameOf(vfs.get(0)), false);
    String good = Files.readString(record());
    Files.writeString(record(), "{");
    node.start(
        node.config()
            .withUnownedVfs(com.intel.dra.gpu.nodeagent.config.UnownedVfsSetting.REMOVE)
            .withTakeOver());
    takeOver();
    assertThat(node.kernel.numVfs(gpu)).isEqualTo(2);
    Files.writeString(record(), good);
    takeOver();
    assertThat(node.kernel.numVfs(gpu)).isEqualTo(2);
    node.unprepare("a");
    node.settle();
    assertThat(node.kernel.numVfs(gpu)).as("now nobody uses them").isZero();
  }

  @Test
  void aClaimThatIsUnpreparedWhileTheRecordWaitsIsNotTakenOver() throws IOException {
    goDriverPrepared("a", nameOf(gpu), false);
    String good = Files.readString(record());
    Files.writeString(record(), "{");
    start();
    takeOver();
    node.unprepare("a");
    Files.writeString(record(), good);
    takeOver();
    assertThat(node.agent.prepared.all()).isEmpty();
  }

  @Test
  void aClaimThatIsUnpreparedWhileTheRecordWaitsIsNotTakenOverByALaterAgentEither()
      throws IOException {
    goDriverPrepared("a", nameOf(gpu), false);
    String good = Files.readString(record());
    Files.writeString(record(), "{");
    start();
    takeOver();
    node.unprepare("a");
    start();
    takeOver();
    Files.writeString(record(), good);
    takeOver();
    assertThat(node.agent.takeOver.isSettled()).isTrue();
    assertThat(node.agent.prepared.all()).isEmpty();
    assertThat(node.agent.prepared.ended()).as("not kept for ever").isEmpty();
  }

  @Test
  void aClaimIsNotUnpreparedWhileItsEndCannotBeWrittenDown() throws IOException {
    goDriverPrepared("a", nameOf(gpu), false);
    Files.writeString(record(), "{");
    start();
    takeOver();
    Path state = node.config().stateDir(DraMode.STRUCTURED);
    Path aside = state.resolveSibling("aside");
    Files.move(state, aside);
    Files.createFile(state);
    assertThat(node.agent.preparation.unprepare(claim("a")))
        .isInstanceOfSatisfying(
            UnprepareResult.Failed.class,
            failed -> assertThat(failed.message()).contains("check its free space and health"));

    Files.delete(state);
    Files.move(aside, state);
    node.unprepare("a");
    assertThat(node.agent.prepared.ended()).containsExactly("a");
  }

  @Test
  void aClaimThatIsUnpreparedWhileTheClaimsAreListedIsNotTakenOver() throws IOException {
    node.structuredClaims.give("a", result(gpu.uid()));
    goDriverPrepared("a", nameOf(gpu), false);
    start();
    node.agent.listed.whenListed = () -> node.unprepare("a");
    takeOver();
    assertThat(node.agent.takeOver.isSettled()).isTrue();
    assertThat(node.agent.prepared.all()).isEmpty();
  }

  @Test
  void withoutTheRightToListClaimsNothingIsOfferedAndTheRightIsNamed() throws IOException {
    node.structuredClaims.give("a", result(gpu.uid()));
    goDriverPrepared("a", nameOf(gpu), false);
    start();
    node.agent.listed.refusal = Optional.of(new KubernetesClientException("forbidden"));
    takeOver();
    assertThat(node.agent.takeOver.isSettled()).isFalse();
    assertThat(node.agent.events.all.getFirst().message()).contains("component take-over");
    node.agent.listed.refusal = Optional.empty();
    node.pass(Duration.ofMinutes(5));
    takeOver();
    assertThat(node.agent.prepared.all()).containsOnlyKeys("a");
  }

  private void lookForAnHour() {
    for (int look = 0; look < 720; look++) {
      node.agent.takeOver.look();
      node.pass(Duration.ofSeconds(5));
    }
  }

  @Test
  void claimsAreListedRarelyWhileADeviceCannotBeReadAndItsReturnIsSeenAtOnce() throws IOException {
    node.structuredClaims.give("a", result("r", nameOf(gpu)));
    goDriverPrepared("a", nameOf(gpu), false);
    Path vendor = node.sysfs(gpu, "vendor");
    byte[] content = makeUnreadable(vendor);
    start();
    lookForAnHour();
    assertThat(node.agent.takeOver.isSettled()).isFalse();
    assertThat(node.agent.listed.lists).isBetween(2, 20);

    recovers(vendor, content);
    assertThat(node.agent.takeOver.isSettled()).isTrue();
    assertThat(node.agent.prepared.all()).containsOnlyKeys("a");
  }

  @Test
  void claimsAreListedRarelyWhileTheRecordCannotBeRenamedAndThenItIsAtOnce() throws IOException {
    node.structuredClaims.give("a", result(gpu.uid()));
    goDriverPrepared("a", nameOf(gpu), false);
    Path inTheWay = Files.createDirectories(taken().resolve("folder"));
    start();
    lookForAnHour();
    assertThat(node.agent.takeOver.isSettled()).isFalse();
    assertThat(node.agent.listed.lists).isBetween(2, 20);

    Files.delete(inTheWay);
    Files.delete(taken());
    takeOver();
    assertThat(node.agent.takeOver.isSettled()).isTrue();
    assertThat(node.agent.prepared.all()).containsOnlyKeys("a");
  }

  @Test
  void claimsAreListedRarelyWhileThatFailsAndAtOnceForOtherClaims() throws IOException {
    node.structuredClaims.give("a", result(gpu.uid()));
    goDriverPrepared("a", nameOf(gpu), false);
    start();
    node.agent.listed.refusal = Optional.of(new KubernetesClientException("forbidden"));
    lookForAnHour();
    assertThat(node.agent.listed.lists).isBetween(2, 20);
    assertThat(events()).as("told once").containsExactly(EventReason.TAKE_OVER_WAITS);

    node.agent.takeOver.look();
    node.agent.listed.refusal = Optional.empty();
    goDriverPrepared("b", nameOf(gpu), false);
    takeOver();
    assertThat(node.agent.takeOver.isSettled()).isTrue();
  }

  /** Its pod was deleted by force, and its containers may still be ending. */
  @Test
  void aClaimThatIsGoneHoldsItsGpuForAWhile() throws IOException {
    goDriverPrepared("a", nameOf(gpu), false);
    start();
    takeOver();
    assertThat(taints(gpu.uid())).containsExactly("gpu.intel.com/in-use:NoSchedule");
    StructuredAbandonedClaims abandoned = abandoned();
    abandoned.forget();
    node.pass(Duration.ofMinutes(9));
    abandoned.forget();
    assertThat(node.agent.prepared.all()).containsOnlyKeys("a");
    node.pass(Duration.ofMinutes(2));
    abandoned.forget();
    assertThat(node.agent.prepared.all()).isEmpty();
    assertThat(taints(gpu.uid())).isEmpty();
  }

  @Test
  void aClaimThatIsGoneIsForgottenByALaterAgentToo() throws IOException {
    goDriverPrepared("a", nameOf(gpu), false);
    start();
    takeOver();
    node.start(); // without the setting

    StructuredAbandonedClaims abandoned = abandoned();
    abandoned.forget();
    node.pass(Duration.ofMinutes(11));
    abandoned.forget();
    assertThat(node.agent.prepared.all()).isEmpty();
    assertThat(node.agent.prepared.deleted()).isEmpty();
  }

  /** An agent that ends between the two writes finds its own claims in the record again. */
  @Test
  void thatAClaimIsGoneIsKnownAlsoIfTheRecordIsTakenOverTwice() throws IOException {
    goDriverPrepared("a", nameOf(gpu), false);
    start();
    takeOver();
    Files.move(taken(), record());

    start();
    takeOver();
    assertThat(node.agent.prepared.deleted()).containsExactly("a");
  }

  private StructuredAbandonedClaims abandoned() {
    return new StructuredAbandonedClaims(
        node.agent.prepared,
        node.structuredClaims,
        node.agent.listed,
        node.informer,
        node.config(),
        node::now);
  }

  @Test
  void aDeviceThatIsNotHereIsLeftOut() throws IOException {
    String away = "0000-99-00-0-0x56c0";
    node.structuredClaims.give("a", result(gpu.uid()), result("v", away));
    node.structuredClaims.give("b", result("r", away));
    goDriverPrepared("a", nameOf(gpu), false);
    goDriverPrepared("b", away, false);
    start();
    takeOver();
    assertThat(node.agent.prepared.all()).containsOnlyKeys("a");
    assertThat(shared().devices().stream().map(Device::getName).collect(Collectors.toSet()))
        .as("nobody's pod is evicted")
        .noneMatch(name -> name.contains("-99-"));
    assertThat(taints(gpu.uid())).containsExactly("gpu.intel.com/in-use:NoSchedule");
  }

  @Test
  void withoutTheSettingTheRecordIsLeftAlone() throws IOException {
    goDriverPrepared("a", nameOf(gpu), false);
    node.start();
    takeOver();
    assertThat(record()).exists();
    assertThat(node.agent.takeOver.isSettled()).isTrue();
    assertThat(node.agent.prepared.all()).isEmpty();
  }

  @Test
  void anOwnClaimInTheGoDriversRecordStaysAsItIs() throws IOException {
    node.structuredClaims.give("a", result(gpu.uid()));
    node.start();
    node.agent.prepared.completeFrom(Map.of());
    assertThat(prepare("a")).isInstanceOf(PrepareResult.Prepared.class);
    PreparedClaim before = node.agent.prepared.find("a").orElseThrow();
    goDriverPrepared("a", "0000-99-00-0-0x56c0", false);
    start();
    takeOver();
    assertThat(node.agent.prepared.find("a")).contains(before);
  }

  private static byte[] makeUnreadable(Path file) throws IOException {
    byte[] content = Files.readAllBytes(file);
    Files.delete(file);
    Files.createDirectory(file);
    return content;
  }

  private void recovers(Path file, byte[] content) throws IOException {
    Files.delete(file);
    Files.write(file, content);
    node.agent.monitor.scan();
    takeOver();
  }

  @Test
  void aGpuThatCannotBeReadForAMomentStaysItsPods() throws IOException {
    node.structuredClaims.give("a", result("r", nameOf(gpu)));
    goDriverPrepared("a", nameOf(gpu), false);
    Path vendor = node.sysfs(gpu, "vendor");
    byte[] content = makeUnreadable(vendor);
    start();
    takeOver();
    recovers(vendor, content);

    node.structuredClaims.give("b", result(gpu.uid()));
    assertThat(node.agent.prepared.all()).containsKey("a");
    assertThat(prepare("b"))
        .as("the pod of claim a is running on it")
        .isInstanceOf(PrepareResult.Failed.class);
  }

  @Test
  void aVfThatCannotBeReadForAMomentStaysItsPods() throws IOException {
    Gpu vf = adminMadeVfs(2).get(1);
    node.structuredClaims.give("a", result("r", goNameOf(vf)));
    goDriverPrepared("a", goNameOf(vf), false);
    Path vendor = node.sysfs(gpu, "virtfn1").toRealPath().resolve("vendor");
    byte[] content = makeUnreadable(vendor);
    start();
    takeOver();
    recovers(vendor, content);

    node.structuredClaims.give("b", result(vf.uid()));
    assertThat(prepare("b")).isInstanceOf(PrepareResult.Failed.class);
  }

  @Test
  void aVfThatCannotBeReadForAMomentIsNotRemoved() throws IOException {
    Gpu vf = adminMadeVfs(2).get(1);
    node.structuredClaims.give("a", result("r", goNameOf(vf)));
    goDriverPrepared("a", goNameOf(vf), false);
    makeUnreadable(node.sysfs(gpu, "virtfn1").toRealPath().resolve("vendor"));
    node.start(node.config().withUnownedVfs(UnownedVfsSetting.REMOVE).withTakeOver());
    takeOver();

    assertThat(node.kernel.numVfs(gpu)).as("a pod uses one of them").isEqualTo(2);
  }
}
