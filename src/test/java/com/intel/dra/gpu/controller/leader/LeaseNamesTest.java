package com.intel.dra.gpu.controller.leader;

import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.api.AgentLease;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The Leases of agents and of controllers are in one namespace. */
class LeaseNamesTest {

  @ParameterizedTest
  @ValueSource(strings = {"controller", "controllers", "leader.intel-gpu-controller", "c"})
  void noNodesAgentRenewsTheLeaseOfTheControllers(String node) {
    assertThat(AgentLease.nameOf(node)).isNotEqualTo(ElectionTimes.LEASE);
    assertThat(ElectionTimes.LEASE).doesNotStartWith(AgentLease.nameOf(""));
  }
}
