package com.intel.dra.gpu.simulator.topology;

import com.intel.dra.gpu.device.PciAddress;
import com.intel.dra.gpu.sysfs.files.KernelDriver;
import com.intel.dra.gpu.sysfs.files.SysfsLayout;

/**
 * The position of a GPU in the tree: everything that its paths depend on. Paths are relative to the
 * sysfs root, and links are relative as the kernel makes them.
 *
 * @param pcieRoot the folder of the GPU's host bridge, such as {@code pci0000:b0}
 * @param managementEngine whether it has one, which then has the number of the card
 */
public record PciPlacement(
    PciAddress address,
    KernelDriver driver,
    int cardIndex,
    String pcieRoot,
    boolean managementEngine) {

  /** The major number of DRM device nodes. */
  public static final int DRM_MAJOR = 226;

  /** The major number of management engines; a real kernel chooses a free one at each boot. */
  public static final int MEI_MAJOR = 511;

  private static final int FIRST_RENDER_MINOR = 128;

  /** A GPU on the first bus of a host bridge that it shares with no other. */
  public PciPlacement(PciAddress address, KernelDriver driver, int cardIndex) {
    this(address, driver, cardIndex, pcieRootAt(address), false);
  }

  public static String pcieRootAt(PciAddress address) {
    return "pci%04x:%02x".formatted(address.domain(), address.bus());
  }

  public int renderMinor() {
    return FIRST_RENDER_MINOR + cardIndex;
  }

  public String cardName() {
    return SysfsLayout.CARD_PREFIX + cardIndex;
  }

  public String renderName() {
    return SysfsLayout.RENDER_PREFIX + renderMinor();
  }

  public String meiName() {
    return SysfsLayout.MEI + cardIndex;
  }

  public String hostBridge() {
    return SysfsLayout.DEVICES + "/" + pcieRoot;
  }

  public String device() {
    return hostBridge() + "/" + address;
  }
}
