package com.intel.dra.gpu.api;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;

/** Texts that the schema of the GAS accepts where a UID, type or profile is expected. */
public final class HostileTexts {

  private HostileTexts() {}

  /**
   * Any texts, and often texts that are nearly valid.
   *
   * @param gpu the UID of an existing GPU
   */
  public static Arbitrary<String> near(String gpu) {
    return Arbitraries.oneOf(
        Arbitraries.strings().ofMaxLength(30),
        Arbitraries.of(
            "",
            "../../x",
            "a\nb",
            "x".repeat(70_000),
            "vf",
            "gpu",
            "flex170_m2",
            gpu,
            gpu + "-vf0",
            gpu + "-vf7",
            gpu + "-vf8",
            gpu + "-vf99999",
            "ffffffff:ff:1f.7-0x56c0",
            "7fffffff:ff:1f.7-0xffff-vf3",
            "0000:04:00.0-0x56a0",
            "0000:09:00.0-0x56c0-vf1"));
  }
}
