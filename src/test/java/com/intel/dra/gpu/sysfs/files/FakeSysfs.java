package com.intel.dra.gpu.sysfs.files;

import com.intel.dra.gpu.device.PciAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** Writes a sysfs tree by hand, so that tests can put any error into it. */
public final class FakeSysfs {

  public static final String FLEX_170 = "0x56c0";

  private final SysfsLayout layout;

  public FakeSysfs(Path root) throws IOException {
    layout = new SysfsLayout(root);
    Files.createDirectories(layout.pciDevices());
    Files.createDirectories(root.resolve(SysfsLayout.CLASS_DRM));
    // JUnit's temporary folders are closed to other users, which these tests do not test.
    Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  public SysfsLayout layout() {
    return layout;
  }

  Path root() {
    return layout.root();
  }

  public static PciAddress address(String text) {
    return PciAddress.parse(text).orElseThrow();
  }

  /** A discrete GPU of 14248 MiB with a card and a render node, without SR-IOV. */
  public Path gpu(String address, int card) throws IOException {
    Path device = function(address, "0x8086", FLEX_170, "0x038000");
    bind(device, "i915");
    drm(device, card);
    write(layout.drmCard(card).resolve("lmem_total_bytes"), Long.toString(14248L << 20));
    return device;
  }

  /** A GPU that can be split into this many VFs. */
  public Path pf(String address, int card, int totalVfs) throws IOException {
    Path device = pfOfMainlineI915(address, card, totalVfs);
    Files.createDirectories(device.resolve("drm/card" + card + "/prelim_iov/pf"));
    return device;
  }

  /** A GPU that could be split according to its PCI capability, but whose driver cannot do that. */
  public Path pfOfMainlineI915(String address, int card, int totalVfs) throws IOException {
    Path device = gpu(address, card);
    write(device.resolve("sriov_totalvfs"), Integer.toString(totalVfs));
    write(device.resolve("sriov_drivers_autoprobe"), "1");
    return device;
  }

  /** A GPU that can be split into this many VFs with equal shares. */
  public Path pfOfXe(String address, int card, int totalVfs) throws IOException {
    Path device = pfOfMainlineI915(address, card, totalVfs);
    bind(device, "xe");
    return device;
  }

  public Path vf(String address, int card, String parent, int index) throws IOException {
    Path device = gpu(address, card);
    link(device.resolve("physfn"), "../" + parent);
    link(layout.pciDevice(address(parent)).resolve("virtfn" + index), "../" + address);
    return device;
  }

  public Path function(String address, String vendor, String id, String pciClass)
      throws IOException {
    Path device = Files.createDirectories(layout.pciDevice(address(address)));
    write(device.resolve("vendor"), vendor);
    write(device.resolve("device"), id);
    write(device.resolve("class"), pciClass);
    return device;
  }

  public void bind(Path device, String driver) throws IOException {
    link(device.resolve("driver"), "../../../bus/pci/drivers/" + driver);
  }

  public void drm(Path device, int card) throws IOException {
    Path cardFolder = Files.createDirectories(device.resolve("drm/card" + card));
    Files.createDirectories(device.resolve("drm/renderD" + (128 + card)));
    link(layout.drmCard(card), cardFolder.toString());
  }

  public void write(Path file, String content) throws IOException {
    Files.writeString(file, content + "\n");
  }

  public void link(Path link, String target) throws IOException {
    Files.deleteIfExists(link);
    Files.createSymbolicLink(link, Path.of(target));
  }
}
