package com.intel.dra.gpu.simulator;

import com.intel.dra.gpu.device.PciAddress;
import com.intel.dra.gpu.sysfs.KernelDriver;
import com.intel.dra.gpu.sysfs.SysfsLayout;

/**
 * Where a GPU stands in the tree: all that its paths depend on. Paths are relative to the sysfs
 * root, with links relative as the kernel makes them.
 */
record Placement(PciAddress address, KernelDriver driver, int cardIndex) {

  /** Major number of DRM device nodes. */
  static final int DRM_MAJOR = 226;

  private static final int FIRST_RENDER_MINOR = 128;

  int renderMinor() {
    return FIRST_RENDER_MINOR + cardIndex;
  }

  String cardName() {
    return SysfsLayout.CARD_PREFIX + cardIndex;
  }

  String renderName() {
    return SysfsLayout.RENDER_PREFIX + renderMinor();
  }

  String hostBridge() {
    return "%s/pci%04x:%02x".formatted(SysfsLayout.DEVICES, address.domain(), address.bus());
  }

  String device() {
    return hostBridge() + "/" + address;
  }
}
