package com.intel.dra.kit.cdi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.intel.dra.kit.cdi.InvalidCdiNameException.Part;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CdiNamesTest {

  @Test
  void aQualifiedNameIsVendorSlashClassEqualsDevice() {
    assertThat(new CdiKind("intel.com", "gpu").qualifiedName("0000:b3:00.0-0x56c0-vf3"))
        .isEqualTo("intel.com/gpu=0000:b3:00.0-0x56c0-vf3");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "intel.com", "a_b-c.d9"})
  void vendorsAndClassesThatRuntimesTake(String name) {
    assertThat(new CdiKind(name, name)).hasToString(name + "/" + name);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "9a", ".a", "a.", "a-", "a/b", "a:b", "a b", "ä", "a=b", "a\n"})
  void vendorsAndClassesThatRuntimesRefuse(String name) {
    assertThatExceptionOfType(InvalidCdiNameException.class)
        .isThrownBy(() -> new CdiKind(name, "gpu"))
        .satisfies(e -> assertThat(e.part()).isEqualTo(Part.VENDOR))
        .satisfies(e -> assertThat(e.name()).isEqualTo(name));
    assertThatExceptionOfType(InvalidCdiNameException.class)
        .isThrownBy(() -> new CdiKind("intel.com", name))
        .satisfies(e -> assertThat(e.part()).isEqualTo(Part.CLASS));
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "card0", "0000:b3:00.0-0x56c0", "a__b"})
  void devicesThatRuntimesTake(String name) {
    assertThat(new CdiKind("intel.com", "gpu").qualifiedName(name)).endsWith("=" + name);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ":0", "0:", "-a", "a/b", "a=b", "a b", "ü"})
  void devicesThatRuntimesRefuse(String name) {
    assertThatExceptionOfType(InvalidCdiNameException.class)
        .isThrownBy(() -> new CdiKind("intel.com", "gpu").qualifiedName(name))
        .satisfies(e -> assertThat(e.part()).isEqualTo(Part.DEVICE));
  }
}
