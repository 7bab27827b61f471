package com.intel.dra.gpu.nodeagent.prepare;

import com.intel.dra.gpu.api.AllocatedDevice;
import com.intel.dra.gpu.device.DeviceType;
import com.intel.dra.gpu.device.DeviceUid;
import com.intel.dra.gpu.nodeagent.cdi.GpuCdiDevices;
import com.intel.dra.gpu.nodeagent.claimstatus.ClaimStatuses;
import com.intel.dra.gpu.nodeagent.config.AgentConfig;
import com.intel.dra.gpu.nodeagent.devices.NodeDevices;
import com.intel.dra.gpu.nodeagent.gas.GasInformer;
import com.intel.dra.gpu.nodeagent.metadata.ContainerMetadata;
import com.intel.dra.gpu.nodeagent.publish.PendingAllocations;
import com.intel.dra.gpu.nodeagent.publish.SliceOffer;
import com.intel.dra.gpu.nodeagent.publish.VfChanges;
import com.intel.dra.gpu.nodeagent.state.PreparedClaim;
import com.intel.dra.gpu.nodeagent.state.PreparedClaims;
import com.intel.dra.gpu.nodeagent.state.PreparedResult;
import com.intel.dra.gpu.structured.ClaimResults;
import com.intel.dra.gpu.structured.DeviceName;
import com.intel.dra.gpu.structured.GpuOffer;
import com.intel.dra.gpu.structured.PreparableDevice;
import com.intel.dra.gpu.structured.StructuredApi;
import com.intel.dra.kit.kubelet.api.ClaimReference;
import com.intel.dra.kit.kubelet.api.PrepareResult;
import com.intel.dra.kit.kubelet.api.UnprepareResult;
import com.intel.dra.kit.time.Deadline;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaim;
import io.fabric8.kubernetes.client.KubernetesClientException;
import jakarta.enterprise.inject.Typed;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Prepares claims of structured DRA. The scheduler's allocation is in the claim, which is read from
 * the API server at each call. While the API server is away, a claim that is prepared already is
 * answered from its record. VFs that are to be made are in the GAS as allocated until the claim is
 * prepared.
 */
@Singleton
@Typed(StructuredPreparation.class)
public class StructuredPreparation implements DeadlinePreparer {

  private static final String VF = DeviceType.VF.wireName();

  private final DevicePreparation devices;
  private final PreparedClaims prepared;
  private final PendingAllocations pending;
  private final StructuredClaims claims;
  private final SliceOffer offer;
  private final NodeDevices node;
  private final GasInformer gas;
  private final AgentConfig config;
  private final ClaimStatuses statuses;
  private final ContainerMetadata metadata;

  @Inject
  public StructuredPreparation(
      DevicePreparation devices,
      PreparedClaims prepared,
      PendingAllocations pending,
      StructuredClaims claims,
      SliceOffer offer,
      NodeDevices node,
      GasInformer gas,
      AgentConfig config,
      ClaimStatuses statuses,
      ContainerMetadata metadata) {
    this.devices = devices;
    this.prepared = prepared;
    this.pending = pending;
    this.claims = claims;
    this.offer = offer;
    this.node = node;
    this.gas = gas;
    this.config = config;
    this.statuses = statuses;
    this.metadata = metadata;
  }

  @Override
  public PrepareResult prepare(
      ClaimReference claim, Optional<String> resourceHandle, Deadline deadline) {
    var look = new Look(claim);
    PrepareResult result =
        devices.prepare(claim, () -> announced(claim, ifKnown(claim, look)), deadline);
    if (result instanceof PrepareResult.Prepared) {
      pending.remove(claim.uid());
    }
    statuses.answered(claim, look.lastRead(), result);
    return result instanceof PrepareResult.Prepared answer
        ? metadata.tell(claim, look.lastRead(), answer)
        : result;
  }

  /** Looks at a claim again and again. */
  private final class Look {

    private final ClaimReference claim;
    private Optional<ResourceClaim> lastRead = Optional.empty();

    Look(ClaimReference claim) {
      this.claim = claim;
    }

    WantedClaim wanted(Optional<String> unknown) {
      lastRead = Optional.empty();
      Optional<ResourceClaim> found;
      try {
        found = claims.read(claim.namespace(), claim.name());
      } catch (KubernetesClientException e) {
        return fromItsRecord(claim, e);
      }
      lastRead = found;
      return StructuredPreparation.this.wanted(claim, found, unknown);
    }

    /** Empty if the last look was in vain. */
    Optional<ResourceClaim> lastRead() {
      return lastRead;
    }
  }

  /**
   * A claim gets new devices only when it is known which others use them and how they are shared.
   */
  private WantedClaim ifKnown(ClaimReference claim, Look look) {
    Optional<String> unknown = offer.unknown(); // asked before the look that depends on it
    WantedClaim wanted = look.wanted(unknown);
    return unknown.isPresent()
            && wanted instanceof WantedClaim.Known(PreparedClaim known)
            && !isRecorded(claim, known)
        ? notKnownYet(unknown.get())
        : wanted;
  }

  private static WantedClaim notKnownYet(String unknown) {
    return new WantedClaim.NotKnownYet(
        unknown + "; it is tried again: see the log of the node agent");
  }

  private boolean isRecorded(ClaimReference claim, PreparedClaim wanted) {
    return prepared
        .find(claim.uid())
        .map(PreparedClaim::devices)
        .orElse(List.of())
        .containsAll(wanted.devices());
  }

  /** VFs are made as the GAS says. */
  private WantedClaim announced(ClaimReference claim, WantedClaim wanted) {
    if (wanted instanceof WantedClaim.Known(PreparedClaim known)) {
      boolean othersWaitInVain = pending.removeExcluded(claim.uid(), known.devices());
      boolean hasVfs = known.devices().stream().anyMatch(device -> device.type().equals(VF));
      if (hasVfs) {
        pending.put(claim.uid(), known.devices());
      }
      if (othersWaitInVain || hasVfs) {
        gas.reconcileSoon();
      }
    }
    return wanted;
  }

  @Override
  public UnprepareResult unprepare(ClaimReference claim) {
    if (pending.remove(claim.uid())) {
      gas.reconcileSoon();
    }
    statuses.unprepared(claim);
    UnprepareResult result = devices.unprepare(claim);
    if (result instanceof UnprepareResult.Unprepared) {
      metadata.gone(claim);
    }
    return result;
  }

  private WantedClaim fromItsRecord(ClaimReference claim, KubernetesClientException cause) {
    return prepared
        .find(claim.uid())
        .filter(record -> !record.results().isEmpty())
        .<WantedClaim>map(WantedClaim.Known::new)
        .orElseGet(
            () ->
                new WantedClaim.NotKnownYet(
                    "it could not be read from the API server, and is tried again: "
                        + cause.getMessage()));
  }

  private WantedClaim wanted(
      ClaimReference claim, Optional<ResourceClaim> found, Optional<String> unknown) {
    if (found.isEmpty()) {
      return new WantedClaim.Unknown("there is no such claim any more; delete its pods");
    }
    String uid = found.get().getMetadata().getUid();
    if (!claim.uid().equals(uid)) {
      return new WantedClaim.Unknown(
          "it was deleted, and a newer claim (UID %s) has its name; delete the pods that use the deleted one"
              .formatted(uid));
    }
    String driver = StructuredApi.DRIVER_NAME;
    return switch (ClaimResults.of(found.get(), driver, config.nodeName())) {
      case ClaimResults.NotAllocated _ ->
          new WantedClaim.Unknown(
              "it is not allocated; delete its pods so that it is allocated anew");
      case ClaimResults.NotHere _ ->
          new WantedClaim.Unknown(
              "it was given no device of driver %s on node %s; delete its pods so that it is allocated anew"
                  .formatted(driver, config.nodeName()));
      case ClaimResults.Given(var results, var configurations) when configurations.isEmpty() ->
          wanted(claim, AllocationTime.of(found.get()), results, unknown);
      case ClaimResults.Given(var results, var configurations) ->
          new WantedClaim.Unknown(unknownParameters(driver, configurations.getFirst()));
    };
  }

  /** Their author expects an effect of them, so they are not ignored. */
  private static String unknownParameters(String driver, ClaimResults.Configuration configuration) {
    String of =
        configuration.requests().isEmpty()
            ? "all requests"
            : "request " + String.join(", ", configuration.requests());
    return switch (configuration.source()) {
      case CLASS ->
          "the DeviceClass of %s has opaque parameters (spec.config) for driver %s, which takes none: remove them from the class, and delete the claim's pods so that it is allocated anew"
              .formatted(of, driver);
      case CLAIM ->
          "it has opaque parameters (spec.devices.config) for driver %s, which takes none (they are for %s): create the claim, or its template, without them"
              .formatted(driver, of);
    };
  }

  /**
   * @param unknown what is not known yet and decides which devices there are; empty if all is known
   */
  private WantedClaim wanted(
      ClaimReference claim,
      VfChanges.ClaimTimes times,
      List<ClaimResults.Result> given,
      Optional<String> unknown) {
    GpuOffer now =
        offer
            .current()
            .orElseThrow(() -> new IllegalStateException("asked before the first discovery"));
    var held = new ArrayList<AllocatedDevice>();
    var results = new ArrayList<PreparedResult>();
    for (ClaimResults.Result result : given) {
      Optional<PreparableDevice> device =
          offer
              .givenBefore(now, claim.uid(), result.device(), times)
              .or(() -> now.find(result.device()));
      Optional<PreparedResult> takenOver =
          device.isEmpty() ? takenOver(claim, result.device()) : Optional.empty();
      if (takenOver.isPresent()) {
        held.addAll(heldFor(claim, takenOver.get()));
        results.add(takenOver.get());
        continue;
      }
      if (device.isEmpty() && unknown.isPresent()) {
        return notKnownYet(unknown.get());
      }
      if (device.isEmpty()) {
        return new WantedClaim.Unknown(
            "device %s, which it was given, is not on node %s: see the log of its node agent for what was discovered; bring the device back, or delete the claim's pods so that it is allocated anew"
                .formatted(result.device(), config.nodeName()));
      }
      if (device.get() instanceof PreparableDevice.Monitor && !result.adminAccess()) {
        return new WantedClaim.Unknown(
            "device %s can be used with administrative access only: exclude devices of type monitor in the DeviceClass of request %s, as the DeviceClass gpu.intel.com does"
                .formatted(result.device(), result.request()));
      }
      if (device.get() instanceof PreparableDevice.Monitor(DeviceUid gpu)
          && node.find(gpu.toString()).isEmpty()) {
        return new WantedClaim.Unknown(
            "GPU %s cannot be monitored now, because it is gone or unusable: see the log of its node agent; bring it back, or delete the claim's pods so that it is allocated anew"
                .formatted(gpu));
      }
      if (!result.adminAccess()) {
        device.get().held(result.charge()).ifPresent(held::add);
      }
      results.add(
          new PreparedResult(
              result.request(),
              result.pool(),
              result.device(),
              result.shareId().orElse(""),
              result.adminAccess(),
              cdiDevices(device.get().uid(), result.adminAccess())));
    }
    return new WantedClaim.Known(new PreparedClaim(claim.namespace(), claim.name(), held, results));
  }

  /**
   * What the claim was recorded with when it was taken over from the Go driver, if that driver has
   * another name for the device, as for a VF.
   */
  private Optional<PreparedResult> takenOver(ClaimReference claim, String device) {
    List<String> ofItsName =
        DeviceName.parse(device).stream()
            .map(name -> GpuCdiDevices.KIND.qualifiedName(name.uid().toString()))
            .toList();
    return prepared.find(claim.uid()).stream()
        .flatMap(record -> record.results().stream())
        .filter(result -> result.device().equals(device))
        .filter(result -> result.cdiDevices().stream().noneMatch(ofItsName::contains))
        .findFirst();
  }

  private List<AllocatedDevice> heldFor(ClaimReference claim, PreparedResult result) {
    return prepared.find(claim.uid()).stream()
        .flatMap(record -> record.devices().stream())
        .filter(
            device ->
                !result.adminAccess()
                    && result.cdiDevices().contains(GpuCdiDevices.KIND.qualifiedName(device.uid())))
        .toList();
  }

  /**
   * A claim with administrative access gets the nodes of the GPU's firmware too, and no CDI device
   * for a VF that does not exist.
   */
  private List<String> cdiDevices(DeviceUid uid, boolean adminAccess) {
    String device = GpuCdiDevices.KIND.qualifiedName(uid.toString());
    if (!adminAccess) {
      return List.of(device);
    }
    if (node.find(uid.toString()).isEmpty()) {
      return List.of();
    }
    boolean hasFirmware =
        node.facts().stream()
            .anyMatch(facts -> facts.uid().equals(uid) && !facts.meiNodes().isEmpty());
    return hasFirmware
        ? List.of(device, GpuCdiDevices.KIND.qualifiedName(GpuCdiDevices.firmwareName(uid)))
        : List.of(device);
  }
}
