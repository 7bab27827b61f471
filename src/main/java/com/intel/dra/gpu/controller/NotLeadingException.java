package com.intel.dra.gpu.controller;

/** This process may not write, because it does not lead, or cannot be sure that it still does. */
final class NotLeadingException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  NotLeadingException(String message) {
    super(message);
  }
}
