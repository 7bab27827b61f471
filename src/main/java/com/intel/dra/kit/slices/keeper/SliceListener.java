package com.intel.dra.kit.slices.keeper;

import com.intel.dra.kit.slices.pool.DroppedField;
import com.intel.dra.kit.slices.pool.InvalidPoolException;
import com.intel.dra.kit.slices.pool.PublishedPool;
import java.util.Set;

/**
 * Receives what a {@link SliceKeeper} does; for logs, metrics and health. Called on the keeper's
 * thread, one call at a time, except {@link #failed}, which the watch's threads call too. Must not
 * block or throw. The listener need not react: the keeper continues by itself.
 *
 * <p>Candidates are identified by their place in the published list, from 0.
 */
public interface SliceListener {

  /** A new or changed pool is complete at the API server. */
  void published(PublishedPool pool);

  /** The pool is complete again after others changed or deleted slices. */
  void repaired(PublishedPool pool);

  /** All slices of the driver on this node are deleted, after {@link SliceKeeper#withdraw()}. */
  void withdrawn();

  /**
   * The API server would not store the candidate unchanged, or did not. The keeper takes the next
   * one that it stores unchanged, or one that loses no field that limits use.
   */
  void droppedFields(int candidate, Set<DroppedField> fields);

  /**
   * The candidate breaks a rule of the API. The keeper takes the next one; if all are refused, the
   * slices stay as they are.
   *
   * @param message the message of the API server or of an {@link InvalidPoolException}
   */
  void rejected(int candidate, String message);

  /** Something failed and will be tried again. */
  void failed(String message);
}
