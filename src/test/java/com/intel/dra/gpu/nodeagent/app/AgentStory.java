package com.intel.dra.gpu.nodeagent.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.device.DeviceType;
import com.intel.dra.gpu.device.DeviceUid;
import com.intel.dra.gpu.mode.DraMode;
import com.intel.dra.gpu.structured.DeviceName;
import com.intel.dra.gpu.sysfs.sriov.FakeKernel.Driver;
import com.intel.dra.kit.kubelet.api.PrepareResult;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceRequestAllocationResult;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;

/** Sequences of events on a node: claims that arrive, are used and are released. */
enum AgentStory {
  GPUS_ARE_SHARED(
      DraMode.CLASSIC,
      new Act.Allocate("a", DeviceType.GPU, 1, 4000),
      new Act.Allocate("b", DeviceType.GPU, 1, 4000),
      new Act.Prepare("a"),
      new Act.Prepare("b"),
      new Act.Unprepare("a"),
      new Act.Release("a"),
      new Act.Unprepare("b"),
      new Act.Release("b")),

  VFS_COME_AND_GO(
      DraMode.CLASSIC,
      new Act.Allocate("a", DeviceType.VF, 1, 7000),
      new Act.Prepare("a"),
      new Act.Allocate("b", DeviceType.VF, 1, 7000),
      new Act.Prepare("b"),
      new Act.Unprepare("a"),
      new Act.Release("a"),
      new Act.Unprepare("b"),
      new Act.Release("b")),

  VFS_MAKE_ROOM_FOR_A_GPU(
      DraMode.CLASSIC,
      new Act.Allocate("a", DeviceType.VF, 4, 7000),
      new Act.Prepare("a"),
      new Act.Unprepare("a"),
      new Act.Release("a"),
      new Act.Allocate("b", DeviceType.GPU, 2, 16_000),
      new Act.Prepare("b"),
      new Act.Unprepare("b"),
      new Act.Release("b")),

  THE_SCHEDULER_GIVES_GPUS(
      DraMode.STRUCTURED,
      new Act.Give("a", 0),
      new Act.Prepare("a"),
      new Act.Give("b", 1),
      new Act.Prepare("b"),
      new Act.Unprepare("a"),
      new Act.Release("a"),
      new Act.Unprepare("b"),
      new Act.Release("b")),

  THE_SCHEDULER_GIVES_VFS(
      DraMode.STRUCTURED,
      new Act.Give("a", 1, 0),
      new Act.Prepare("a"),
      new Act.Give("b", 1, 3),
      new Act.Prepare("b"),
      new Act.Unprepare("a"),
      new Act.Release("a"),
      new Act.Unprepare("b"),
      new Act.Release("b")),

  THE_SCHEDULER_GIVES_VFS_AND_THEN_THEIR_GPU(
      DraMode.STRUCTURED,
      new Act.Give("a", 1, 2),
      new Act.Prepare("a"),
      new Act.Unprepare("a"),
      new Act.Release("a"),
      new Act.Give("b", 1),
      new Act.Prepare("b"),
      new Act.Unprepare("b"),
      new Act.Release("b"));

  /** Something that happens to the agent from outside. */
  sealed interface Act {

    /** The controller writes an allocation into the GAS. */
    record Allocate(String claim, DeviceType type, int count, int memoryMiB) implements Act {}

    /**
     * The scheduler writes an allocation into the claim.
     *
     * @param vf the index of a VF; none for the GPU itself
     */
    record Give(String claim, int gpu, int... vf) implements Act {}

    /** The kubelet repeats its call until the claim is prepared. */
    record Prepare(String claim) implements Act {}

    record Unprepare(String claim) implements Act {}

    /** The claim is deallocated. */
    record Release(String claim) implements Act {}
  }

  /** How often a kubelet calls before the test gives up. */
  private static final int PATIENCE = 5;

  private final DraMode mode;
  private final List<Act> acts;

  AgentStory(DraMode mode, Act... acts) {
    this.mode = mode;
    this.acts = List.of(acts);
  }

  DraMode mode() {
    return mode;
  }

  List<Act> acts() {
    return acts;
  }

  /** Adds one GPU of each kernel interface. */
  static void addGpus(VfNode node) throws IOException {
    node.add(Driver.I915, 3, "0x56c0", 16_384, 2);
    node.add(Driver.XE, 4, "0x56c0", 16_384, 4);
  }

  /** Carries out an act, even if it was begun before. */
  static void carryOut(Act act, VfNode node) {
    switch (act) {
      case Act.Allocate(String claim, DeviceType type, int count, int memoryMiB) ->
          assertThat(
                  !node.devicesOf(claim).isEmpty() || node.allocate(claim, type, count, memoryMiB))
              .as("there is room for %s", claim)
              .isTrue();
      case Act.Give(String claim, int gpu, int[] vf) ->
          node.structuredClaims.give(claim, result(node.gpus.get(gpu).uid(), vf));
      case Act.Prepare(String claim) -> {
        PrepareResult last = node.prepare(claim);
        for (int i = 0; i < PATIENCE && !(last instanceof PrepareResult.Prepared); i++) {
          node.settle();
          last = node.prepare(claim);
        }
        assertThat(last).as("prepared: %s", claim).isInstanceOf(PrepareResult.Prepared.class);
      }
      case Act.Unprepare(String claim) -> node.unprepare(claim);
      case Act.Release(String claim) -> {
        node.structuredClaims.delete(claim);
        if (!node.devicesOf(claim).isEmpty()) {
          node.release(claim);
        }
      }
    }
  }

  private static DeviceRequestAllocationResult[] result(DeviceUid gpu, int[] vf) {
    Stream<DeviceUid> devices =
        vf.length == 0 ? Stream.of(gpu) : java.util.Arrays.stream(vf).mapToObj(gpu::vf);
    return devices
        .map(device -> AgentFixtures.result("gpu", DeviceName.of(device).toString()))
        .toArray(DeviceRequestAllocationResult[]::new);
  }
}
