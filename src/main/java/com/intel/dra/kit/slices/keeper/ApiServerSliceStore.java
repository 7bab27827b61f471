package com.intel.dra.kit.slices.keeper;

import com.intel.dra.kit.client.ObjectLookup;
import com.intel.dra.kit.client.Pages;
import io.fabric8.kubernetes.api.model.DeleteOptionsBuilder;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceSlice;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceSliceList;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.FilterWatchListDeletable;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.net.HttpURLConnection;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Reads and writes the slices through a Kubernetes client, with a separate informer. */
final class ApiServerSliceStore implements SliceStore {

  private static final String PATH = "/apis/resource.k8s.io/v1/resourceslices/";
  private static final int UNPROCESSABLE = 422;

  /** How many slices a list has at a time. A pool seldom has more. */
  private static final long PAGE = 100;

  private final KubernetesClient client;
  private final SliceSettings settings;
  private @Nullable SharedIndexInformer<ResourceSlice> informer;

  ApiServerSliceStore(KubernetesClient client, SliceSettings settings) {
    this.client = client;
    this.settings = settings;
  }

  @Override
  public synchronized void start(Watcher watcher) {
    SharedIndexInformer<ResourceSlice> started =
        ofTheNode() // without a limit: with one, the API server could not answer from its cache
            .runnableInformer(0)
            .addEventHandler(handler(watcher))
            .exceptionHandler(
                (begun, failure) -> {
                  watcher.failed(String.valueOf(failure.getMessage()));
                  return true; // keep trying
                });
    informer = started;
    var unused = started.start().thenRun(watcher::synced);
  }

  @Override
  public synchronized Optional<List<ResourceSlice>> seen() {
    return informer != null && informer.hasSynced()
        ? Optional.of(informer.getStore().list())
        : Optional.empty();
  }

  @Override
  public List<ResourceSlice> list() throws SliceStoreException {
    return call(
        () -> {
          var slices = new ArrayList<ResourceSlice>();
          Pages.forEach(ofTheNode(), PAGE, slices::add);
          return slices;
        });
  }

  private FilterWatchListDeletable<ResourceSlice, ResourceSliceList, Resource<ResourceSlice>>
      ofTheNode() {
    return client
        .resources(ResourceSlice.class, ResourceSliceList.class)
        .withField("spec.driver", settings.driverName())
        .withField("spec.nodeName", settings.nodeName());
  }

  @Override
  public Optional<String> nodeUid() throws SliceStoreException {
    String name = settings.nodeName();
    return call(
        () ->
            ObjectLookup.read(client.nodes().withName(name), Node.class, name)
                .map(node -> node.getMetadata().getUid()));
  }

  @Override
  public ResourceSlice create(ResourceSlice slice, boolean dryRun) throws SliceStoreException {
    return call(() -> client.resource(slice).dryRun(dryRun).create());
  }

  @Override
  public ResourceSlice update(ResourceSlice slice) throws SliceStoreException {
    try {
      return client.resource(slice).update();
    } catch (KubernetesClientException e) {
      throw isGone(e, slice)
          ? new SliceStoreException.Conflict(String.valueOf(e.getMessage()), e)
          : exception(e);
    }
  }

  @Override
  public void delete(ResourceSlice slice) throws SliceStoreException {
    var options =
        new DeleteOptionsBuilder()
            .withApiVersion("v1")
            .withKind("DeleteOptions")
            .withNewPreconditions()
            .withUid(slice.getMetadata().getUid())
            .withResourceVersion(slice.getMetadata().getResourceVersion())
            .endPreconditions()
            .build();
    // the client's delete() supports the version as a precondition, but not the UID
    var unused =
        call(
            () -> {
              try {
                return Optional.ofNullable(
                    client.raw(PATH + slice.getMetadata().getName(), "DELETE", options));
              } catch (KubernetesClientException e) {
                if (isGone(e, slice)) {
                  return Optional.<String>empty();
                }
                throw e;
              }
            });
  }

  @Override
  public synchronized void close() {
    if (informer != null) {
      informer.stop();
    }
  }

  private static ResourceEventHandler<ResourceSlice> handler(Watcher watcher) {
    return new ResourceEventHandler<>() {
      @Override
      public void onAdd(ResourceSlice slice) {
        watcher.written(slice);
      }

      @Override
      public void onUpdate(ResourceSlice old, ResourceSlice slice) {
        watcher.written(slice);
      }

      @Override
      public void onDelete(ResourceSlice slice, boolean lastStateUnknown) {
        watcher.deleted(slice);
      }
    };
  }

  private static <T> T call(Supplier<T> request) throws SliceStoreException {
    try {
      return request.get();
    } catch (KubernetesClientException e) {
      throw exception(e);
    }
  }

  private static SliceStoreException exception(KubernetesClientException e) {
    String message = String.valueOf(e.getMessage());
    return switch (e.getCode()) {
      case HttpURLConnection.HTTP_CONFLICT -> new SliceStoreException.Conflict(message, e);
      case UNPROCESSABLE -> new SliceStoreException.Invalid(message, e);
      default -> new SliceStoreException.Failed(message, e);
    };
  }

  private static boolean isGone(KubernetesClientException e, ResourceSlice slice) {
    return ObjectLookup.isSaidBy(e, ResourceSlice.class, slice.getMetadata().getName());
  }
}
