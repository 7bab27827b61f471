package com.intel.dra.gpu.controller.answering;

import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaimTemplate;
import java.util.Optional;

/** Reads templates of claims from the cluster. */
@FunctionalInterface
public interface TemplateSource {

  /** Returns it, or nothing if there is none. Blocks, and throws what the client throws. */
  Optional<ResourceClaimTemplate> template(String namespace, String name);
}
