package com.intel.dra.gpu.selfcheck.compare;

/**
 * Two sources that say different things about one object. If two looks return equal disagreements,
 * they count as one that has lasted. Each kind is described in docs/operate/self-check.md.
 */
public sealed interface Disagreement
    permits PluginDisagreement, DeviceDisagreement, VfDisagreement, ClaimDisagreement {

  /**
   * The disagreement in words.
   *
   * @param object the device, claim, file or API object
   * @param one the first of the two sources that differ
   * @param finding what the sources say
   * @param remedy what to do about it
   */
  record Description(
      String object, StatementSource one, StatementSource other, String finding, String remedy) {}

  Description description();

  /** The name of this kind in reports and in the documentation. */
  default String kind() {
    return getClass().getSimpleName();
  }

  /** The whole disagreement in one line. */
  default String line() {
    Description told = description();
    return "%s %s: %s (%s); %s"
        .formatted(
            kind(),
            told.object(),
            told.finding(),
            told.one() == told.other()
                ? told.one().title()
                : "%s, %s".formatted(told.one().title(), told.other().title()),
            told.remedy());
  }

  String SEE_LOG = "see the node agent's log for the reason";
  String DELETE_PODS = "delete the claim's pods so that it is allocated anew";
}
