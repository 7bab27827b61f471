package com.intel.dra.gpu.selfcheck.look;

import com.intel.dra.gpu.api.GpuAllocationState;
import com.intel.dra.gpu.mode.DraMode;
import com.intel.dra.gpu.nodeagent.config.AgentConfig;
import com.intel.dra.gpu.nodeagent.state.PreparedClaim;
import com.intel.dra.kit.client.ObjectLookup;
import com.intel.dra.kit.client.Pages;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.resource.v1.Device;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceSlice;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Reads the API server with the node agent's rights: it can read its own objects, but may be
 * forbidden to list all claims.
 */
public final class ApiServerProbe implements ClusterProbe {

  /** Limits how many claims of a large cluster are in memory at once. */
  private static final long PAGE = 200;

  private final KubernetesClient client;
  private final AgentConfig config;
  private final DraMode mode;

  public ApiServerProbe(KubernetesClient client, AgentConfig config, DraMode mode) {
    this.client = client;
    this.config = config;
    this.mode = mode;
  }

  @Override
  public Observed<Optional<NodeSnapshot.Gas>> gas() {
    return asked(
        () ->
            ObjectLookup.read(
                    client
                        .resources(GpuAllocationState.class)
                        .inNamespace(config.namespace())
                        .withName(config.nodeName()),
                    GpuAllocationState.class,
                    config.nodeName())
                .map(
                    gas ->
                        new NodeSnapshot.Gas(
                            gas.getSpec(), GpuAllocationState.READY.equals(gas.getStatus()))));
  }

  @Override
  public Observed<NodeSnapshot.Claims> claims(Map<String, PreparedClaim> prepared) {
    return switch (mode) {
      case CLASSIC ->
          claims(
              io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaim.class,
              claim -> ClaimsHere.classic(claim, config.nodeName()),
              prepared);
      case STRUCTURED ->
          claims(
              io.fabric8.kubernetes.api.model.resource.v1.ResourceClaim.class,
              claim -> ClaimsHere.structured(claim, mode.driverName(), config.nodeName()),
              prepared);
    };
  }

  private interface Reading<C> {
    Optional<NodeSnapshot.ClaimHere> here(C claim);
  }

  private <C extends HasMetadata> Observed<NodeSnapshot.Claims> claims(
      Class<C> kind, Reading<C> reading, Map<String, PreparedClaim> prepared) {
    return asked(
        () -> {
          try {
            return all(kind, reading);
          } catch (KubernetesClientException e) {
            if (e.getCode() == HttpURLConnection.HTTP_FORBIDDEN) {
              return one(kind, reading, prepared);
            }
            throw e;
          }
        });
  }

  private <C extends HasMetadata> NodeSnapshot.Claims all(Class<C> kind, Reading<C> reading) {
    var here = new HashMap<String, NodeSnapshot.ClaimHere>();
    Pages.forEach(
        client.resources(kind).inAnyNamespace(),
        PAGE,
        claim ->
            reading.here(claim).ifPresent(found -> here.put(claim.getMetadata().getUid(), found)));
    return new NodeSnapshot.Claims(here, Set.of(), true);
  }

  /**
   * Reads the prepared claims one by one. A claim without a name was taken over from the GAS and
   * cannot be requested.
   */
  private <C extends HasMetadata> NodeSnapshot.Claims one(
      Class<C> kind, Reading<C> reading, Map<String, PreparedClaim> prepared) {
    var here = new HashMap<String, NodeSnapshot.ClaimHere>();
    var notHere = new HashSet<String>();
    prepared.forEach(
        (uid, claim) -> {
          if (claim.name().isEmpty()) {
            return;
          }
          ObjectLookup.read(
                  client.resources(kind).inNamespace(claim.namespace()).withName(claim.name()),
                  kind,
                  claim.name())
              .filter(read -> uid.equals(read.getMetadata().getUid()))
              .flatMap(reading::here)
              .ifPresentOrElse(found -> here.put(uid, found), () -> notHere.add(uid));
        });
    return new NodeSnapshot.Claims(here, notHere, false);
  }

  @Override
  public Observed<NodeSnapshot.Slices> slices() {
    return switch (mode) {
      case CLASSIC -> new Observed.NotSeen<>("classic DRA has none");
      case STRUCTURED ->
          asked(
              () ->
                  slices(
                      client
                          .resources(ResourceSlice.class)
                          .withField("spec.driver", mode.driverName())
                          .withField("spec.nodeName", config.nodeName())
                          .list()
                          .getItems()));
    };
  }

  private NodeSnapshot.Slices slices(List<ResourceSlice> all) {
    long newest =
        all.stream().mapToLong(slice -> slice.getSpec().getPool().getGeneration()).max().orElse(0);
    Map<Boolean, List<ResourceSlice>> byAge =
        all.stream()
            .collect(
                Collectors.partitioningBy(
                    slice -> slice.getSpec().getPool().getGeneration() == newest));
    List<ResourceSlice> current = byAge.getOrDefault(true, List.of());
    return new NodeSnapshot.Slices(
        config.monitors(),
        current.stream()
            .flatMap(slice -> Stream.ofNullable(slice.getSpec().getDevices()))
            .flatMap(List::stream)
            .map(Device::getName)
            .collect(Collectors.toSet()),
        current.stream()
            .mapToLong(slice -> slice.getSpec().getPool().getResourceSliceCount())
            .max()
            .orElse(0),
        current.size(),
        byAge.getOrDefault(false, List.of()).stream()
            .map(slice -> slice.getMetadata().getName())
            .sorted()
            .toList());
  }

  private static <T> Observed<T> asked(Supplier<T> question) {
    try {
      return new Observed.Seen<>(question.get());
    } catch (KubernetesClientException e) {
      return new Observed.NotSeen<>(reason(e));
    }
  }

  /** If a request could not be sent, the client's exception does not say why; its cause does. */
  public static String reason(Exception e) {
    Throwable told = e.getCause() == null ? e : e.getCause();
    return String.valueOf(told.getMessage()).lines().findFirst().orElse(told.toString());
  }
}
