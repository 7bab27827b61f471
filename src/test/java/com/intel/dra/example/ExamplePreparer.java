package com.intel.dra.example;

import com.intel.dra.kit.cdi.CdiFolder;
import com.intel.dra.kit.cdi.CdiKind;
import com.intel.dra.kit.cdi.CdiSpecFile;
import com.intel.dra.kit.kubelet.api.ClaimPreparer;
import com.intel.dra.kit.kubelet.api.ClaimReference;
import com.intel.dra.kit.kubelet.api.PrepareResult;
import com.intel.dra.kit.kubelet.api.PreparedDevice;
import com.intel.dra.kit.kubelet.api.UnprepareResult;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceRequestAllocationResult;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaim;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Prepares claims: each of their lamps gets an entry in the CDI spec. The spec is the only record,
 * which two instances of the driver share; it is gone after a reboot, like the containers.
 */
final class ExamplePreparer implements ClaimPreparer {

  private static final CdiKind KIND = new CdiKind("example.com", "lamp");

  private final ExampleDevices devices;
  private final Function<ClaimReference, Optional<ResourceClaim>> claims;
  private final CdiFolder folder;
  private final CdiSpecFile spec;

  /**
   * @param claims reads a claim by namespace and name from the API server
   */
  ExamplePreparer(
      ExampleDevices devices,
      Function<ClaimReference, Optional<ResourceClaim>> claims,
      Path cdiFolder) {
    this.devices = devices;
    this.claims = claims;
    this.folder = new CdiFolder(cdiFolder, KIND);
    this.spec = new CdiSpecFile(cdiFolder, KIND);
  }

  @Override
  public PrepareResult prepare(ClaimReference claim, Optional<String> resourceHandle) {
    try {
      List<DeviceRequestAllocationResult> lamps =
          claims
              .apply(claim)
              .filter(found -> found.getMetadata().getUid().equals(claim.uid()))
              .map(ExamplePreparer::allocated)
              .orElse(List.of());
      return lamps.isEmpty()
          ? new PrepareResult.Failed(claim + " is gone, or has no lamp: delete the pod")
          : spec.exclusively(() -> prepare(claim.uid(), lamps));
    } catch (KubernetesClientException | IOException e) {
      return new PrepareResult.Failed("cannot prepare %s: %s".formatted(claim, e.getMessage()));
    }
  }

  private PrepareResult prepare(String uid, List<DeviceRequestAllocationResult> lamps)
      throws IOException {
    Set<String> names = preparedNames();
    for (DeviceRequestAllocationResult lamp : lamps) {
      String name = cdiName(uid, lamp.getDevice());
      Optional<String> obstacle =
          names.contains(name) ? Optional.empty() : obstacle(lamp.getDevice(), names);
      if (obstacle.isPresent()) {
        return new PrepareResult.Failed(lamp.getDevice() + ": " + obstacle.get());
      }
      names.add(name);
    }
    publish(names);
    return new PrepareResult.Prepared(lamps.stream().map(lamp -> prepared(uid, lamp)).toList());
  }

  /** Kubernetes tries to give a lamp to one claim only; the driver sees to it. */
  private Optional<String> obstacle(String lamp, Set<String> names) {
    return names.stream()
        .filter(name -> name.endsWith(":" + lamp))
        .findFirst()
        .map(name -> "another claim still has it, as " + name)
        .or(() -> devices.defect(lamp));
  }

  @Override
  public UnprepareResult unprepare(ClaimReference claim) {
    try {
      return spec.exclusively(
          () -> {
            Set<String> names = preparedNames();
            names.removeIf(name -> name.startsWith(cdiName(claim.uid(), "")));
            publish(names);
            return new UnprepareResult.Unprepared();
          });
    } catch (IOException e) {
      return new UnprepareResult.Failed("cannot unprepare %s: %s".formatted(claim, e.getMessage()));
    }
  }

  private Set<String> preparedNames() throws IOException {
    return switch (folder.spec()) {
      case CdiFolder.Content.Devices(var byName) -> new TreeSet<>(byName.keySet());
      case CdiFolder.Content.Unreadable(String reason) ->
          throw new IOException(folder.specFile() + " cannot be read: " + reason);
    };
  }

  private void publish(Set<String> names) throws IOException {
    spec.publish(names.stream().map(ExampleDevices::cdiDevice).toList());
  }

  /** With the claim's UID, so that no runtime finds an older device of this name in its cache. */
  static String cdiName(String uid, String lamp) {
    return uid + ":" + lamp;
  }

  private static PreparedDevice prepared(String uid, DeviceRequestAllocationResult lamp) {
    return new PreparedDevice(
        List.of(lamp.getRequest()),
        lamp.getPool(),
        lamp.getDevice(),
        List.of(KIND.qualifiedName(cdiName(uid, lamp.getDevice()))),
        Optional.empty());
  }

  private static List<DeviceRequestAllocationResult> allocated(ResourceClaim claim) {
    return Stream.ofNullable(claim.getStatus())
        .flatMap(status -> Stream.ofNullable(status.getAllocation()))
        .flatMap(allocation -> allocation.getDevices().getResults().stream())
        .filter(result -> result.getDriver().equals(ExampleDriver.NAME))
        .toList();
  }
}
