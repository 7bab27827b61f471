package com.intel.dra.gpu.nodeagent.metadata;

import com.intel.dra.gpu.nodeagent.config.AgentConfig;
import com.intel.dra.gpu.nodeagent.devices.NodeDevices;
import com.intel.dra.gpu.nodeagent.publish.SliceOffer;
import com.intel.dra.gpu.nodeagent.state.PreparedClaims;
import com.intel.dra.gpu.structured.ClaimResults;
import com.intel.dra.gpu.structured.GpuOffer;
import com.intel.dra.gpu.structured.StructuredApi;
import com.intel.dra.kit.kubelet.api.ClaimReference;
import com.intel.dra.kit.kubelet.api.PrepareResult;
import com.intel.dra.kit.metadata.ClaimMetadata;
import com.intel.dra.kit.metadata.DeviceMetadata;
import com.intel.dra.kit.metadata.MetadataFiles;
import com.intel.dra.kit.metadata.RequestMetadata;
import com.intel.dra.kit.metadata.UnwritableMetadataException;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaim;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/**
 * Keeps the files that tell containers which devices their claim got. A claim gets its devices also
 * where the files cannot be written, because most programs do not read them.
 */
@Singleton
public class ContainerMetadata {

  private static final Logger LOG = Logger.getLogger(ContainerMetadata.class);

  private static final String REMEDY =
      "make room there and the folder writable, and delete the claim's pods if they read these files; or set"
          + " GPU_DEVICE_METADATA=false";

  private final MetadataFiles files;
  private final PreparedClaims prepared;
  private final SliceOffer offer;
  private final NodeDevices node;
  private final String pool;
  private final boolean on;

  @Inject
  public ContainerMetadata(
      MetadataFiles files,
      PreparedClaims prepared,
      SliceOffer offer,
      NodeDevices node,
      AgentConfig config) {
    this.files = files;
    this.prepared = prepared;
    this.offer = offer;
    this.node = node;
    this.pool = config.nodeName();
    this.on = config.deviceMetadata();
  }

  /**
   * Writes the files of a claim that is recorded as prepared.
   *
   * @param read the claim; empty if it was answered from its record, because it could not be read
   * @return the answer with the CDI devices by which containers get the files
   */
  public PrepareResult.Prepared tell(
      ClaimReference claim, Optional<ResourceClaim> read, PrepareResult.Prepared answer) {
    if (!on) {
      return answer;
    }
    try {
      return MetadataFiles.inFirstDevices(
          answer,
          read.isPresent() ? files.write(metadata(claim, read.get())) : files.written(claim));
    } catch (UnwritableMetadataException e) {
      LOG.warnf(
          "%s has its devices, but no file that says which: %s: %s", claim, e.getMessage(), REMEDY);
    } catch (IOException | IllegalArgumentException e) {
      LOG.warnf("%s has its devices, but no file that says which: %s", claim, e);
    }
    return answer;
  }

  private ClaimMetadata metadata(ClaimReference claim, ResourceClaim read) {
    var requests = new LinkedHashMap<String, List<DeviceMetadata>>();
    if (ClaimResults.of(read, StructuredApi.DRIVER_NAME, pool)
        instanceof ClaimResults.Given(List<ClaimResults.Result> results, var _)) {
      GpuOffer now = offer.current().orElseGet(() -> new GpuOffer(List.of()));
      for (ClaimResults.Result result : results) {
        requests
            .computeIfAbsent(result.request(), _ -> new ArrayList<>())
            .add(
                new DeviceMetadata(
                    result.pool(), result.device(), DeviceAttributes.of(result, now, node::find)));
      }
    }
    return new ClaimMetadata(
        claim,
        podClaimName(claim, read),
        requests.entrySet().stream()
            .map(request -> new RequestMetadata(request.getKey(), request.getValue()))
            .toList());
  }

  /** Anybody who may create claims can write the annotation. */
  private static Optional<String> podClaimName(ClaimReference claim, ResourceClaim read) {
    Optional<String> name =
        Stream.ofNullable(read.getMetadata().getAnnotations())
            .flatMap(all -> Stream.ofNullable(all.get(ClaimMetadata.POD_CLAIM_NAME)))
            .filter(value -> !value.isEmpty())
            .findFirst();
    Optional<String> valid = name.filter(ClaimMetadata::isPodClaimName);
    if (name.isPresent() && valid.isEmpty()) {
      LOG.warnf(
          "%s: its annotation %s is not a name that a claim can have in a pod, so containers find their file by the"
              + " claim's name",
          claim, ClaimMetadata.POD_CLAIM_NAME);
    }
    return valid;
  }

  /** The claim is no longer on record. */
  public void gone(ClaimReference claim) {
    try {
      files.remove(claim, this::recorded);
    } catch (IOException e) {
      LOG.warnf("The files that said what %s got are removed later: %s", claim, e);
    }
  }

  /** Call this periodically: it removes what {@link #gone} could not, and what a crash has left. */
  public void removeLeftovers() {
    try {
      List<Path> removed = files.removeLeftovers(this::recorded);
      if (!removed.isEmpty()) {
        LOG.infof("Removed the files that said what claims got that are gone: %s", removed);
      }
    } catch (IOException e) {
      LOG.infof("Files that say what claims got that are gone are removed later: %s", e);
    }
  }

  /**
   * @throws IOException if not all are known: nothing is removed then
   */
  private List<ClaimReference> recorded() throws IOException {
    var claims = new ArrayList<ClaimReference>();
    for (var entry : prepared.allForCertain().entrySet()) {
      claims.add(
          new ClaimReference(
              entry.getValue().namespace(), entry.getValue().name(), entry.getKey()));
    }
    return claims;
  }
}
