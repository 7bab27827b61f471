package com.intel.dra.gpu.controller.app;

import com.intel.dra.gpu.controller.answering.ExplainEndpoint;
import io.quarkus.arc.profile.IfBuildProfile;
import io.quarkus.vertx.http.ManagementInterface;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

/** Has the explainer answer on the port of health and metrics. */
@Singleton
@IfBuildProfile("controller")
class ExplainRoutes {

  private final ExplainerStart explainer;

  ExplainRoutes(ExplainerStart explainer) {
    this.explainer = explainer;
  }

  void add(@Observes ManagementInterface management) {
    new ExplainEndpoint(explainer::isOn, explainer::answers).add(management.router());
  }
}
