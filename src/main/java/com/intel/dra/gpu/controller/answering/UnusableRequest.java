package com.intel.dra.gpu.controller.answering;

/** A request that cannot be answered, with a message that names what is wrong and the remedy. */
final class UnusableRequest extends Exception {
  private static final long serialVersionUID = 1L;

  private final int status;

  private UnusableRequest(int status, String message) {
    super(message, null, false, false);
    this.status = status;
  }

  static UnusableRequest bad(String message) {
    return new UnusableRequest(400, message);
  }

  static UnusableRequest notFound(String message) {
    return new UnusableRequest(404, message);
  }

  /** The same request may be answered later. */
  static UnusableRequest notNow(String message) {
    return new UnusableRequest(503, message);
  }

  int status() {
    return status;
  }
}
