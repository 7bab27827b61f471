package com.intel.dra.gpu.controller;

import com.fasterxml.jackson.databind.JsonNode;
import com.intel.dra.gpu.api.GpuAllocationState;
import com.intel.dra.gpu.api.NotFound;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.quarkus.arc.profile.IfBuildProfile;
import jakarta.inject.Singleton;
import java.net.HttpURLConnection;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** The real one: one request for each call. Only the leader writes. */
@Singleton
@IfBuildProfile("controller")
class KubernetesApiServer implements ApiServer {

  private final KubernetesClient client;
  private final Leadership leadership;

  KubernetesApiServer(KubernetesClient client, Leadership leadership) {
    this.client = client;
    this.leadership = leadership;
  }

  @Override
  public <T extends HasMetadata> Outcome<T> create(T object) {
    return outcome(() -> client.resource(object).create());
  }

  @Override
  public <T extends HasMetadata> Outcome<T> update(T object) {
    return outcome(() -> client.resource(object).update());
  }

  @Override
  public <T extends HasMetadata> Outcome<T> updateStatus(T object) {
    return outcome(() -> client.resource(object).updateStatus());
  }

  @Override
  public Outcome<GpuAllocationState> mergePatch(GpuAllocationState node, JsonNode patch) {
    // for a name alone the client reads the object first, and a whole object it copies
    var named = new GpuAllocationState();
    named.getMetadata().setNamespace(node.getMetadata().getNamespace());
    named.getMetadata().setName(node.getMetadata().getName());
    return outcome(
        () ->
            client.resource(named).patch(PatchContext.of(PatchType.JSON_MERGE), patch.toString()));
  }

  @Override
  public <T extends HasMetadata> Optional<T> read(Class<T> kind, String namespace, String name) {
    return NotFound.read(client.resources(kind).inNamespace(namespace).withName(name), kind, name);
  }

  @Override
  public <T extends HasMetadata> List<T> list(Class<T> kind) {
    return client.resources(kind).inAnyNamespace().list().getItems();
  }

  private <T> Outcome<T> outcome(Supplier<T> write) {
    try {
      return new Outcome.Written<>(leadership.write(write));
    } catch (KubernetesClientException e) {
      return switch (e.getCode()) {
        case HttpURLConnection.HTTP_CONFLICT -> new Outcome.Conflict<>();
        case HttpURLConnection.HTTP_NOT_FOUND -> new Outcome.Gone<>();
        default -> throw e;
      };
    }
  }
}
