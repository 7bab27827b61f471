package com.intel.dra.gpu.controller.leader;

import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import java.util.List;
import java.util.Optional;

/**
 * Reads the current Leases from the API server, past all informers. Methods block for some seconds
 * at most, and fail with the client's exception without trying again, because a late answer is
 * useless.
 */
public interface LeaseReader {

  /** Returns the Leases of the node agents. */
  List<Lease> ofAgents();

  /** Returns the Lease by which the controllers elect their leader, if it exists. */
  Optional<Lease> ofControllers();

  /**
   * Writes the Lease under the version in which it was read, so that a write by another process is
   * a conflict.
   */
  void update(Lease lease);

  /** Returns the identity of the leader; empty if there is none. */
  Optional<String> leader();

  /**
   * Gives up the lead of the given process if it leads, so that the next leader does not have to
   * wait.
   */
  void giveUpLead(String leader);
}
