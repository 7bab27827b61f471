package com.intel.dra.kit.slices.keeper;

import com.intel.dra.kit.slices.pool.DroppedField;
import com.intel.dra.kit.slices.pool.PublishedPool;
import java.util.Set;
import org.jboss.logging.Logger;

/** Writes to the log what a {@link SliceKeeper} does; for drivers that need nothing else. */
public final class LoggedSlices implements SliceListener {

  private static final Logger LOG = Logger.getLogger(LoggedSlices.class);

  @Override
  public void published(PublishedPool pool) {
    LOG.infof("Published the ResourceSlices of %s", pool);
  }

  @Override
  public void repaired(PublishedPool pool) {
    LOG.warnf("Others changed the ResourceSlices; published again: %s", pool);
  }

  @Override
  public void withdrawn() {
    LOG.info("Deleted the ResourceSlices");
  }

  @Override
  public void droppedFields(int candidate, Set<DroppedField> fields) {
    LOG.warnf("The API server does not store %s of candidate %d", fields, candidate);
  }

  @Override
  public void rejected(int candidate, String message) {
    LOG.errorf("Candidate %d breaks a rule of the API: %s", candidate, message);
  }

  @Override
  public void failed(String message) {
    LOG.warnf("The ResourceSlices are not as wanted yet, and will be tried again: %s", message);
  }
}
