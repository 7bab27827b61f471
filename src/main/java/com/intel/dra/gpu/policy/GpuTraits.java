package com.intel.dra.gpu.policy;

import com.intel.dra.gpu.device.Gpu;
import com.intel.dra.gpu.device.GpuModels;
import com.intel.dra.gpu.device.PciAddress;
import com.intel.dra.gpu.device.PciDeviceId;

/**
 * What rules choose a GPU by.
 *
 * @param model such as {@code Flex 170}, or {@code Unknown}
 * @param integrated whether it is a part of the processor
 */
public record GpuTraits(PciAddress address, PciDeviceId id, String model, boolean integrated) {

  /** Where Intel's processors have their GPU. */
  private static final PciAddress OF_THE_PROCESSOR = new PciAddress(0, 0, 2, 0);

  public static GpuTraits of(Gpu gpu) {
    PciAddress address = gpu.uid().address();
    return new GpuTraits(
        address,
        gpu.uid().model(),
        GpuModels.of(gpu.uid().model()).model(),
        address.equals(OF_THE_PROCESSOR) && gpu.memoryMiB() == 0);
  }
}
