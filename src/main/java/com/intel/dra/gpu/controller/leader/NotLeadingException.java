package com.intel.dra.gpu.controller.leader;

/** This process must not write, because it does not lead or cannot be sure that it still leads. */
public final class NotLeadingException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public NotLeadingException(String message) {
    super(message);
  }
}
