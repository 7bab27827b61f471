package com.intel.dra.gpu.explain.cel;

/** What an expression says of a device. */
public sealed interface SelectorVerdict {

  /** The expression is true. */
  record Selected() implements SelectorVerdict {}

  /**
   * The expression is false.
   *
   * @param part the smallest part of the expression that makes it false, in CEL
   * @param because the values of what the part names, such as {@code model is "A770"}; empty if
   *     there are none
   */
  record NotSelected(String part, String because) implements SelectorVerdict {}

  /**
   * The expression has no value for this device, so the scheduler gives up the claim.
   *
   * @param error what fails, for people
   */
  record Fails(String error) implements SelectorVerdict {}

  /**
   * It cannot be said what the scheduler makes of the expression.
   *
   * @param why for people
   */
  record Unknown(String why) implements SelectorVerdict {}
}
