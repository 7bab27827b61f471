package com.intel.dra.gpu.selfcheck.compare;

import com.intel.dra.gpu.api.AllocatableDevice;
import com.intel.dra.gpu.api.ClaimAllocation;
import com.intel.dra.gpu.device.DeviceType;
import com.intel.dra.gpu.device.DeviceUid;
import com.intel.dra.gpu.device.Gpu;
import com.intel.dra.gpu.mode.DraMode;
import com.intel.dra.gpu.nodeagent.state.VfHostRecord;
import com.intel.dra.gpu.selfcheck.look.NodeSnapshot;
import com.intel.dra.gpu.selfcheck.look.SnapshotParts;
import com.intel.dra.kit.kubelet.server.PluginSocket;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** One fault of a node, and the disagreement by which it is found. */
public enum SnapshotFault {
  GAS_DELETED(PluginDisagreement.GasMissing.class) {
    @Override
    public boolean plant(SnapshotParts node, Random random) {
      node.gasIsThere = false;
      return true;
    }
  },
  GAS_NOT_READY(PluginDisagreement.GasNotReady.class) {
    @Override
    public boolean plant(SnapshotParts node, Random random) {
      node.ready = false;
      return true;
    }
  },
  DEVICE_WITHHELD(DeviceDisagreement.DeviceNotOffered.class) {
    @Override
    public boolean plant(SnapshotParts node, Random random) {
      return any(node.allocatable.keySet(), random).map(node.allocatable::remove).isPresent();
    }
  },
  GHOST_OFFERED(DeviceDisagreement.OfferedDeviceGone.class) {
    @Override
    public boolean plant(SnapshotParts node, Random random) {
      node.allocatable.put(GHOST, new AllocatableDevice(0, 1, "0x56c0", "", "gpu", GHOST));
      return true;
    }
  },
  WRONG_MEMORY_OFFERED(DeviceDisagreement.OfferDiffers.class) {
    @Override
    public boolean plant(SnapshotParts node, Random random) {
      return change(
          node,
          random,
          was ->
              new AllocatableDevice(
                  was.maxVfs(),
                  was.memory() + 1,
                  was.model(),
                  was.parentUid(),
                  was.type(),
                  was.uid()));
    }
  },
  WRONG_MAX_VFS_OFFERED(DeviceDisagreement.OfferDiffers.class) {
    @Override
    public boolean plant(SnapshotParts node, Random random) {
      return change(
          node,
          random,
          was ->
              new AllocatableDevice(
                  was.maxVfs() + 1,
                  was.memory(),
                  was.model(),
                  was.parentUid(),
                  was.type(),
                  was.uid()));
    }
  },
  CDI_DEVICE_LOST(DeviceDisagreement.CdiDeviceMissing.class) {
    @Override
    public boolean plant(SnapshotParts node, Random random) {
      return any(node.spec.keySet(), random).map(node.spec::remove).isPresent();
    }
  },
  CDI_GHOST(DeviceDisagreement.CdiDeviceGone.class) {
    @Override
    public boolean plant(SnapshotParts node, Random random) {
      node.spec.put(GHOST, List.of("/dev/dri/card63"));
      return true;
    }
  },
  CDI_OTHER_NODES(DeviceDisagreement.CdiNodesDiffer.class) {
    @Override
    public boolean plant(SnapshotParts node, Random random) {
      return any(node.spec.keySet(), random)
          .map(device -> node.spec.put(device, List.of("/dev/dri/card63")))
          .isPresent();
    }
  },
  CDI_TWO_FILES(DeviceDisagreement.CdiDeviceTwice.class) {
    @Override
    public boolean plant(SnapshotParts node, Random random) {
      return any(node.spec.keySet(), random)
          .map(
              device -> {
                node.elsewhere.put(Path.of("/var/run/cdi/other.yaml"), Set.of(device));
                return device;
              })
          .isPresent();
    }
  },
  CDI_BROKEN(DeviceDisagreement.CdiSpecUnreadable.class) {
    @Override
    public boolean plant(SnapshotParts node, Random random) {
      node.cdiUnreadable = Optional.of("it is no YAML");
      return true;
    }
  },
  DEVICE_NOT_PUBLISHED(DeviceDisagreement.DeviceNotPublished.class) {
    @Override
    public boolean plant(SnapshotParts node, Random random) {
      return node.mode == DraMode.STRUCTURED
          && any(node.published, random).map(node.published::remove).isPresent();
    }
  },
  GHOST_PUBLISHED(DeviceDisagreement.PublishedDeviceGone.class) {
    @Override
    public boolean plant(SnapshotParts node, Random random) {
      node.published.add("0000-ff-00-0-0x56c0");
      return node.mode == DraMode.STRUCTURED;
    }
  },
  SLICE_DELETED(DeviceDisagreement.SlicesIncomplete.class) {
    @Override
    public boolean plant(SnapshotParts node, Random random) {
      node.announcedSlices++;
      return node.mode == DraMode.STRUCTURED;
    }
  },
  HELD_VF_LOST(VfDisagreement.HeldVfMissing.class) {
    @Override
    public boolean plant(SnapshotParts node, Random random) {
      return heldVf(node, random)
          .filter(vf -> node.devices.removeIf(device -> device.uid().equals(vf)))
          .isPresent();
    }
  },
  HELD_VF_SHRUNK(VfDisagreement.HeldVfTooSmall.class) {
    @Override
    public boolean plant(SnapshotParts node, Random random) {
      Optional<DeviceUid> vf = heldVf(node, random);
      vf.ifPresent(
          held ->
              node.sriov.computeIfPresent(
                  held.parent().orElseThrow(),
                  (_, was) ->
                      new NodeSnapshot.Sriov(
                          was.numVfs(), Map.of(held.vfIndex().orElseThrow(), 1L), was.changed())));
      return vf.isPresent();
    }
  },
  VFS_LEAKED(VfDisagreement.VfsWithoutHolder.class) {
    @Override
    public boolean plant(SnapshotParts node, Random random) {
      Optional<DeviceUid> gpu = plainGpu(node, random);
      gpu.ifPresent(
          leaking -> {
            node.vfHosts.put(leaking.toString(), new VfHostRecord("flex170_m4", 4_000, true));
            node.sriov.put(
                leaking, new NodeSnapshot.Sriov(OptionalInt.of(4), Map.of(), List.of("quota=1")));
          });
      return gpu.isPresent();
    }
  },
  FOREIGN_VFS_UNWANTED(VfDisagreement.VfsWithoutHolder.class) {
    @Override
    public boolean plant(SnapshotParts node, Random random) {
      Optional<DeviceUid> gpu = plainGpu(node, random);
      gpu.ifPresent(
          split ->
              node.sriov.put(
                  split, new NodeSnapshot.Sriov(OptionalInt.of(4), Map.of(), List.of())));
      node.removesForeignVfs = true;
      return gpu.isPresent();
    }
  },
  VF_RECORD_LEFT(VfDisagreement.VfRecordWithoutVfs.class) {
    @Override
    public boolean plant(SnapshotParts node, Random random) {
      return plainGpu(node, random)
          .map(
              gpu -> {
                node.vfHosts.put(gpu.toString(), new VfHostRecord("flex170_m4", 4_000, true));
                return gpu;
              })
          .isPresent();
    }
  },
  VF_RECORD_OF_NO_GPU(VfDisagreement.VfRecordWithoutVfs.class) {
    @Override
    public boolean plant(SnapshotParts node, Random random) {
      node.vfHosts.put(GHOST, new VfHostRecord("flex170_m4", 4_000, true));
      return true;
    }
  },
  VFS_HALF_MADE(VfDisagreement.VfsUnfinished.class) {
    @Override
    public boolean plant(SnapshotParts node, Random random) {
      return any(node.sriov.keySet().stream().map(DeviceUid::toString).toList(), random)
          .map(
              gpu -> {
                node.vfHosts.put(gpu, new VfHostRecord("flex170_m4", 4_000, false));
                return gpu;
              })
          .isPresent();
    }
  },
  QUOTAS_LEFT(VfDisagreement.QuotasLeft.class) {
    @Override
    public boolean plant(SnapshotParts node, Random random) {
      Optional<DeviceUid> gpu = plainGpu(node, random);
      gpu.ifPresent(
          spoilt ->
              node.sriov.put(
                  spoilt,
                  new NodeSnapshot.Sriov(
                      OptionalInt.of(0), Map.of(), List.of("iov/pf/auto_provisioning=0"))));
      return gpu.isPresent();
    }
  },
  VF_RECORDS_DAMAGED(PluginDisagreement.VfRecordsUnreadable.class) {
    @Override
    public boolean plant(SnapshotParts node, Random random) {
      node.vfHostsUnreadable = Optional.of("its checksum is wrong");
      return true;
    }
  },
  PREPARED_CLAIMS_DAMAGED(PluginDisagreement.PreparedClaimsUnreadable.class) {
    @Override
    public boolean plant(SnapshotParts node, Random random) {
      node.preparedUnreadable = Optional.of("its checksum is wrong");
      return true;
    }
  },
  FILES_OF_ANOTHER_BOOT(PluginDisagreement.PreparedClaimsUnreadable.class) {
    @Override
    public boolean plant(SnapshotParts node, Random random) {
      node.bootOfFiles = "boot-0";
      return true;
    }
  },
  PREPARED_CLAIMS_LOST(PluginDisagreement.PreparedClaimsIncomplete.class) {
    @Override
    public boolean plant(SnapshotParts node, Random random) {
      node.preparedComplete = false;
      return true;
    }
  },
  PREPARED_NOT_TOLD(ClaimDisagreement.PreparedNotInGas.class) {
    @Override
    public boolean plant(SnapshotParts node, Random random) {
      return any(node.preparedInGas.keySet(), random).map(node.preparedInGas::remove).isPresent();
    }
  },
  UNPREPARED_NOT_TOLD(ClaimDisagreement.PreparedInGasAlone.class) {
    @Override
    public boolean plant(SnapshotParts node, Random random) {
      return any(node.prepared.keySet(), random).map(node.prepared::remove).isPresent();
    }
  },
  PREPARED_TOLD_WRONGLY(ClaimDisagreement.PreparedDiffers.class) {
    @Override
    public boolean plant(SnapshotParts node, Random random) {
      return any(node.preparedInGas.keySet(), random)
          .map(claim -> node.preparedInGas.put(claim, List.of()))
          .isPresent();
    }
  },
  CLAIM_DELETED_AND_PREPARED(ClaimDisagreement.PreparedWithoutAllocation.class) {
    @Override
    public boolean plant(SnapshotParts node, Random random) {
      return any(node.prepared.keySet(), random).map(node.claims::remove).isPresent();
    }
  },
  CLAIM_GIVEN_OTHER_DEVICES(ClaimDisagreement.PreparedOtherDevices.class) {
    @Override
    public boolean plant(SnapshotParts node, Random random) {
      return any(node.prepared.keySet(), random).map(claim -> giveGhost(node, claim)).isPresent();
    }
  },
  ALLOCATION_FORGOTTEN(ClaimDisagreement.ClaimNotInGas.class) {
    @Override
    public boolean plant(SnapshotParts node, Random random) {
      return node.mode == DraMode.CLASSIC
          && any(node.allocations.keySet(), random).map(node.allocations::remove).isPresent();
    }
  },
  ALLOCATION_LEAKED(ClaimDisagreement.AllocationWithoutClaim.class) {
    @Override
    public boolean plant(SnapshotParts node, Random random) {
      return any(node.allocations.keySet(), random).map(node.claims::remove).isPresent();
    }
  },
  ALLOCATION_OF_OTHER_DEVICES(ClaimDisagreement.AllocationDiffers.class) {
    @Override
    public boolean plant(SnapshotParts node, Random random) {
      return any(node.allocations.keySet(), random)
          .map(claim -> giveGhost(node, claim))
          .isPresent();
    }
  },
  VF_GIVEN_TWICE(ClaimDisagreement.DeviceHeldTwice.class) {
    @Override
    public boolean plant(SnapshotParts node, Random random) {
      Optional<DeviceUid> vf = heldVf(node, random);
      vf.ifPresent(held -> node.addClaim("second", held, 1, random.nextBoolean()));
      return vf.isPresent();
    }
  },
  SPLIT_GPU_GIVEN_AS_A_WHOLE(ClaimDisagreement.DeviceHeldTwice.class) {
    @Override
    public boolean plant(SnapshotParts node, Random random) {
      Optional<DeviceUid> vf = heldVf(node, random);
      vf.ifPresent(held -> node.addClaim("whole", held.parent().orElseThrow(), 1, false));
      return vf.isPresent();
    }
  },
  GPU_OVERCOMMITTED(ClaimDisagreement.DeviceOvercommitted.class) {
    @Override
    public boolean plant(SnapshotParts node, Random random) {
      Optional<DeviceUid> gpu =
          any(node.sriov.keySet().stream().map(DeviceUid::toString).toList(), random)
              .flatMap(DeviceUid::parse);
      gpu.ifPresent(
          full -> node.addClaim("greedy", full, SnapshotParts.GPU_MIB + 1, random.nextBoolean()));
      return gpu.isPresent();
    }
  },
  SOCKET_REMOVED(PluginDisagreement.SocketMissing.class) {
    @Override
    public boolean plant(SnapshotParts node, Random random) {
      node.sockets.remove(random.nextInt(node.sockets.size()));
      return true;
    }
  },
  SOCKET_OF_A_KILLED_AGENT(PluginDisagreement.SocketStale.class) {
    @Override
    public boolean plant(SnapshotParts node, Random random) {
      node.sockets.add(
          new PluginSocket(Path.of("/plugin/dra-old.sock"), PluginSocket.Kind.PLUGIN, false));
      return true;
    }
  },
  WRITE_CUT_SHORT(PluginDisagreement.LeftoverFile.class) {
    @Override
    public boolean plant(SnapshotParts node, Random random) {
      node.leftovers.add(Path.of("/state/.prepared-claims.json.1.tmp"));
      return true;
    }
  };

  private static final String GHOST = "0000:ff:00.0-0x56c0";

  private final Class<? extends Disagreement> kind;

  SnapshotFault(Class<? extends Disagreement> kind) {
    this.kind = kind;
  }

  Class<? extends Disagreement> kind() {
    return kind;
  }

  /**
   * @return false if the node has nothing that this fault applies to
   */
  public abstract boolean plant(SnapshotParts node, Random random);

  private static <T> Optional<T> any(Collection<T> all, Random random) {
    return all.isEmpty()
        ? Optional.empty()
        : Optional.of(List.copyOf(all).get(random.nextInt(all.size())));
  }

  private static boolean change(
      SnapshotParts node, Random random, UnaryOperator<AllocatableDevice> change) {
    return any(node.allocatable.keySet(), random)
        .map(uid -> node.allocatable.computeIfPresent(uid, (_, was) -> change.apply(was)))
        .isPresent();
  }

  private static Optional<DeviceUid> heldVf(SnapshotParts node, Random random) {
    return any(
        node.allocations.values().stream()
            .map(ClaimAllocation::gpus)
            .flatMap(List::stream)
            .filter(device -> device.type().equals(DeviceType.VF.wireName()))
            .filter(device -> device.memory() > 0)
            .flatMap(device -> DeviceUid.parse(device.uid()).stream())
            .toList(),
        random);
  }

  /** A GPU without VFs that no claim holds. */
  private static Optional<DeviceUid> plainGpu(SnapshotParts node, Random random) {
    Predicate<DeviceUid> hasVfs =
        gpu ->
            Stream.of(node.devices)
                .flatMap(List::stream)
                .map(Gpu::uid)
                .anyMatch(device -> device.parent().equals(Optional.of(gpu)));
    return any(node.sriov.keySet().stream().filter(hasVfs.negate()).toList(), random);
  }

  private static String giveGhost(SnapshotParts node, String claim) {
    node.claims.put(claim, new NodeSnapshot.ClaimHere("default/" + claim, Set.of(GHOST), true));
    return claim;
  }
}
