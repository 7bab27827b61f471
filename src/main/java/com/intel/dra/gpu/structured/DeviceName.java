package com.intel.dra.gpu.structured;

import com.intel.dra.gpu.device.DeviceUid;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A device's name in a ResourceSlice, where only DNS labels are allowed. The GPU {@code
 * 0000:b3:00.0-0x56c0} has the name {@code 0000-b3-00-0-0x56c0}, as with the Go driver. The name of
 * its VF with index 3 ends with {@code -vf3}; the name with which it can be monitored while others
 * use it ends with {@code -monitor}.
 *
 * @param uid the GPU or VF
 * @param monitor whether the device is only for monitoring
 */
public record DeviceName(DeviceUid uid, boolean monitor) {

  private static final String MONITOR = "-monitor";
  private static final Pattern ADDRESS =
      Pattern.compile("([0-9a-f]{4,8})-([0-9a-f]{2})-([0-9a-f]{2})-([0-7])(-.+)");

  public static DeviceName of(DeviceUid uid) {
    return new DeviceName(uid, false);
  }

  public static DeviceName monitorOf(DeviceUid gpu) {
    return new DeviceName(gpu, true);
  }

  /** Parses a name; returns empty if the text is none of this driver's names. */
  public static Optional<DeviceName> parse(String text) {
    boolean monitor = text.endsWith(MONITOR);
    String name = monitor ? text.substring(0, text.length() - MONITOR.length()) : text;
    var match = ADDRESS.matcher(name);
    if (!match.matches()) {
      return Optional.empty();
    }
    return DeviceUid.parse(
            "%s:%s:%s.%s%s"
                .formatted(
                    match.group(1), match.group(2), match.group(3), match.group(4), match.group(5)))
        .filter(uid -> !monitor || uid.parent().isEmpty())
        .map(uid -> new DeviceName(uid, monitor));
  }

  @Override
  public String toString() {
    return uid.toString().replace(':', '-').replace('.', '-') + (monitor ? MONITOR : "");
  }
}
