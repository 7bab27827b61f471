package com.intel.dra.gpu.nodeagent.takeover;

import com.intel.dra.gpu.api.AllocatedDevice;
import com.intel.dra.gpu.device.DeviceType;
import com.intel.dra.gpu.device.DeviceUid;
import com.intel.dra.gpu.device.Gpu;
import com.intel.dra.gpu.nodeagent.cdi.GpuCdiDevices;
import com.intel.dra.gpu.nodeagent.state.PreparedClaim;
import com.intel.dra.gpu.nodeagent.state.PreparedResult;
import com.intel.dra.gpu.structured.ClaimResults;
import com.intel.dra.gpu.structured.DeviceName;
import com.intel.dra.gpu.structured.StructuredApi;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaim;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The claims of the Go driver's record, as this driver records them.
 *
 * @param byUid the claims that hold devices of this node, or have administrative access to some
 * @param gone those of them that the API server does not have any more, so that only their
 *     containers may still be ending
 * @param notHere the names of devices that are not here now, or that no kernel driver for GPUs
 *     serves: nothing of them can be offered either
 */
record TakenOverClaims(Map<String, PreparedClaim> byUid, Set<String> gone, Set<String> notHere) {

  TakenOverClaims {
    byUid = Map.copyOf(byUid);
    gone = Set.copyOf(gone);
  }

  /**
   * @param known the devices of the node
   * @param atApiServer the claims of the record that the API server has, by UID
   */
  static TakenOverClaims of(
      GoDriverRecord record, List<Gpu> known, Map<String, ResourceClaim> atApiServer, String node) {
    var byUid = new TreeMap<String, PreparedClaim>();
    var gone = new TreeSet<String>();
    var notHere = new TreeSet<String>();
    record
        .claims()
        .forEach(
            (uid, devices) -> {
              Optional<ResourceClaim> claim = Optional.ofNullable(atApiServer.get(uid));
              List<ClaimResults.Result> given = claim.map(of -> given(of, node)).orElse(List.of());
              List<AllocatedDevice> held = held(devices, given, known, notHere);
              List<PreparedResult> results = results(given, known);
              if (held.isEmpty() && results.isEmpty()) {
                return;
              }
              if (claim.isEmpty()) {
                gone.add(uid);
              }
              byUid.put(
                  uid,
                  new PreparedClaim(
                      claim.map(of -> of.getMetadata().getNamespace()).orElse(""),
                      claim.map(of -> of.getMetadata().getName()).orElse(""),
                      held,
                      results));
            });
    return new TakenOverClaims(byUid, gone, notHere);
  }

  private static List<ClaimResults.Result> given(ResourceClaim claim, String node) {
    return switch (ClaimResults.of(claim, StructuredApi.DRIVER_NAME, node)) {
      case ClaimResults.Given(var results, var _) -> results;
      case ClaimResults.NotAllocated _, ClaimResults.NotHere _ -> List.of();
    };
  }

  /** The older forms of the record do not say which devices are only for administrative access. */
  private static List<AllocatedDevice> held(
      List<GoDriverRecord.Device> devices,
      List<ClaimResults.Result> given,
      List<Gpu> known,
      Set<String> notHere) {
    Set<String> forAdmins =
        given.stream()
            .filter(ClaimResults.Result::adminAccess)
            .map(ClaimResults.Result::device)
            .collect(Collectors.toSet());
    var held = new ArrayList<AllocatedDevice>();
    for (GoDriverRecord.Device device : devices) {
      if (device.adminAccess() || forAdmins.contains(device.name())) {
        continue;
      }
      find(device.uid(), known)
          .ifPresentOrElse(
              gpu -> held.add(held(gpu)),
              () -> {
                notHere.add(device.name());
              });
    }
    return List.copyOf(held);
  }

  private static AllocatedDevice held(Gpu device) {
    return new AllocatedDevice(
        device.memoryMiB(),
        device.uid().parent().map(DeviceUid::toString).orElse(""),
        "",
        device.type().wireName(),
        device.uid().toString());
  }

  /** Returns none unless all devices are here: the claim is then read again when it is prepared. */
  private static List<PreparedResult> results(List<ClaimResults.Result> given, List<Gpu> known) {
    var results = new ArrayList<PreparedResult>();
    for (ClaimResults.Result result : given) {
      Optional<Gpu> device =
          DeviceName.parse(result.device()).flatMap(name -> find(name.uid(), known));
      if (device.isEmpty()) {
        return List.of();
      }
      results.add(
          new PreparedResult(
              result.request(),
              result.pool(),
              result.device(),
              result.shareId().orElse(""),
              result.adminAccess(),
              List.of(GpuCdiDevices.KIND.qualifiedName(device.get().uid().toString()))));
    }
    return List.copyOf(results);
  }

  /** The Go driver names a VF by its own address; its PCI id may be that of its GPU or another. */
  private static Optional<Gpu> find(DeviceUid named, List<Gpu> known) {
    return known.stream()
        .filter(
            device ->
                device.type() == DeviceType.VF
                    ? device.address().equals(named.address())
                    : device.uid().equals(named))
        .findFirst();
  }
}
