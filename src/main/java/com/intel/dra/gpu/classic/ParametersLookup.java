package com.intel.dra.gpu.classic;

import com.intel.dra.gpu.api.DeviceClassParameters;
import com.intel.dra.gpu.api.GpuClaimParameters;
import java.util.Optional;

/** Finds parameter objects in the informers' caches. */
public interface ParametersLookup {

  Optional<GpuClaimParameters> claimParameters(String namespace, String name);

  Optional<DeviceClassParameters> classParameters(String name);
}
