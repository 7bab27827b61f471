package com.intel.dra.gpu.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.Singular;
import io.fabric8.kubernetes.model.annotation.Version;

/** The parameters object of ResourceClaims, in the claim's namespace. */
@Group(GpuApi.GROUP)
@Version(GpuApi.VERSION)
@Plural("gpuclaimparameters")
@Singular("gpuclaimparameters")
@JsonInclude(JsonInclude.Include.NON_NULL)
public class GpuClaimParameters extends CustomResource<GpuClaimParametersSpec, Void>
    implements Namespaced {}
