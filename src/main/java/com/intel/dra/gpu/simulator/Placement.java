package com.intel.dra.gpu.simulator;

import com.intel.dra.gpu.device.PciAddress;
import com.intel.dra.gpu.sysfs.KernelDriver;
import com.intel.dra.gpu.sysfs.SysfsLayout;

/**
 * Where a GPU stands in the tree: all that its paths depend on. Paths are relative to the sysfs
 * root, with links relative as the kernel makes them.
 *
 * @param pcieRoot the folder of the host bridge that it is behind, such as {@code pci0000:b0}
 */
record Placement(PciAddress address, KernelDriver driver, int cardIndex, String pcieRoot) {

  /** Major number of DRM device nodes. */
  static final int DRM_MAJOR = 226;

  private static final int FIRST_RENDER_MINOR = 128;

  /** On the first bus of a host bridge of its own. */
  Placement(PciAddress address, KernelDriver driver, int cardIndex) {
    this(address, driver, cardIndex, pcieRootAt(address));
  }

  static String pcieRootAt(PciAddress address) {
    return "pci%04x:%02x".formatted(address.domain(), address.bus());
  }

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
    return SysfsLayout.DEVICES + "/" + pcieRoot;
  }

  String device() {
    return hostBridge() + "/" + address;
  }
}
