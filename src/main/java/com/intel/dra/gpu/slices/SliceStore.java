package com.intel.dra.gpu.slices;

import io.fabric8.kubernetes.api.model.resource.v1.ResourceSlice;
import java.util.List;
import java.util.Optional;

/**
 * The slices of one driver on one node at the API server. Everything but {@link #seen()} and {@link
 * #close()} may block; nothing but the watch retries. What is passed in and returned is not to be
 * changed.
 */
public interface SliceStore extends AutoCloseable {

  /** Hears from the watch. Called on the watch's threads; must not block or throw. */
  interface Watcher {

    /** {@link #seen()} shows what there was at the start. */
    void synced();

    /** Somebody, perhaps we ourselves, wrote the slice. */
    void written(ResourceSlice slice);

    void deleted(ResourceSlice slice);

    /** Watching failed; the store goes on trying. */
    void failed(String message);
  }

  /** Begins to watch, without waiting for the API server; called once. */
  void start(Watcher watcher);

  /**
   * All slices of the driver on the node as the watch last saw them, which may be behind; empty
   * until it is synced.
   */
  Optional<List<ResourceSlice>> seen();

  /** The same as the API server has them now, past the watch. */
  List<ResourceSlice> list() throws SliceStoreException;

  /** The Node's UID, read from the API server; empty when there is no such Node. */
  Optional<String> nodeUid() throws SliceStoreException;

  /**
   * @param dryRun to learn what the server would store or why it would refuse it
   * @return what the server stored, or would
   */
  ResourceSlice create(ResourceSlice slice, boolean dryRun) throws SliceStoreException;

  /**
   * Replaces a slice of that name, UID and resourceVersion.
   *
   * @return what the server stored
   * @throws SliceStoreException.Conflict also when the slice is gone
   */
  ResourceSlice update(ResourceSlice slice) throws SliceStoreException;

  /** Deletes a slice of that name, UID and resourceVersion; does nothing when it is gone. */
  void delete(ResourceSlice slice) throws SliceStoreException;

  /** Stops watching; does not wait. */
  @Override
  void close();
}
