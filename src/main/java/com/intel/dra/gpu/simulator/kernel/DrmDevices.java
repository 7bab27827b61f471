package com.intel.dra.gpu.simulator.kernel;

import com.intel.dra.gpu.simulator.topology.PciPlacement;
import java.io.IOException;

/** Makes and removes the device nodes of GPUs and VFs. */
public interface DrmDevices {

  void make(PciPlacement placement) throws IOException;

  void remove(PciPlacement placement) throws IOException;
}
