package com.intel.dra.gpu.slices;

import org.jspecify.annotations.Nullable;

/** Why the API server did not do what it was asked. */
public abstract sealed class SliceStoreException extends Exception {

  private static final long serialVersionUID = 1L;

  private SliceStoreException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /** Somebody wrote or deleted the slice since it was read: read again. */
  public static final class Conflict extends SliceStoreException {
    private static final long serialVersionUID = 1L;

    public Conflict(String message, @Nullable Throwable cause) {
      super(message, cause);
    }
  }

  /** The API server finds the content invalid (422): it will do so again. */
  public static final class Invalid extends SliceStoreException {
    private static final long serialVersionUID = 1L;

    public Invalid(String message, @Nullable Throwable cause) {
      super(message, cause);
    }
  }

  /** Anything else: not reached, not allowed, too busy. May go well later. */
  public static final class Failed extends SliceStoreException {
    private static final long serialVersionUID = 1L;

    public Failed(String message, @Nullable Throwable cause) {
      super(message, cause);
    }
  }
}
