package com.intel.dra.kit.slices.keeper;

import org.jspecify.annotations.Nullable;

/** The API server did not do what was requested. */
public abstract sealed class SliceStoreException extends Exception {

  private static final long serialVersionUID = 1L;

  private SliceStoreException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /** The slice was written or deleted since it was read: read it again. */
  public static final class Conflict extends SliceStoreException {
    private static final long serialVersionUID = 1L;

    public Conflict(String message, @Nullable Throwable cause) {
      super(message, cause);
    }
  }

  /** The API server rejects the content as invalid (422), and will do so again. */
  public static final class Invalid extends SliceStoreException {
    private static final long serialVersionUID = 1L;

    public Invalid(String message, @Nullable Throwable cause) {
      super(message, cause);
    }
  }

  /**
   * Any other failure: the server is unreachable or busy, or forbids the request. A later attempt
   * may succeed.
   */
  public static final class Failed extends SliceStoreException {
    private static final long serialVersionUID = 1L;

    public Failed(String message, @Nullable Throwable cause) {
      super(message, cause);
    }
  }
}
