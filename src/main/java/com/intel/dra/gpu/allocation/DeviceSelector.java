package com.intel.dra.gpu.allocation;

import com.intel.dra.gpu.device.DeviceType;
import com.intel.dra.gpu.device.DeviceUid;
import java.util.List;

/**
 * The devices that a class allows: those that match at least one term, or every device if there are
 * no terms.
 */
public record DeviceSelector(List<Term> terms) {

  public static final DeviceSelector EVERY_DEVICE = new DeviceSelector(List.of());

  public DeviceSelector {
    terms = List.copyOf(terms);
  }

  public boolean matches(DeviceUid uid) {
    if (terms.isEmpty()) {
      return true;
    }
    for (Term term : terms) {
      if (term.matches(uid)) {
        return true;
      }
    }
    return false;
  }

  /**
   * Devices of one type whose name matches a pattern.
   *
   * @param name a PCI device id (0x56c0), the GPU's PCI address (0000:b3:00.0, also for its VFs) or
   *     a device UID; {@code *} stands for any text
   */
  public record Term(DeviceType type, String name) {

    boolean matches(DeviceUid uid) {
      return type == uid.type()
          && (name.equals("*")
              || matches(uid.model().value())
              || matches(uid.address().toString())
              || matches(uid.toString()));
    }

    /** Backtracks only to the last {@code *}, so that no pattern takes more than quadratic time. */
    private boolean matches(String text) {
      int at = 0;
      int in = 0;
      int star = -1;
      int retryAt = 0;
      while (at < text.length()) {
        if (in < name.length() && name.charAt(in) == '*') {
          star = in++;
          retryAt = at;
        } else if (in < name.length() && name.charAt(in) == text.charAt(at)) {
          in++;
          at++;
        } else if (star >= 0) {
          in = star + 1;
          at = ++retryAt;
        } else {
          return false;
        }
      }
      while (in < name.length() && name.charAt(in) == '*') {
        in++;
      }
      return in == name.length();
    }
  }
}
