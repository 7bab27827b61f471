package com.intel.dra.gpu.simulator.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.simulator.fuse.Errno;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Compares with the rules of lib/kstrtox.c. */
class KernelNumbersTest {

  @ParameterizedTest
  @CsvSource({"0,0", "7,7", "+7,7", "0x1F,31", "0X1f,31", "017,15", "00,0", "65535,65535"})
  void numbersMayHaveThePrefixesOfC(String text, long value) {
    assertThat(KernelNumbers.unsigned(text, 16)).isEqualTo(new KernelNumbers.Number(value));
    assertThat(KernelNumbers.unsigned(text + "\n", 16)).isEqualTo(new KernelNumbers.Number(value));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "\n", " 1", "1 ", "1\n\n", "-1", "++1", "08", "0x", "0xg", "four", "1,2"})
  void everythingElseIsInvalid(String text) {
    assertThat(KernelNumbers.unsigned(text, 16)).isEqualTo(new KernelNumbers.Bad(Errno.EINVAL));
  }

  @Property
  void aNumberIsReadBackUnlessItHasTooManyBits(
      @ForAll @LongRange(min = 0) long value, @ForAll boolean wide) {
    KernelNumbers.Parsed parsed = KernelNumbers.unsigned(Long.toString(value), wide ? 64 : 32);

    assertThat(parsed)
        .isEqualTo(
            wide || value <= 0xffff_ffffL
                ? new KernelNumbers.Number(value)
                : new KernelNumbers.Bad(Errno.ERANGE));
  }

  @ParameterizedTest
  @CsvSource({"1,1", "y,1", "Yes,1", "on,1", "ON,1", "0,0", "n,0", "No,0", "off,0", "0x1,0"})
  void switchesAreReadByTheirFirstLetters(String text, long value) {
    assertThat(KernelNumbers.bool(text)).isEqualTo(new KernelNumbers.Number(value));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\n", "2", "o", "maybe", " 1"})
  void otherSwitchesAreInvalid(String text) {
    assertThat(KernelNumbers.bool(text)).isEqualTo(new KernelNumbers.Bad(Errno.EINVAL));
  }
}
