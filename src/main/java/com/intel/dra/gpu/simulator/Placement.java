package com.intel.dra.gpu.simulator;

import com.intel.dra.gpu.device.PciAddress;
import com.intel.dra.gpu.sysfs.KernelDriver;
import com.intel.dra.gpu.sysfs.SysfsLayout;

/**
 * The position of a GPU in the tree: everything that its paths depend on. Paths are relative to the
 * sysfs root, and links are relative as the kernel makes them.
 *
 * @param pcieRoot the folder of the GPU's host bridge, such as {@code pci0000:b0}
 */
record Placement(PciAddress address, KernelDriver driver, int cardIndex, String pcieRoot) {

  /** The major number of DRM device nodes. */
  static final int DRM_MAJOR = 226;

  private static final int FIRST_RENDER_MINOR = 128;

  /** A GPU on the first bus of a host bridge that it shares with no other. */
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
