package com.intel.dra.gpu.nodeagent.gas;

import com.intel.dra.gpu.api.GpuAllocationState;
import com.intel.dra.gpu.api.GpuAllocationStateSpec;
import com.intel.dra.gpu.nodeagent.config.AgentConfig;
import com.intel.dra.kit.client.ObjectLookup;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.net.HttpURLConnection;
import java.util.Map;
import java.util.Optional;

/**
 * This node's GAS at the API server: the only class that writes it. Every method may block for as
 * long as the client retries, and throws KubernetesClientException for all errors that it does not
 * name.
 */
@Singleton
public class GasStore {

  /** The result of a patch, as far as the caller can react to it. */
  public enum Outcome {
    WRITTEN,
    /** Another client wrote after the version that the patch was made for: make the patch again. */
    CONFLICT,
    /** The API server says that there is no GAS: create it. */
    MISSING
  }

  private final KubernetesClient client;
  private final AgentConfig config;

  @Inject
  public GasStore(KubernetesClient client, AgentConfig config) {
    this.client = client;
    this.config = config;
  }

  public Optional<GpuAllocationState> get() {
    return ObjectLookup.read(
        client
            .resources(GpuAllocationState.class)
            .inNamespace(config.namespace())
            .withName(config.nodeName()),
        GpuAllocationState.class,
        config.nodeName());
  }

  /**
   * Creates the GAS, owned by the Node so that it is deleted with the Node.
   *
   * @return false if there was one already
   */
  public boolean create(GasFields fields) {
    Node node =
        ObjectLookup.read(client.nodes().withName(config.nodeName()), Node.class, config.nodeName())
            .orElseThrow(
                () ->
                    new KubernetesClientException(
                        "there is no Node named %s: NODE_NAME must be the name that the kubelet registered"
                            .formatted(config.nodeName())));
    var gas = new GpuAllocationState();
    gas.setMetadata(
        new ObjectMetaBuilder()
            .withName(config.nodeName())
            .withNamespace(config.namespace())
            .addNewOwnerReference()
            .withApiVersion(node.getApiVersion())
            .withKind(node.getKind())
            .withName(node.getMetadata().getName())
            .withUid(node.getMetadata().getUid())
            .endOwnerReference()
            .build());
    GasFields.Prepared prepared = fields.prepared().orElse(GasFields.Prepared.NONE);
    gas.setSpec(
        new GpuAllocationStateSpec(
                fields.allocatable().orElse(Map.of()),
                prepared.devices(),
                prepared.names(),
                Map.of(),
                null)
            .summarised());
    gas.setStatus(fields.status());
    try {
      client.resource(gas).create();
      return true;
    } catch (KubernetesClientException e) {
      if (e.getCode() == HttpURLConnection.HTTP_CONFLICT) {
        return false;
      }
      throw e;
    }
  }

  /**
   * @param gas the version that the patch was made for; without it the client would read the GAS
   *     again
   */
  public Outcome patch(GpuAllocationState gas, String mergePatch) {
    try {
      client.resource(gas).patch(PatchContext.of(PatchType.JSON_MERGE), mergePatch);
      return Outcome.WRITTEN;
    } catch (KubernetesClientException e) {
      if (e.getCode() == HttpURLConnection.HTTP_CONFLICT) {
        return Outcome.CONFLICT;
      }
      if (ObjectLookup.isSaidBy(e, GpuAllocationState.class, config.nodeName())) {
        return Outcome.MISSING;
      }
      throw e;
    }
  }
}
