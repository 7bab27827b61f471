package com.intel.dra.gpu.allocation;

import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.allocation.DeviceSelector.Term;
import com.intel.dra.gpu.device.DeviceType;
import com.intel.dra.gpu.device.DeviceUid;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DeviceSelectorTest {

  private static final DeviceUid GPU = DeviceUid.parse("0000:b3:00.0-0x56c0").orElseThrow();
  private static final DeviceUid VF = GPU.vf(3);

  private static boolean matches(DeviceType type, String name, DeviceUid uid) {
    return new DeviceSelector(List.of(new Term(type, name))).matches(uid);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "*",
        "**",
        "0x56c0",
        "0x56*",
        "*c0",
        "0x*c*",
        "0000:b3:00.0",
        "0000:b3:*",
        "*:00.0",
        "0000:b3:00.0-0x56c0",
        "*b3*56c0*"
      })
  void nameIsModelOrAddressOrUidWithStars(String name) {
    assertThat(matches(DeviceType.GPU, name, GPU)).isTrue();
    assertThat(matches(DeviceType.VF, name, GPU)).as("other type").isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "0x56c", "x56c0", "0x56c00", "0X56C0", "?x56c0", "0x56c0*1", "b3"})
  void everyOtherNameDoesNotMatch(String name) {
    assertThat(matches(DeviceType.GPU, name, GPU)).isFalse();
  }

  @Test
  void vfIsFoundByItsUidAndByModelAndAddressOfItsGpu() {
    assertThat(matches(DeviceType.VF, "*-vf3", VF)).isTrue();
    assertThat(matches(DeviceType.VF, "*-vf4", VF)).isFalse();
    assertThat(matches(DeviceType.VF, "0x56c0", VF)).isTrue();
    assertThat(matches(DeviceType.VF, "0000:b3:00.0", VF)).isTrue();
    assertThat(matches(DeviceType.GPU, "*", VF)).isFalse();
  }

  @Test
  void oneMatchingTermIsEnoughAndNoTermsMatchAll() {
    var selector =
        new DeviceSelector(
            List.of(new Term(DeviceType.GPU, "0x0bd5"), new Term(DeviceType.VF, "0x56c0")));

    assertThat(selector.matches(VF)).isTrue();
    assertThat(selector.matches(GPU)).isFalse();
    assertThat(DeviceSelector.EVERY_DEVICE.matches(GPU)).isTrue();
    assertThat(DeviceSelector.EVERY_DEVICE.matches(VF)).isTrue();
  }

  @Property
  void starsMatchLikeTheSameRegularExpression(
      @ForAll @CharRange(from = '0', to = '1') @StringLength(max = 6) String start,
      @ForAll @CharRange(from = '*', to = '*') @StringLength(max = 1) String star,
      @ForAll @CharRange(from = '0', to = '0') @StringLength(max = 4) String middle,
      @ForAll @CharRange(from = '*', to = '*') @StringLength(max = 1) String secondStar,
      @ForAll boolean withModel) {
    var uid = DeviceUid.parse("0000:00:00.0-0x0000").orElseThrow();
    String name = star + middle + secondStar + start + (withModel ? "*0x*0" : "*");
    String regex = name.replace(".", "\\.").replace("*", ".*");

    boolean expected =
        uid.model().value().matches(regex)
            || uid.address().toString().matches(regex)
            || uid.toString().matches(regex);

    assertThat(matches(DeviceType.GPU, name, uid)).as(name).isEqualTo(expected);
  }
}
