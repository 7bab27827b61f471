package com.intel.dra.gpu.api;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClaimNameTest {

  @Test
  void whatIsWrittenIsRead() {
    var name = new ClaimName("default", "pod-1-gpu.x");

    assertThat(ClaimName.parse(name.toString())).hasValue(name);
    var longest = new ClaimName("n".repeat(63), "c".repeat(253));
    assertThat(ClaimName.parse(longest.toString())).hasValue(longest);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "/", "a", "a/", "/b", "a/b/c", "../b", "a/..", "a.b/c", "A/b", "a/b "})
  void whatKubernetesCannotHaveMadeIsNoName(String text) {
    assertThat(ClaimName.parse(text)).isEmpty();
  }

  @Test
  void noNameIsLongerThanKubernetesHasThem() {
    assertThat(ClaimName.parse("n".repeat(64) + "/c")).isEmpty();
    assertThat(ClaimName.parse("n/" + "c".repeat(254))).isEmpty();
  }
}
