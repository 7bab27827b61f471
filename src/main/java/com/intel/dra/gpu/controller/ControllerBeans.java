package com.intel.dra.gpu.controller;

import com.intel.dra.gpu.allocation.Policy;
import com.intel.dra.gpu.claim.ParametersResolver;
import com.intel.dra.gpu.time.SteadyClock;
import io.javaoperatorsdk.operator.api.config.LeaderElectionConfiguration;
import io.quarkus.arc.Unremovable;
import io.quarkus.arc.profile.IfBuildProfile;
import jakarta.enterprise.inject.Produces;
import jakarta.enterprise.inject.Typed;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.InstantSource;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** The pure parts, made with the configuration. */
@IfBuildProfile("controller")
final class ControllerBeans {

  private ControllerBeans() {}

  @Produces
  @Singleton
  static Judge judge(@ConfigProperty(name = "gpu.allocation-policy") Policy policy) {
    return new Judge(policy);
  }

  @Produces
  @Singleton
  @Unremovable
  static LeaderElectionConfiguration leaderElection(
      LeaderElection election, @ConfigProperty(name = "gpu.namespace") String namespace) {
    return election.configuration(namespace);
  }

  @Produces
  @Singleton
  static ParametersResolver parametersResolver(ClusterView view) {
    return new ParametersResolver(view);
  }

  @Produces
  @Singleton
  @Typed(Clock.class)
  static Clock clock() {
    return Clock.systemUTC();
  }

  @Produces
  @Singleton
  static InstantSource steadyClock() {
    return new SteadyClock();
  }
}
