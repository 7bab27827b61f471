package com.intel.dra.kit.slices.keeper;

import io.fabric8.kubernetes.api.model.resource.v1.ResourceSlice;
import java.util.List;
import java.util.Optional;

/**
 * The slices of one driver on one node at the API server. All methods except {@link #seen()} and
 * {@link #close()} may block; only the watch retries. Callers must not change arguments and
 * results.
 */
public interface SliceStore extends AutoCloseable {

  /** Receives the events of the watch. Called on the watch's threads; must not block or throw. */
  interface Watcher {

    /** {@link #seen()} now shows all slices that existed at the start. */
    void synced();

    /** The slice was written, perhaps by ourselves. */
    void written(ResourceSlice slice);

    void deleted(ResourceSlice slice);

    /** The watch failed; the store keeps trying. */
    void failed(String message);
  }

  /** Starts to watch, without waiting for the API server. Must be called once. */
  void start(Watcher watcher);

  /**
   * All slices of the driver on the node as the watch last showed them, which may be outdated;
   * empty until the watch is synced.
   */
  Optional<List<ResourceSlice>> seen();

  /** All slices of the driver on the node, read directly from the API server. */
  List<ResourceSlice> list() throws SliceStoreException;

  /** The Node's UID, read from the API server; empty if there is no such Node. */
  Optional<String> nodeUid() throws SliceStoreException;

  /**
   * @param dryRun whether only to find out what the server would store or why it would refuse it
   * @return what the server stored or would store
   */
  ResourceSlice create(ResourceSlice slice, boolean dryRun) throws SliceStoreException;

  /**
   * Replaces the slice with this name, UID and resourceVersion.
   *
   * @return what the server stored
   * @throws SliceStoreException.Conflict also if the slice is gone
   */
  ResourceSlice update(ResourceSlice slice) throws SliceStoreException;

  /** Deletes the slice with this name, UID and resourceVersion; does nothing if it is gone. */
  void delete(ResourceSlice slice) throws SliceStoreException;

  /** Stops watching; does not wait. */
  @Override
  void close();
}
