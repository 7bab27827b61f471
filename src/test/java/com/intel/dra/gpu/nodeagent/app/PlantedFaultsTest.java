package com.intel.dra.gpu.nodeagent.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.api.ClaimAllocation;
import com.intel.dra.gpu.device.DeviceType;
import com.intel.dra.gpu.device.Gpu;
import com.intel.dra.gpu.mode.DraMode;
import com.intel.dra.gpu.selfcheck.compare.ClaimDisagreement;
import com.intel.dra.gpu.selfcheck.compare.DeviceDisagreement;
import com.intel.dra.gpu.selfcheck.compare.Disagreement;
import com.intel.dra.gpu.selfcheck.compare.PluginDisagreement;
import com.intel.dra.gpu.selfcheck.compare.VfDisagreement;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The self-check finds each fault that the test makes in a node's files, hardware or objects. */
class PlantedFaultsTest {

  @TempDir Path root;

  private VfNode node;
  private TestingObserver observer;
  private Gpu split;
  private Gpu shared;

  /**
   * Starts a node with a GPU split into VFs, one of which is in use, and a GPU that two claims
   * share.
   */
  @BeforeEach
  void busyNodeOfWhichAllSayTheSame() throws IOException {
    node = VfNode.stepByStep(root);
    split = node.flex170(3);
    node.start();
    node.settle();
    node.allocateVfs("vf", 1, 2000);
    node.settle();
    shared = node.flex170(4);
    node.settle();
    node.allocate("a", DeviceType.GPU, 1, 4000);
    node.allocate("b", DeviceType.GPU, 1, 4000);
    List.of("vf", "a", "b").forEach(node::prepared);
    node.settle();
    observer = new TestingObserver(node, DraMode.CLASSIC);
    assertThat(observer.disagreements()).isEmpty();
  }

  @Test
  void aDamagedRecordOfPreparedClaims() throws IOException {
    Files.writeString(state("prepared-claims.json"), "{\"version\": 2}");

    found(PluginDisagreement.PreparedClaimsUnreadable.class);
  }

  @Test
  void aRecordOfPreparedClaimsThatWasDeleted() throws IOException {
    Files.delete(state("prepared-claims.json"));

    found(ClaimDisagreement.PreparedInGasAlone.class);
  }

  @Test
  void aDamagedRecordOfSplitGpus() throws IOException {
    Files.writeString(state("vf-hosts.json"), "no JSON");
    found(PluginDisagreement.VfRecordsUnreadable.class);
  }

  @Test
  void whatAKilledAgentLeft() throws IOException {
    Files.createFile(state(".vf-hosts.json.1.tmp"));

    found(PluginDisagreement.LeftoverFile.class);
  }

  @Test
  void aCdiSpecThatSomebodyEdited() throws IOException {
    Path spec = node.config().cdiRoot().resolve("intel.com-gpu.yaml");
    String before = Files.readString(spec);
    String card = "card" + shared.drmNodes().cardIndex() + "\"";

    Files.writeString(spec, before.replace(card, "card63\""));
    found(DeviceDisagreement.CdiNodesDiffer.class);

    Files.writeString(spec, before.replace(shared.uid().toString(), "0000:ff:00.0-0x56c0"));
    found(DeviceDisagreement.CdiDeviceMissing.class);
    found(DeviceDisagreement.CdiDeviceGone.class);

    Files.writeString(spec, "a: [");
    found(DeviceDisagreement.CdiSpecUnreadable.class);

    Files.writeString(spec, before);
    Files.writeString(node.config().cdiRoot().resolve("other.json"), json(before));
    found(DeviceDisagreement.CdiDeviceTwice.class);
  }

  private String json(String spec) {
    assertThat(spec).contains(shared.uid().toString());
    return "{\"kind\": \"intel.com/gpu\", \"devices\": [{\"name\": \"%s\"}]}"
        .formatted(shared.uid());
  }

  @Test
  void vfsThatSomebodyRemoved() throws IOException {
    node.kernel.write(file(split, "sriov_numvfs"), "0");

    found(VfDisagreement.HeldVfMissing.class);
    found(VfDisagreement.VfRecordWithoutVfs.class);
    found(DeviceDisagreement.OfferedDeviceGone.class);
  }

  @Test
  void quotasThatSomebodyLeft() throws IOException {
    Path quota =
        file(
            shared,
            "drm/card%d/prelim_iov/vf1/gt/exec_quantum_ms"
                .formatted(shared.drmNodes().cardIndex()));
    node.kernel.write(quota, "32");

    found(VfDisagreement.QuotasLeft.class);
  }

  @Test
  void vfsThatNobodyHoldsAnyMore() {
    node.unprepare("vf");
    node.release("vf");
    node.reconcile(); // decides and writes it into the GAS; the work on the hardware is not done

    found(VfDisagreement.VfsWithoutHolder.class);
  }

  @Test
  void anAllocationThatTheGasLostAndOneThatNobodyHas() {
    node.gas.release("a");
    found(ClaimDisagreement.ClaimNotInGas.class);

    node.gas.allocate("nobody", new ClaimAllocation(node.devicesOf("vf"), ""));
    found(ClaimDisagreement.AllocationWithoutClaim.class);
    found(ClaimDisagreement.DeviceHeldTwice.class);
  }

  private void found(Class<? extends Disagreement> kind) {
    assertThat(observer.disagreements()).hasAtLeastOneElementOfType(kind);
  }

  private Path state(String name) {
    return node.config().stateDir().orElseThrow().resolve(name);
  }

  private Path file(Gpu gpu, String name) {
    return node.kernel.root().resolve("bus/pci/devices/" + gpu.address()).resolve(name);
  }
}
