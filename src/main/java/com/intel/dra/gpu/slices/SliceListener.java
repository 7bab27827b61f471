package com.intel.dra.gpu.slices;

import java.util.Set;

/**
 * Hears what a {@link SliceKeeper} does; for logs, metrics and health. Called on the keeper's
 * thread, one call at a time, except {@link #failed}, which the watch's threads call too. Must not
 * block or throw. Nothing needs to be done: the keeper goes on by itself.
 *
 * <p>Candidates are named by their place in the list that was published, from 0.
 */
public interface SliceListener {

  /** A new or changed pool is complete at the API server. */
  void published(PublishedPool pool);

  /** The pool is complete again after somebody else changed or deleted slices. */
  void repaired(PublishedPool pool);

  /** All slices of the driver on this node are deleted, after {@link SliceKeeper#withdraw()}. */
  void withdrawn();

  /**
   * The API server would not store the candidate as it is, or did not. The keeper takes the next
   * one that it does, or one of which it drops nothing that limits use.
   */
  void droppedFields(int candidate, Set<DroppedField> fields);

  /**
   * The candidate breaks a rule of the API. The keeper takes the next one; when all are refused the
   * slices stay as they are.
   *
   * @param message the API server's or an {@link InvalidPoolException}'s
   */
  void rejected(int candidate, String message);

  /** Something went wrong and will be tried again. */
  void failed(String message);
}
