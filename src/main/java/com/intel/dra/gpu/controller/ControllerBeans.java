package com.intel.dra.gpu.controller;

import com.intel.dra.gpu.allocation.Policy;
import com.intel.dra.gpu.claim.ParametersResolver;
import io.quarkus.arc.profile.IfBuildProfile;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;
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
  static ParametersResolver parametersResolver(ClusterView view) {
    return new ParametersResolver(view);
  }

  @Produces
  @Singleton
  static Clock clock() {
    return Clock.systemUTC();
  }
}
