package com.intel.dra.gpu.device;

import java.util.Comparator;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;

/**
 * The name of a device on its node, in API objects and as the CDI device name: {@code
 * 0000:b3:00.0-0x56c0} for a GPU, {@code 0000:b3:00.0-0x56c0-vf3} for the VF of that GPU with the
 * (0-based) index 3. A VF is named by its parent and index because the kernel gives its PCI address
 * to another VF after the next change of {@code sriov_numvfs}.
 *
 * <p>Ordered by address, model and VF index, the GPU before its VFs: the fixed order in which
 * devices are considered.
 *
 * @param vfIndex index among the parent's VFs, from 0; empty for a GPU
 */
public record DeviceUid(PciAddress address, PciDeviceId model, OptionalInt vfIndex)
    implements Comparable<DeviceUid> {

  private static final Pattern TEXT = Pattern.compile("(.+)-(0x[0-9a-f]{4})(?:-vf(\\d{1,5}))?");
  private static final Comparator<DeviceUid> ORDER =
      Comparator.comparing(DeviceUid::address)
          .thenComparing(uid -> uid.model().value())
          .thenComparingInt(uid -> uid.vfIndex().orElse(-1));

  public static DeviceUid gpu(PciAddress address, PciDeviceId model) {
    return new DeviceUid(address, model, OptionalInt.empty());
  }

  public DeviceType type() {
    return vfIndex.isPresent() ? DeviceType.VF : DeviceType.GPU;
  }

  /** The UID of this GPU's VF with the given index (from 0). */
  public DeviceUid vf(int index) {
    return new DeviceUid(address, model, OptionalInt.of(index));
  }

  /** The GPU that this VF belongs to; empty for a GPU. */
  public Optional<DeviceUid> parent() {
    return vfIndex.isEmpty() ? Optional.empty() : Optional.of(gpu(address, model));
  }

  /** The GPU that this device is, or that this VF belongs to. */
  public DeviceUid gpu() {
    return parent().orElse(this);
  }

  /** The GPU of a device that a claim holds, by the device's UID; empty if the text is no UID. */
  public static Optional<DeviceUid> gpuOf(String heldUid) {
    return parse(heldUid).map(DeviceUid::gpu);
  }

  /**
   * The GPU of a VF that a claim holds, by the VF's UID; empty for a GPU, and if the text is no
   * UID.
   */
  public static Optional<DeviceUid> parentOf(String heldUid) {
    return parse(heldUid).flatMap(DeviceUid::parent);
  }

  /** Whether one of two devices that claims hold is a VF of the other, by their UIDs. */
  public static boolean areVfAndItsGpu(String one, String other) {
    return isParentOf(one, other) || isParentOf(other, one);
  }

  private static boolean isParentOf(String gpu, String vf) {
    return parentOf(vf).map(DeviceUid::toString).equals(Optional.of(gpu));
  }

  /** Parses a UID; returns empty if the text is none. */
  public static Optional<DeviceUid> parse(String text) {
    var match = TEXT.matcher(text);
    if (!match.matches()) {
      return Optional.empty();
    }
    String index = match.group(3);
    return PciAddress.parse(match.group(1))
        .map(
            address ->
                new DeviceUid(
                    address,
                    new PciDeviceId(match.group(2)),
                    index == null ? OptionalInt.empty() : OptionalInt.of(Integer.parseInt(index))));
  }

  @Override
  public int compareTo(DeviceUid other) {
    return ORDER.compare(this, other);
  }

  @Override
  public String toString() {
    return address + "-" + model + (vfIndex.isPresent() ? "-vf" + vfIndex.getAsInt() : "");
  }
}
