package com.intel.dra.kit.cdi;

/** A spec that container runtimes would refuse although all its names are valid. */
public final class InvalidCdiSpecException extends IllegalArgumentException {

  private static final long serialVersionUID = 1L;

  InvalidCdiSpecException(String message) {
    super(message);
  }
}
