package com.intel.dra.gpu.controller.leader;

import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import java.util.List;
import java.util.Optional;

/**
 * What the API server says of Leases now, past all informers. Methods block for some seconds at
 * most, and fail with the client's exception without trying again: a late answer is worth nothing.
 */
public interface LeaseReader {

  /** Those of the node agents. */
  List<Lease> ofAgents();

  /** The one that the controllers elect their leader by, if there is one. */
  Optional<Lease> ofControllers();

  /** Under the version that it was read in, so that what somebody else wrote is a conflict. */
  void update(Lease lease);

  /** Who leads; empty where nobody does. */
  Optional<String> leader();

  /** Nobody leads from now on, if it was that one: the next does not have to wait. */
  void giveUpLead(String leader);
}
