package com.intel.dra.gpu.nodeagent;

import com.intel.dra.gpu.api.GpuAllocationState;
import io.javaoperatorsdk.operator.Operator;
import io.javaoperatorsdk.operator.api.config.informer.FieldSelectorBuilder;
import io.javaoperatorsdk.operator.api.config.informer.InformerConfiguration;
import io.quarkiverse.operatorsdk.runtime.QuarkusConfigurationService;
import io.quarkiverse.operatorsdk.runtime.QuarkusControllerConfiguration;
import io.quarkus.arc.profile.IfBuildProfile;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import java.time.Duration;
import java.util.Set;

/**
 * The operator with the one reconciler, whose informer watches this node's GAS and no other: a
 * thousand agents must not watch a thousand objects each.
 *
 * <p>Takes the place of the operator SDK's own Operator bean, because its configuration can name no
 * field selector at run time: {@code quarkus.operator-sdk.controllers.*.field-selectors} ends in a
 * NullPointerException for custom resources (7.7.3), and the overrider has no method for it.
 */
@IfBuildProfile("node-agent")
class AgentOperator {

  @Produces
  @ApplicationScoped
  Operator operator(
      QuarkusConfigurationService service,
      GpuAllocationStateReconciler reconciler,
      AgentConfig config) {
    var operator = new Operator(service);
    operator.register(reconciler, watchingOneGas(service, reconciler, config));
    return operator;
  }

  private static QuarkusControllerConfiguration<GpuAllocationState> watchingOneGas(
      QuarkusConfigurationService service,
      GpuAllocationStateReconciler reconciler,
      AgentConfig config) {
    QuarkusControllerConfiguration<GpuAllocationState> built =
        service.getConfigurationFor(reconciler);
    InformerConfiguration<GpuAllocationState> informer =
        InformerConfiguration.builder(built.getInformerConfig())
            .withNamespaces(Set.of(config.namespace()))
            .withFieldSelector(
                new FieldSelectorBuilder().withField("metadata.name", config.nodeName()).build())
            .buildForController();
    var watching =
        new QuarkusControllerConfiguration<>(
            informer,
            built.getName(),
            built.isGenerationAware(),
            built.getAssociatedReconcilerClassName(),
            built.getRetry(),
            built.getRateLimiter(),
            built.maxReconciliationInterval().orElse(Duration.ofHours(1)),
            built.getFinalizerName(),
            built.fieldManager(),
            built.getWorkflow(),
            built.getResourceTypeName(),
            built.getResourceClass());
    watching.setParent(service);
    return watching;
  }
}
