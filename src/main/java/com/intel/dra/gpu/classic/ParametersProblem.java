package com.intel.dra.gpu.classic;

import com.intel.dra.gpu.api.EventReason;

/**
 * The reason why a claim's parameters cannot be used. Other claims are not affected, and the claim
 * is processed again when one of the objects named in the message changes.
 *
 * @param message for people: the object, the field, its value and the remedy
 */
public record ParametersProblem(Reason reason, String message) {

  /** The kinds of problems, each with the reason of its Event on the claim. */
  public enum Reason {
    INVALID_CLASS_PARAMETERS_REFERENCE(EventReason.INVALID_CLASS_PARAMETERS_REFERENCE),
    CLASS_PARAMETERS_NOT_FOUND(EventReason.CLASS_PARAMETERS_NOT_FOUND),
    INVALID_CLASS_PARAMETERS(EventReason.INVALID_CLASS_PARAMETERS),
    INVALID_CLAIM_PARAMETERS_REFERENCE(EventReason.INVALID_CLAIM_PARAMETERS_REFERENCE),
    CLAIM_PARAMETERS_NOT_FOUND(EventReason.CLAIM_PARAMETERS_NOT_FOUND),
    INVALID_CLAIM_PARAMETERS(EventReason.INVALID_CLAIM_PARAMETERS);

    private final EventReason eventReason;

    Reason(EventReason eventReason) {
      this.eventReason = eventReason;
    }

    public EventReason eventReason() {
      return eventReason;
    }
  }
}
