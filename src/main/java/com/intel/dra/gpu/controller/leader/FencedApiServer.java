package com.intel.dra.gpu.controller.leader;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.intel.dra.gpu.api.GpuAllocationState;
import com.intel.dra.gpu.api.GpuApi;
import com.intel.dra.gpu.classic.Claims;
import com.intel.dra.gpu.controller.cluster.ApiServer;
import com.intel.dra.gpu.controller.cluster.WithoutUnusedFields;
import com.intel.dra.kit.client.ObjectLookup;
import com.intel.dra.kit.client.Pages;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaim;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.quarkus.arc.profile.IfBuildProfile;
import jakarta.inject.Singleton;
import java.net.HttpURLConnection;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Sends one request to the API server for each call. Only the leader writes. */
@Singleton
@IfBuildProfile("controller")
public class FencedApiServer implements ApiServer {

  private final KubernetesClient client;
  private final Leadership leadership;

  public FencedApiServer(KubernetesClient client, Leadership leadership) {
    this.client = client;
    this.leadership = leadership;
  }

  @Override
  public <T extends HasMetadata> Outcome<T> create(T object) {
    return outcome(object, () -> client.resource(object).create());
  }

  @Override
  public <T extends HasMetadata> Outcome<T> update(T object) {
    return outcome(object, () -> client.resource(object).update());
  }

  /**
   * The cached claim lacks the fields that the controller does not use, including other finalizers;
   * writing the whole claim would remove them. Therefore the patch names only our finalizer, to be
   * added or removed.
   */
  @Override
  public Outcome<ResourceClaim> updateFinalizers(ResourceClaim claim) {
    var named = new ResourceClaim();
    ObjectMeta meta = claim.getMetadata();
    named.setMetadata(
        new ObjectMetaBuilder()
            .withNamespace(meta.getNamespace())
            .withName(meta.getName())
            .build());
    ObjectNode patch = JsonNodeFactory.instance.objectNode();
    ObjectNode changed = patch.putObject("metadata");
    changed.put("resourceVersion", meta.getResourceVersion());
    changed
        .putArray(Claims.hasFinalizer(claim) ? "finalizers" : "$deleteFromPrimitiveList/finalizers")
        .add(GpuApi.CLAIM_FINALIZER);
    return outcome(
        named,
        () ->
            client
                .resource(named)
                .patch(PatchContext.of(PatchType.STRATEGIC_MERGE), patch.toString()));
  }

  @Override
  public <T extends HasMetadata> Outcome<T> updateStatus(T object) {
    return outcome(object, () -> client.resource(object).updateStatus());
  }

  @Override
  public Outcome<GpuAllocationState> mergePatch(GpuAllocationState node, JsonNode patch) {
    // if it gets only a name, the client reads the object first; it copies a whole object
    var named = new GpuAllocationState();
    named.getMetadata().setNamespace(node.getMetadata().getNamespace());
    named.getMetadata().setName(node.getMetadata().getName());
    return outcome(
        named,
        () ->
            client.resource(named).patch(PatchContext.of(PatchType.JSON_MERGE), patch.toString()));
  }

  @Override
  public <T extends HasMetadata> Optional<T> read(Class<T> kind, String namespace, String name) {
    return ObjectLookup.read(
        client.resources(kind).inNamespace(namespace).withName(name), kind, name);
  }

  @Override
  public <T extends HasMetadata> List<T> list(Class<T> kind) {
    var all = new ArrayList<T>();
    Pages.forEach(client.resources(kind).inAnyNamespace(), WithoutUnusedFields.PAGE, all::add);
    return all;
  }

  private <T extends HasMetadata> Outcome<T> outcome(T object, Supplier<T> write) {
    try {
      return new Outcome.Written<>(leadership.write(write));
    } catch (KubernetesClientException e) {
      if (e.getCode() == HttpURLConnection.HTTP_CONFLICT) {
        return new Outcome.Conflict<>();
      }
      if (ObjectLookup.isSaidBy(e, object.getClass(), object.getMetadata().getName())) {
        return new Outcome.Gone<>();
      }
      throw e;
    }
  }
}
