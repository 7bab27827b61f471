package com.intel.dra.gpu.controller.leader;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.intel.dra.gpu.api.GpuAllocationState;
import com.intel.dra.gpu.api.GpuApi;
import com.intel.dra.gpu.classic.Claims;
import com.intel.dra.gpu.client.BoundedClient;
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
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Sends one request to the API server for each call. Only the leader writes. */
@Singleton
@IfBuildProfile("controller")
public class FencedApiServer implements ApiServer {

  private static final Duration WRITTEN_WITHIN = Duration.ofSeconds(10);

  /**
   * Covers an API server that is being replaced. The reconcilers try again anyway, and the API
   * server also answers with an error of its own to what can never be written, such as a claim that
   * its author made too large: that must not hold up a reconciler for long.
   */
  private static final int RETRIES = 2;

  private final KubernetesClient reading;
  private final KubernetesClient writing;
  private final Leadership leadership;

  public FencedApiServer(KubernetesClient client, Leadership leadership) {
    this.reading = client;
    this.writing = BoundedClient.of(client, WRITTEN_WITHIN, RETRIES);
    this.leadership = leadership;
  }

  @Override
  public <T extends HasMetadata> Outcome<T> create(T object) {
    return outcome(object, () -> writing.resource(object).create());
  }

  @Override
  public <T extends HasMetadata> Outcome<T> update(T object) {
    return outcome(object, () -> writing.resource(object).update());
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
            writing
                .resource(named)
                .patch(PatchContext.of(PatchType.STRATEGIC_MERGE), patch.toString()));
  }

  @Override
  public <T extends HasMetadata> Outcome<T> updateStatus(T object) {
    return outcome(object, () -> writing.resource(object).updateStatus());
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
            writing.resource(named).patch(PatchContext.of(PatchType.JSON_MERGE), patch.toString()));
  }

  @Override
  public <T extends HasMetadata> Optional<T> read(Class<T> kind, String namespace, String name) {
    return ObjectLookup.read(
        reading.resources(kind).inNamespace(namespace).withName(name), kind, name);
  }

  @Override
  public <T extends HasMetadata> List<T> list(Class<T> kind) {
    var all = new ArrayList<T>();
    Pages.forEach(reading.resources(kind).inAnyNamespace(), WithoutUnusedFields.PAGE, all::add);
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
