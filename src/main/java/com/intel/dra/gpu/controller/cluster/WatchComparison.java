package com.intel.dra.gpu.controller.cluster;

import com.intel.dra.kit.client.Pages;
import com.intel.dra.kit.client.ResourceVersions;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.KubernetesResourceList;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.client.dsl.Listable;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Compares what the watch of one kind shows with what the API server has. The client opens each
 * watch anew every 5 to 10 minutes, from the last version that it saw, so a watch that fell silent
 * continues. The watch never recovers an event that was lost for good, and shows none of an API
 * server whose versions are lower than before, because it was restored from a backup.
 */
public final class WatchComparison<T extends HasMetadata> {

  /** Enough to tell that a watch has lost events; a list of all could be long. */
  private static final int MAX_DIFFERENCES = 1000;

  private final String kind;
  private final ResourceCache<T> cache;
  private final AtApiServer<T> atApiServer;
  private Set<Difference> last = Set.of();

  /** All objects that are watched, as the API server has them. */
  @FunctionalInterface
  public interface AtApiServer<T> {

    /** Reads the objects one after the other. Blocks. */
    void forEach(Consumer<T> reader);

    /** Reads them in pages, of which one is in memory. */
    static <T extends HasMetadata> AtApiServer<T> inPages(
        Listable<? extends KubernetesResourceList<T>> watched) {
      return reader -> Pages.forEach(watched, WithoutUnusedFields.PAGE, reader);
    }
  }

  /** One state of an object. */
  private record Version(String uid, String number) {

    static Version of(HasMetadata object) {
      ObjectMeta meta = object.getMetadata();
      return new Version(String.valueOf(meta.getUid()), meta.getResourceVersion());
    }
  }

  /**
   * An object that the watch shows otherwise than the API server has it.
   *
   * @param uidAtApiServer empty if it has none
   * @param shown empty if the watch shows none
   */
  private record Difference(
      ResourceID id, Optional<String> uidAtApiServer, Optional<Version> shown) {}

  /**
   * @param kind for people
   */
  public WatchComparison(String kind, ResourceCache<T> cache, AtApiServer<T> atApiServer) {
    this.kind = kind;
    this.cache = cache;
    this.atApiServer = atApiServer;
  }

  public String kind() {
    return kind;
  }

  /**
   * Compares once. Call it again after a time that is longer than the delay of any watch. Blocks.
   *
   * @return an object that the watch showed otherwise than the API server has it, in this
   *     comparison and in the one before, without a change between them; empty also while the watch
   *     has not begun
   * @throws io.fabric8.kubernetes.client.KubernetesClientException if the objects cannot be read,
   *     which says nothing of the watch
   */
  public synchronized Optional<ResourceID> look() {
    Set<Difference> before = last;
    last = Set.of();
    if (!cache.hasSynced()) {
      return Optional.empty();
    }
    last = differences();
    return before.stream().filter(last::contains).map(Difference::id).findFirst();
  }

  private Set<Difference> differences() {
    Map<ResourceID, Version> notRead = new HashMap<>();
    cache.watched().forEach(seen -> notRead.put(ResourceID.fromResource(seen), Version.of(seen)));
    var found = new HashSet<Difference>();
    atApiServer.forEach(
        object -> {
          ResourceID id = ResourceID.fromResource(object);
          notRead.remove(id);
          Optional<T> shown = cache.watched(id);
          // a newer one is usual once, if it was written after the read
          if (shown.filter(seen -> ResourceVersions.areSame(seen, object)).isEmpty()) {
            String uid = Version.of(object).uid();
            add(found, new Difference(id, Optional.of(uid), shown.map(Version::of)));
          }
        });
    notRead.forEach(
        (id, version) -> add(found, new Difference(id, Optional.empty(), Optional.of(version))));
    found.removeIf(difference -> !shown(difference.id()).equals(difference.shown()));
    return Set.copyOf(found);
  }

  private Optional<Version> shown(ResourceID id) {
    return cache.watched(id).map(Version::of);
  }

  private static void add(Set<Difference> found, Difference difference) {
    if (found.size() < MAX_DIFFERENCES) {
      found.add(difference);
    }
  }
}
