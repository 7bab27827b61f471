package com.intel.dra.gpu.explain.search;

import io.fabric8.kubernetes.api.model.resource.v1.DeviceTaint;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceToleration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Which taints of devices keep a wish away. */
final class Tolerance {

  private Tolerance() {}

  /** The first taint of a device that the wish does not tolerate. */
  static Optional<OfferedTaint> untolerated(OfferedDevice device, Wish wish) {
    return device.taints().stream()
        .filter(taint -> isEffective(taint.taint().getEffect()))
        .filter(
            taint -> wish.tolerations().stream().noneMatch(one -> tolerates(one, taint.taint())))
        .findFirst();
  }

  private static boolean isEffective(@Nullable String effect) {
    return List.of("NoSchedule", "NoExecute").contains(Objects.requireNonNullElse(effect, ""));
  }

  private static boolean tolerates(DeviceToleration toleration, DeviceTaint taint) {
    return isEmptyOr(toleration.getEffect(), taint.getEffect())
        && isEmptyOr(toleration.getKey(), taint.getKey())
        && switch (Objects.requireNonNullElse(toleration.getOperator(), "")) {
          case "", "Equal" -> text(toleration.getValue()).equals(text(taint.getValue()));
          case "Exists" -> true;
          default -> false;
        };
  }

  private static boolean isEmptyOr(@Nullable String wanted, @Nullable String value) {
    return text(wanted).isEmpty() || text(wanted).equals(text(value));
  }

  private static String text(@Nullable String value) {
    return value == null ? "" : value;
  }
}
