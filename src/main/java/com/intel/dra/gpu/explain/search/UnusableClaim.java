package com.intel.dra.gpu.explain.search;

/** The scheduler refuses the claim, whatever the devices. */
public final class UnusableClaim extends Exception {

  private static final long serialVersionUID = 1L;

  /** What is wrong with the claim. */
  public enum Kind {
    /** It names a class that does not exist. */
    CLASS_MISSING,
    /** It has a field that this scheduler does not support. */
    NOT_SUPPORTED
  }

  private final Kind kind;

  UnusableClaim(Kind kind, String message) {
    super(message, null, false, false);
    this.kind = kind;
  }

  public Kind kind() {
    return kind;
  }
}
