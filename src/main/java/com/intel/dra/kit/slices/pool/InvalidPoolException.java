package com.intel.dra.kit.slices.pool;

/** A wanted pool that the API server would refuse, or from which no scheduler would allocate. */
public final class InvalidPoolException extends IllegalArgumentException {

  private static final long serialVersionUID = 1L;

  private final String object;
  private final String field;

  InvalidPoolException(String object, String field, String problem) {
    super("%s: %s %s".formatted(object, field, problem));
    this.object = object;
    this.field = field;
  }

  /**
   * The invalid object, such as {@code device gpu-0}, {@code counter set gpu-0} or {@code pool
   * node-1}.
   */
  public String object() {
    return object;
  }

  /** The field's path within the object, such as {@code attributes[model].string}. */
  public String field() {
    return field;
  }
}
