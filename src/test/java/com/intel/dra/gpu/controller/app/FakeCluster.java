package com.intel.dra.gpu.controller.app;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.intel.dra.gpu.controller.cluster.ApiServer.Outcome;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.PodSchedulingContext;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaim;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaimBuilder;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaimConsumerReference;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaimStatus;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * An API server in memory, with UIDs, resourceVersions with optimistic locking, finalizers and
 * deletion, status subresources, the validation of claims' statuses, and the events of watches.
 */
public final class FakeCluster {

  /**
   * What a watch reports about one write.
   *
   * @param before empty: the object was created
   * @param after empty: the object is gone
   */
  record Event<T>(Optional<T> before, Optional<T> after) {}

  private final KubernetesSerialization json = new KubernetesSerialization();
  private final Map<Class<?>, Map<String, HasMetadata>> objects = new HashMap<>();
  private final Map<Class<?>, List<Event<HasMetadata>>> history = new HashMap<>();
  private final Map<String, Integer> creations = new HashMap<>();
  private long version = 100;
  private String leader = "";

  // ---- the leader

  public String leader() {
    return leader;
  }

  public void lead(String controller) {
    leader = controller;
  }

  // ---- the operations of an API server

  public <T extends HasMetadata> Outcome<T> create(T object) {
    Map<String, HasMetadata> kind = kind(object.getClass());
    if (kind.containsKey(key(object))) {
      return new Outcome.Conflict<>();
    }
    String identity = object.getClass().getSimpleName() + " " + key(object);
    int number = creations.merge(identity, 1, Integer::sum);
    return new Outcome.Written<>(
        store(
            Optional.empty(),
            withMeta(
                object,
                new ObjectMetaBuilder(object.getMetadata())
                    .withUid(identity + " #" + number)
                    .withCreationTimestamp("%08d".formatted(version + 1))
                    .build())));
  }

  public <T extends HasMetadata> Outcome<T> update(T object) {
    return underVersion(
        object,
        object.getMetadata().getResourceVersion(),
        stored ->
            object instanceof ResourceClaim claim
                ? cast(
                    new ResourceClaimBuilder(claim)
                        .withStatus(((ResourceClaim) stored).getStatus())
                        .build())
                : object);
  }

  Outcome<ResourceClaim> updateFinalizers(ResourceClaim claim) {
    return underVersion(
        claim,
        claim.getMetadata().getResourceVersion(),
        stored ->
            new ResourceClaimBuilder(stored)
                .editMetadata()
                .withFinalizers(claim.getMetadata().getFinalizers())
                .endMetadata()
                .build());
  }

  <T extends HasMetadata> Outcome<T> updateStatus(T object) {
    return underVersion(
        object,
        object.getMetadata().getResourceVersion(),
        stored ->
            switch (object) {
              case ResourceClaim claim -> {
                var before = (ResourceClaim) stored;
                validate(before, claim.getStatus());
                yield cast(new ResourceClaimBuilder(before).withStatus(claim.getStatus()).build());
              }
              case PodSchedulingContext _ -> object;
              default -> throw new IllegalArgumentException("no status subresource: " + object);
            });
  }

  <T extends HasMetadata> Outcome<T> mergePatch(T object, JsonNode patch) {
    JsonNode expected = patch.at("/metadata/resourceVersion");
    return underVersion(
        object,
        expected.isTextual() ? expected.textValue() : null,
        stored -> {
          JsonNode merged = merge(json.convertValue(stored, JsonNode.class), patch);
          return cast(json.convertValue(merged, stored.getClass()));
        });
  }

  public void delete(HasMetadata object) {
    Optional.ofNullable(kind(object.getClass()).get(key(object)))
        .filter(stored -> stored.getMetadata().getDeletionTimestamp() == null)
        .ifPresent(
            stored -> {
              if (stored.getMetadata().getFinalizers().isEmpty()) {
                remove(stored);
              } else {
                store(
                    Optional.of(stored),
                    withMeta(
                        stored,
                        new ObjectMetaBuilder(stored.getMetadata())
                            .withDeletionTimestamp("2026-01-01T00:00:00Z")
                            .build()));
              }
            });
  }

  public <T extends HasMetadata> Optional<T> read(
      Class<T> kind, @Nullable String namespace, String name) {
    return Optional.ofNullable(kind(kind).get(key(namespace, name))).map(kind::cast);
  }

  public <T extends HasMetadata> Stream<T> list(Class<T> kind) {
    return List.copyOf(kind(kind).values()).stream().map(kind::cast);
  }

  /** Returns everything that a watch of that kind has reported so far. */
  @SuppressWarnings("unchecked") // the history of a kind holds objects of that kind
  <T extends HasMetadata> List<Event<T>> history(Class<T> kind) {
    return (List<Event<T>>) (List<?>) history.computeIfAbsent(kind, _ -> new ArrayList<>());
  }

  /** The version grows with every write. */
  long version() {
    return version;
  }

  // ---- short forms for callers that write without conflicts

  public <T extends HasMetadata> T created(T object) {
    return switch (create(object)) {
      case Outcome.Written<T>(T written) -> written;
      case Outcome.Conflict<T> _, Outcome.Gone<T> _ ->
          throw new IllegalStateException("exists already: " + key(object));
    };
  }

  /** Changes the current object, including its status. */
  public <T extends HasMetadata> void edit(T object, UnaryOperator<T> change) {
    Optional.ofNullable(kind(object.getClass()).get(key(object)))
        .ifPresent(
            stored -> {
              T changed = change.apply(cast(stored));
              if (stored instanceof ResourceClaim before
                  && changed instanceof ResourceClaim after) {
                validate(before, after.getStatus());
              }
              replace(stored, changed);
            });
  }

  // ----

  private <T extends HasMetadata> Outcome<T> underVersion(
      T object, @Nullable String expected, UnaryOperator<T> change) {
    @Nullable HasMetadata stored = kind(object.getClass()).get(key(object));
    if (stored == null) {
      return new Outcome.Gone<>();
    }
    if (expected != null && !expected.equals(stored.getMetadata().getResourceVersion())) {
      return new Outcome.Conflict<>();
    }
    T known = cast(stored);
    return new Outcome.Written<>(replace(known, change.apply(known)));
  }

  private <T extends HasMetadata> T replace(HasMetadata stored, T changed) {
    ObjectMeta before = stored.getMetadata();
    ObjectMeta after = changed.getMetadata();
    if (before.getDeletionTimestamp() != null
        && !before.getFinalizers().containsAll(after.getFinalizers())) {
      throw invalid("no new finalizers can be added if the object is being deleted");
    }
    if (before.getDeletionTimestamp() != null && after.getFinalizers().isEmpty()) {
      remove(changed);
      return changed;
    }
    return changed.equals(stored) ? changed : store(Optional.of(stored), changed);
  }

  private <T extends HasMetadata> T store(Optional<HasMetadata> before, T object) {
    T stored =
        withMeta(
            object,
            new ObjectMetaBuilder(object.getMetadata())
                .withResourceVersion(Long.toString(++version))
                .build());
    kind(object.getClass()).put(key(stored), stored);
    remember(object.getClass(), new Event<>(before, Optional.of(stored)));
    return stored;
  }

  private void remove(HasMetadata object) {
    kind(object.getClass()).remove(key(object));
    HasMetadata last =
        withMeta(
            object,
            new ObjectMetaBuilder(object.getMetadata())
                .withResourceVersion(Long.toString(++version))
                .build());
    remember(object.getClass(), new Event<>(Optional.of(last), Optional.empty()));
  }

  private void remember(Class<?> kind, Event<HasMetadata> event) {
    history.computeIfAbsent(kind, _ -> new ArrayList<>()).add(event);
  }

  private Map<String, HasMetadata> kind(Class<?> kind) {
    return objects.computeIfAbsent(kind, _ -> new TreeMap<>());
  }

  private static String key(HasMetadata object) {
    return key(object.getMetadata().getNamespace(), object.getMetadata().getName());
  }

  private static String key(@Nullable String namespace, String name) {
    return new ResourceID(name, namespace).toString();
  }

  private <T extends HasMetadata> T withMeta(T object, ObjectMeta meta) {
    T copy = json.clone(object);
    copy.setMetadata(meta);
    return copy;
  }

  @SuppressWarnings("unchecked") // stored under its own class
  private static <T extends HasMetadata> T cast(HasMetadata object) {
    return (T) object;
  }

  /** RFC 7386. */
  private static JsonNode merge(JsonNode target, JsonNode patch) {
    if (!(patch instanceof ObjectNode changes)) {
      return patch;
    }
    ObjectNode merged =
        target instanceof ObjectNode object
            ? object.deepCopy()
            : JsonNodeFactory.instance.objectNode();
    changes
        .properties()
        .forEach(
            change -> {
              if (change.getValue().isNull()) {
                merged.remove(change.getKey());
              } else {
                merged.set(change.getKey(), merge(merged.path(change.getKey()), change.getValue()));
              }
            });
    return merged;
  }

  /** As ValidateResourceClaimStatusUpdate of v1alpha2. */
  private static void validate(ResourceClaim before, @Nullable ResourceClaimStatus status) {
    if (status == null) {
      return;
    }
    Optional<ResourceClaimStatus> known = Optional.ofNullable(before.getStatus());
    boolean allocated = status.getAllocation() != null;
    if (allocated
        && known
            .map(ResourceClaimStatus::getAllocation)
            .filter(allocation -> !allocation.equals(status.getAllocation()))
            .isPresent()) {
      throw invalid("an allocation cannot be changed");
    }
    if (!allocated && !status.getReservedFor().isEmpty()) {
      throw invalid("a claim that is not allocated cannot be reserved");
    }
    boolean deallocating = Boolean.TRUE.equals(status.getDeallocationRequested());
    var added = new HashSet<>(consumers(status));
    added.removeAll(known.map(FakeCluster::consumers).orElse(List.of()));
    if (!added.isEmpty() && (deallocating || before.getMetadata().getDeletionTimestamp() != null)) {
      throw invalid("no reservations can be added to a claim that is not wanted any more");
    }
    if (deallocating && !allocated) {
      throw invalid("deallocation cannot be requested of a claim that is not allocated");
    }
    if (allocated
        && !deallocating
        && known.map(ResourceClaimStatus::getDeallocationRequested).orElse(false)) {
      throw invalid("deallocation cannot be called off");
    }
    if (status.getReservedFor().size() > 32) {
      throw invalid("too many reservations");
    }
    if (allocated && Objects.requireNonNullElse(status.getDriverName(), "").isEmpty()) {
      throw invalid("an allocation needs its driver's name");
    }
  }

  private static List<String> consumers(ResourceClaimStatus status) {
    return status.getReservedFor().stream().map(ResourceClaimConsumerReference::getUid).toList();
  }

  private static KubernetesClientException invalid(String message) {
    return new KubernetesClientException(message, 422, null);
  }
}
