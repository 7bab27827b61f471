package com.intel.dra.gpu.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.Singular;
import io.fabric8.kubernetes.model.annotation.Version;

/** The parameters object of ResourceClasses; cluster-scoped. */
@Group(GpuApi.GROUP)
@Version(GpuApi.VERSION)
@Plural("deviceclassparameters")
@Singular("deviceclassparameters")
@JsonInclude(JsonInclude.Include.NON_NULL)
public class DeviceClassParameters extends CustomResource<DeviceClassParametersSpec, Void> {}
